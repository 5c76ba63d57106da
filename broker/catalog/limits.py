"""Budgets of a task or a tool, and ceilings over all tasks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal

from broker.catalog.grammar import amount, argref, count, duration
from broker.catalog.keys import BLOCK_BUDGET, BUDGET, CEILING, GRANT_BUDGET, Table
from broker.catalog.report import At, Wrong, listed, nearest
from broker.model.scope import Budget, Ceiling, Per, RowsSubject, ToolGrant
from broker.model.tool import Argument, ToolSpec

Named = Callable[[str], str | Wrong]
"""Whether a key of `sum` names a number that an agent may set."""


def of_tool(spec: ToolSpec, granted: Collection[str]) -> Named:
    """Keys are arguments of one tool."""
    return lambda text: _numeric(text, spec.arguments, granted)


def of_scope(specs: Mapping[str, ToolSpec], grants: Mapping[str, ToolGrant], skipped: frozenset[str]) -> Named:
    """Keys are `source.tool.argument` of granted tools. `skipped`: those whose own problems were reported already."""

    def rule(text: str) -> str | Wrong:
        parts = argref(text)
        if isinstance(parts, Wrong):
            return parts
        tool, argument = parts
        if tool in skipped:
            return text
        if tool not in grants:
            return Wrong(f"the scope grants no tool `{tool}`", nearest(tool, grants) or "grant it, or take this out")
        found = _numeric(argument, specs[tool].arguments, grants[tool].arguments)
        return found if isinstance(found, Wrong) else text

    return rule


def budget(at: At, named: Named, *, whole: bool) -> Budget:
    """Limits; `whole`: of the whole task, which must say how many calls."""
    return _budget(at, named, BUDGET if whole else GRANT_BUDGET)


def block_budget(at: At, named: Named) -> Budget:
    """Limits that a block states, for itself or for one tool."""
    return _budget(at, named, BLOCK_BUDGET)


def _budget(at: At, named: Named, table: Table) -> Budget:
    shape = f"expected `{{{', '.join(table)}}}`"
    keys = at.keyed(table, shape)
    if keys is None:
        return Budget()
    if not keys and table is not BUDGET:
        at.wrong(shape, "`{}` limits nothing")
    ends = {key: keys[key].read(count) for key in ("calls", "rows", "subjects", "bytes") if key in keys}
    return Budget(
        calls=ends.get("calls"),
        rows=ends.get("rows"),
        subjects=ends.get("subjects"),
        bytes=ends.get("bytes"),
        sums=_sums(keys["sum"], named) if "sum" in keys else {},
    )


def ceiling(at: At, named: Named, grants: Mapping[str, ToolGrant]) -> Ceiling | None:
    """`grants`: of the scope, by toolref. Each that counts must say whom it counts for."""
    keys = at.keyed(CEILING, "expected `{per: principal, window, calls, sum}`")
    if keys is None:
        return None
    per = keys["per"].read(_per) if "per" in keys else None
    if per is Per.SUBJECT:
        _of_somebody(keys, grants)
    window = keys["window"].read(duration) if "window" in keys else None
    calls = keys["calls"].read(count) if "calls" in keys else None
    sums = _sums(keys["sum"], named) if "sum" in keys else {}
    if "calls" not in keys and "sum" not in keys:
        at.wrong("expected `calls` or `sum`", "say what is limited")
    return None if window is None or per is None else Ceiling(window=window, per=per, calls=calls, sums=sums)


def _per(text: str) -> Per | Wrong:
    return Per(text) if text in set(Per) else Wrong(f"expected {listed([one.value for one in Per])}")


def _of_somebody(keys: Mapping[str, At], grants: Mapping[str, ToolGrant]) -> None:
    """Whose data a call is about is known before it only where its rows are held to a parameter of the task."""
    nobodys = {tool for tool, one in grants.items() if not isinstance(one.rows, RowsSubject)}
    mend = "write `rows: $param` in its grant, or `per: principal`"
    if "calls" in keys and nobodys:
        what = f"expected tools whose calls are about one subject; {listed(nobodys)} has no `rows: $param`"
        keys["calls"].wrong(what, f"{mend}, or limit a `sum` alone")
    for entry in (keys["sum"].entries(empty=True) or ()) if "sum" in keys else ():
        tool = entry.word.rpartition(".")[0]
        if tool in nobodys:
            entry.wrong_key(f"`{tool}` has no `rows: $param`, so nobody knows whom a call is about", mend)


def _sums(at: At, named: Named) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for entry in at.entries("expected `{argument: amount}`") or ():
        match named(entry.word):
            case Wrong(expected=expected, mend=mend):
                entry.wrong_key(expected, mend)
            case _:
                pass
        limit = entry.read(amount)
        if limit is not None:
            found[entry.word] = limit
    return found


def _numeric(text: str, arguments: Mapping[str, Argument], granted: Collection[str]) -> str | Wrong:
    if text not in arguments:
        return Wrong(f"the tool has no argument `{text}`", nearest(text, arguments) or listed(arguments))
    if arguments[text].schema.get("type") not in {"integer", "number"}:
        return Wrong(f"`{text}` is no number", "a sum adds numbers up")
    if text not in granted:
        return Wrong(f"`{text}` is not granted", "name it under `args`")
    return text
