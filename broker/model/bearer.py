"""A static bearer token: for clients that can hold one word and nothing else. It opens tasks, and is none itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from broker.model.stop import Stop, Target, What, agents
from broker.model.task import Principal

ARGUMENT: Final = "broker_task"
"""The argument by which a call with a static token names its task. No tool that has one of this name is listed so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """Who bears it acts as `actor` for `principal`, and may open tasks under `scopes` alone."""

    name: str  # an operator's word for it, of this one for ever
    principal: Principal
    roles: frozenset[str]
    actor: str
    scopes: frozenset[str]
    made: float  # unix seconds
    ends: float  # unix seconds

    @property
    def id(self) -> str:
        """What its connections are counted under; no task's id has a space in it."""
        return f"bearer {self.name}"

    @property
    def rests_on(self) -> tuple[Target, ...]:
        """All whose revocation ends it."""
        own = Target(what=What.BEARER, name=self.name)
        return (Target(what=What.ALL), Target(what=What.USER, name=str(self.principal)), *agents(self.actor), own)


@dataclass(frozen=True, slots=True, kw_only=True)
class BearerFacts:
    """With what has become of it, read afresh for each request."""

    bearer: Bearer
    stops: tuple[Stop, ...] = ()  # what is frozen; and what was revoked, since it was made, of what it rests on
