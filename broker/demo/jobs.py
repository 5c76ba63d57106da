"""Who works on what, under which scope: what an operator says when a task is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from broker.demo.shop import Work


class Play(StrEnum):
    """The stories that the demo can tell, in their order."""

    SUPPORT = "support"
    ANALYST = "analyst"
    CODER = "coder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    scope: str
    purpose: str
    role: str
    agent: str
    user: str
    given: Mapping[str, int] = field(default_factory=dict)  # parameters that the operator says
    looked_up: Mapping[str, int] = field(default_factory=dict)  # those that the broker will find

    @property
    def principal(self) -> str:
        """As records and databases name the user."""
        return f"local:{self.user}"

    @property
    def words(self) -> tuple[str, ...]:
        """Of `broker grant`."""
        said = (word for name, value in self.given.items() for word in ("--task", f"{name}={value}"))
        who = ("--user", self.user, "--role", self.role, "--agent", self.agent)
        return ("grant", self.scope, *who, "--purpose", self.purpose, *said)


def support(work: Work) -> Job:
    """One ticket for the person that the story's tickets are assigned to."""
    return Job(
        scope="support-refund",
        purpose="refund",
        role="support",
        agent="helpdesk-1",
        user="maria",
        given={"ticket": work.ticket},
        looked_up={"customer": work.customer, "order": work.order},
    )


ANALYST: Final = Job(scope="sales-analysis", purpose="reporting", role="analyst", agent="analyst-1", user="noor")
QUESTIONS: Final = replace(ANALYST, scope="sales-questions")
CODER: Final = Job(scope="code-review", purpose="review", role="developer", agent="coder-1", user="linus")
