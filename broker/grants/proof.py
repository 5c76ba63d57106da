"""What a task's parameters prove: one that an agent said is a wish, and nothing may rest on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from broker.catalog.resolve import parameters_in
from broker.model.decision import Deny, Reason
from broker.model.scope import Lookup, Rows, RowsAny, RowsSubject, RowsWhere, Scope, ToolGrant
from broker.model.task import Parameter, SaidBy
from broker.model.tool import ToolSpec
from broker.ports import Catalog

PRINCIPAL = "principal"


def looked_up_for(one: Lookup, spec: ToolSpec, parameters: Mapping[str, Parameter]) -> SaidBy:
    """Whose word the value of a lookup is.

    One that asks whether the object is the principal's proves it, whoever named the object. One that does not only
    repeats what it was asked with.
    """
    if PRINCIPAL in spec.bind.values():
        return SaidBy.LOOKUP
    asked_with = [parameters[name].said_by for name in (one.key, *spec.bind.values()) if name in parameters]
    return SaidBy.AGENT if SaidBy.AGENT in asked_with else SaidBy.LOOKUP


def unproven(scope: Scope, parameters: Mapping[str, Parameter], catalog: Catalog) -> Deny | None:
    """The first thing of this scope that rests on a parameter that an agent said: then no task is opened with it."""
    wishes = {name for name, one in parameters.items() if one.said_by is SaidBy.AGENT}
    if not wishes:
        return None
    for tool, grant in scope.tools.items():
        spec = catalog.spec(tool)
        for name, use in () if spec is None else _rests(spec, grant):
            if name in wishes:
                detail = (
                    f"`${name}` was said by an agent, which proves nothing, and {use} of `{tool}` rest on it: "
                    "have the principal say it, or look it up in the scope by a tool that binds `$principal`"
                )
                return Deny(reason=Reason.UNPROVEN_VALUE, detail=detail)
    return None


def _rests(spec: ToolSpec, grant: ToolGrant) -> Iterator[tuple[str, str]]:
    """(parameter, what rests on it): rows that are somebody's, what the broker fills in, and who or what is reached."""
    yield from ((name, "the rows") for name in _of_rows(grant.rows))
    yield from ((name, "bound arguments") for name in spec.bind.values() if name != PRINCIPAL)
    for word in sorted(spec.authority & grant.arguments.keys()):
        yield from ((name, "arguments with authority") for name in parameters_in(grant.arguments[word].constraint))


def _of_rows(rows: Rows | None) -> Iterator[str]:
    match rows:
        case RowsSubject(param=param):
            yield param
        case RowsWhere(tables=tables):
            yield from (one.param for _, conditions in tables for one in conditions if one.param is not None)
        case RowsAny() | None:
            return
