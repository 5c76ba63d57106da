"""What an operator took back or put on hold: the names by which it is found again, whatever rests on it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Act(StrEnum):
    REVOKED = "revoked"  # for good: what was there before is dead, what is opened afterwards lives
    FROZEN = "frozen"  # until it is thawed, whatever is opened meanwhile


class What(StrEnum):
    """What can be revoked or frozen."""

    TOKEN = "token"  # noqa: S105 - a kind of authority, no secret
    BLOCK = "block"  # and every block below it
    TASK = "task"
    AGENT = "agent"  # and whoever it handed its work on to
    USER = "user"
    BEARER = "bearer"  # a static token, and every task that was opened with it
    SOURCE = "source"
    ZONE = "zone"
    ALL = "all"


REVOCABLE = (What.TOKEN, What.BLOCK, What.TASK, What.AGENT, What.USER, What.BEARER, What.ALL)
FREEZABLE = (What.AGENT, What.SOURCE, What.ZONE, What.ALL)
_BINDING = (What.ALL, What.TASK, What.AGENT, What.USER, What.BEARER)
"""Where the whole task is over, and not one of its tokens alone."""


class Target(NamedTuple):
    """`name`: a `jti`, a task's id, `root` or `root/name` of an agent, `issuer:sub` of a user, a bearer's name;
    of ALL it is empty. `jti/jti` of a TOKEN: what its holder handed on by this block, see `part`.

    A tuple, for some ten of them are made four times in each call.
    """

    what: What
    name: str = ""

    def __str__(self) -> str:
        return f"{self.what.value} `{self.name}`" if self.name else self.what.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """`at`: where its record stands in the log. Order is by that alone: clocks differ, and can be turned back."""

    act: Act
    target: Target
    at: int

    def __str__(self) -> str:
        return f"{self.target} is {self.act.value} by record {self.at}"


def rests_on(
    *, task: str, user: str, actor: str, token: str, blocks: Sequence[str] = (), bearer: str = ""
) -> tuple[Target, ...]:
    """All whose revocation ends what a token grants. `token`: the root's `jti`, empty where there is none yet;
    `bearer`: the static token that the task was opened with, if it was.
    """
    above = [Target(what=What.ALL), Target(what=What.TASK, name=task), Target(what=What.USER, name=user)]
    roots = (token,) if token else ()
    opened_with = (bearer,) if bearer else ()
    return (
        *above,
        *agents(actor),
        *(Target(what=What.BEARER, name=one) for one in opened_with),
        *(Target(what=What.TOKEN, name=one) for one in roots),
        *(part(token, one) for one in blocks if token),
        *(Target(what=What.BLOCK, name=one) for one in blocks),
    )


def part(token: str, block: str) -> Target:
    """One block on this very token, and every block below it. Holders name their blocks as they like, so a block's name
    alone may be another's too: by that operators revoke, and nobody else.
    """
    return Target(what=What.TOKEN, name=f"{token}/{block}")


def agents(actor: str) -> tuple[Target, ...]:
    """Whoever stands above this one, and it itself: of `planner/writer` the planner, and its writer."""
    parts = actor.split("/")
    return tuple(Target(what=What.AGENT, name="/".join(parts[: at + 1])) for at in range(len(parts)))


def places(tool: str, zone: str) -> tuple[Target, ...]:
    """Where a tool lies."""
    source = tool.partition(".")[0]
    return (Target(what=What.SOURCE, name=source), Target(what=What.ZONE, name=zone))


def revoked(stops: Sequence[Stop]) -> Stop | None:
    """The first of them that is for good."""
    return next((one for one in stops if one.act is Act.REVOKED), None)


def frozen(stops: Sequence[Stop], among: Collection[Target]) -> Stop | None:
    """The first freeze that is about one of these, or about everything."""
    about = {Target(what=What.ALL), *among}
    return next((one for one in stops if one.act is Act.FROZEN and one.target in about), None)


def ends_task(stop: Stop) -> bool:
    """Whether the whole task is over by it. A sub-agent's part is one token's, and the others of the task live on."""
    return stop.target.what in _BINDING and "/" not in stop.target.name
