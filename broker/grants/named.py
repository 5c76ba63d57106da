"""OAuth scope values (RFC 6749 3.3): the names of scope files, with `:purpose` where a scope has several."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from broker.catalog.glob import matches
from broker.grants.issue import eligible
from broker.model.asking import Asking
from broker.model.decision import Deny
from broker.model.scope import Scope
from broker.model.task import Task
from broker.ports import Catalog

MOST: Final = 16
"""Values that one request may name: each is held against its scope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """`purpose`: empty where the value says none, and the scope has not one alone."""

    scope: str
    purpose: str

    def is_among(self, values: Collection[str]) -> bool:
        """Whether some of these values names it, for this purpose or for every one."""
        return not {self.scope, f"{self.scope}:{self.purpose}"}.isdisjoint(values)


def value(scope: Scope, purpose: str) -> str:
    """The one spelling in answers and challenges."""
    return scope.name if scope.purposes == {purpose} else f"{scope.name}:{purpose}"


def spelled(said: Sequence[str], task: Task, catalog: Catalog) -> str:
    """What was granted (RFC 6749 5.1): as it was asked for where that names it, else in its one spelling."""
    granted = Named(scope=task.scope, purpose=task.purpose)
    asked_for = (one for one in said if named(one, catalog) == granted)
    scope = catalog.scope(task.scope)
    return next(asked_for, task.scope if scope is None else value(scope, task.purpose))


def named(said: str, catalog: Catalog) -> Named:
    name, mark, purpose = said.partition(":")
    scope = catalog.scope(name)
    if not mark and scope is not None and len(scope.purposes) == 1:
        (purpose,) = scope.purposes
    return Named(scope=name, purpose=purpose)


def plain(asking: Asking, catalog: Catalog) -> Scope | None:
    """The scope, if they may have it by its name alone: a value has no place for a task's parameters."""
    scope = eligible(asking, catalog)
    return None if isinstance(scope, Deny) or scope.parameters else scope


def chosen(values: Sequence[str], asking: Asking, catalog: Catalog, within: Collection[str] | None = None) -> Named:
    """Which of the scopes that are named the task is opened under, for a task has one.

    Of those that they may have, the one that has every tool of all the others. Where none has, the last: clients put
    behind the rest what they were challenged for (RFC 6749 3.3 gives the order no meaning, so nothing is lost by it).
    Where they may have none, the last again: it is refused when the task is opened, and on record.

    `within`: what they are held to, as values; None: nothing.
    """
    wanted = [named(one, catalog) for one in values]
    tools = {}
    for one in wanted:
        scope = plain(replace(asking, scope=one.scope, purpose=one.purpose), catalog)
        if scope is not None and (within is None or one.is_among(within)):
            tools[one] = scope.tools.keys()
    whole: set[str] = set().union(*tools.values())
    having = [one for one in wanted if one in tools]
    return next((one for one in reversed(having) if tools[one] >= whole), (having or wanted)[-1])


def unmeant(said: str, actor: str, catalog: Catalog) -> str | None:
    """Why a scope that an agent is to get without naming it gives it nothing; None: it may."""
    one = named(said, catalog)
    scope = catalog.scope(one.scope)
    if scope is None:
        return f"there is no scope `{one.scope}`"
    if one.purpose not in scope.purposes:
        return f"scope `{scope.name}` is for the purposes {sorted(scope.purposes)}: write `{scope.name}:purpose`"
    if scope.parameters:
        return f"scope `{scope.name}` takes parameters, which no name can give"
    if not any(matches(glob, actor) for glob in scope.agents):
        return f"scope `{scope.name}` is for the agents {list(scope.agents)}"
    return None
