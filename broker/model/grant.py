"""A grant: one scope for one principal, one actor and one task, with the task's parameters filled in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from broker.model.constraint import Field
from broker.model.label import Json
from broker.model.scope import Budget, Rows, Scope
from broker.model.stop import Target, rests_on
from broker.model.task import Task
from broker.model.tool import ToolSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantedTool:
    """One tool of a grant. `tools/list`, the decision and every cache read this same value."""

    spec: ToolSpec
    arguments: Mapping[str, Field]  # task parameters resolved: no Param is left
    rows: Rows | None
    budget: Budget
    media: frozenset[str] = frozenset()
    schema: Callable[[], Mapping[str, Json]] = field(repr=False)
    """The narrowed schema that agents see; made when a list asks for it, and not for each call."""
    misfit: Callable[[Json], str | None] = field(repr=False)
    """Where (`a/b`) these arguments do not fit `input_schema`; None: they fit. Total for any JSON value."""

    @property
    def input_schema(self) -> Mapping[str, Json]:
        return self.schema()


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One tool, resource or prompt as a list may show it."""

    spec: ToolSpec
    input_schema: Mapping[str, Json]
    output_schema: Mapping[str, Json] | None  # None: its result is text and media, for which no schema says more


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What a holder of the token took away before it handed the rest on; what it says of tools is in the grant's."""

    link: str  # digest of the token up to here: what no other block has
    jti: str
    actor: str  # how the next holder is called: a name that grants nothing
    budget: Budget
    tools: Mapping[str, Budget]  # toolref -> limits of that tool


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """`tools` is what is left of the scope's once every block has narrowed it."""

    task: Task
    scope: Scope
    tools: Mapping[str, GrantedTool]  # toolref -> tool
    expires: float  # unix seconds, of the token that named the task
    blocks: tuple[Block, ...] = ()
    token: str = ""  # `jti` of the root; empty for the broker's own lookups, for which there is no token yet

    @property
    def actor(self) -> str:
        """Who acts: the task's agent, and below it each that it handed the work on to, as in `planner/writer`."""
        return "/".join((self.task.actor, *(one.actor for one in self.blocks)))

    @property
    def rests_on(self) -> tuple[Target, ...]:
        """All whose revocation ends it."""
        task, blocks = self.task, [one.jti for one in self.blocks]
        user = str(task.principal)
        return rests_on(task=task.id, user=user, actor=self.actor, token=self.token, blocks=blocks, bearer=task.bearer)
