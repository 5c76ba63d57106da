"""`broker sql check`: queries in, one a line, and of each what the broker would say; no database is opened."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Final

import typer

from broker.adapters.sql.select_tool import SQL, SelectTool
from broker.catalog.classes import known
from broker.catalog.report import listed, nearest
from broker.cli import say
from broker.cli.options import CONFIG, Config, given
from broker.cli.pairs import pairs
from broker.lab.queries import Ruling, Trial, rule, trial
from broker.leaves.forms import Unparsable
from broker.leaves.strict_json import read
from broker.main.rules import catalog
from broker.model.decision import Reason
from broker.model.scope import Scope
from broker.ports import Catalog

_LONGEST: Final = 1 << 20  # bytes of a line: as of a request
_SHAPE: Final = 'write one JSON object a line, as in {"id": 1, "sql": "SELECT 1"}'


def check(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help='JSON lines {"id", "sql"}; else they come from stdin.')
    ] = None,
    *,
    source: Annotated[str, typer.Option(metavar="S", help="The source that is asked.")],
    scope: Annotated[str, typer.Option(metavar="SC", help="The scope that they are asked under.")],
    purpose: Annotated[str | None, typer.Option(metavar="P", help="What for; else the scope's only one.")] = None,
    task: Annotated[
        list[str] | None, typer.Option(metavar="K=V", help="A parameter of the task; may be given again.")
    ] = None,
    tool: Annotated[str | None, typer.Option(metavar="NAME", help="The tool; else the only one of its kind.")] = None,
    config: Config = CONFIG,
) -> None:
    """Say of each query whether it would be permitted, and what would run in its place: a JSON line for a line."""
    settings = given(config)
    found, warnings = catalog(settings)
    for warning in warnings:
        say.note(warning)
    chosen = _scope(found, scope)
    name = _tool(found, chosen, source, tool)
    held = trial(
        name,
        scope=chosen,
        purpose=_purpose(chosen, purpose),
        written=pairs(task or (), "--task"),
        catalog=found,
        classes=known(settings.classes),
    )
    if isinstance(held, str):
        raise typer.BadParameter(held, param_hint="--task")
    with nullcontext(sys.stdin.buffer) if file is None else file.open("rb") as lines:
        for line in _lines(lines):
            say.as_json(_ruled(held, line))


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """None: a line that is too long to be read."""
    while line := stream.readline(_LONGEST + 1):
        if len(line) <= _LONGEST or line.endswith(b"\n"):
            yield line
            continue
        while (rest := stream.readline(_LONGEST)) and not rest.endswith(b"\n"):
            pass
        yield None


def _ruled(held: Trial, line: bytes | None) -> Mapping[str, Any]:
    if line is None:
        return _said(None, _unfit(f"a line has at most {_LONGEST} bytes"))
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return _said(None, _unfit("a line is UTF-8"))
    match read(text):
        case Unparsable(why=why):
            return _said(None, _unfit(f"{why}: {_SHAPE}"))
        case {"sql": sql, **more}:
            return _said(more.get("id"), rule(held, sql))
        case {**more}:
            return _said(more.get("id"), _unfit(f"no `{SQL}`: {_SHAPE}"))
        case _:
            return _said(None, _unfit(_SHAPE))


def _unfit(hint: str) -> Ruling:
    return Ruling(reason=Reason.ARGUMENTS_INVALID, hint=hint)


def _said(id_: object, ruling: Ruling) -> Mapping[str, Any]:
    return {
        "id": id_ if isinstance(id_, str | int | float) else None,
        "verdict": "permit" if ruling.reason is None else "deny",
        "reason": ruling.reason,
        "hint": ruling.hint,
        "sql": ruling.sql,
        "reads": list(ruling.reads),
        "classes": dict(ruling.classes or {}),
    }


def _scope(found: Catalog, name: str) -> Scope:
    scope = found.scope(name)
    if scope is None:
        names = [one.name for one in found.scopes()]
        raise typer.BadParameter(f"no scope `{name}`; {nearest(name, names) or listed(names)}", param_hint="--scope")
    return scope


def _purpose(scope: Scope, said: str | None) -> str:
    if said is None and len(scope.purposes) == 1:
        return next(iter(scope.purposes))
    if said is None or said not in scope.purposes:
        raise typer.BadParameter(f"one of {listed(scope.purposes)}, those of the scope", param_hint="--purpose")
    return said


def _tool(found: Catalog, scope: Scope, source: str, said: str | None) -> str:
    """Of the source's tools that the scope grants and that take a SELECT."""
    if all(one.source != source for one in found.specs()):
        sources = {one.source for one in found.specs()}
        mend = nearest(source, sources) or f"of those that are active, there are {listed(sources)}"
        raise typer.BadParameter(f"no source `{source}`; {mend}", param_hint="--source")
    names = [name for name in scope.tools if name.startswith(f"{source}.") and _selects(found, name)]
    if said is not None:
        names = [name for name in names if name in {said, f"{source}.{said}"}]
    match names:
        case [only]:
            return only
        case []:
            mend = f"scope `{scope.name}` grants no tool of `{source}` with `select:`" + (
                f" called `{said}`" if said else ""
            )
            raise typer.BadParameter(mend, param_hint="--tool")
        case _:
            raise typer.BadParameter(f"one of {listed(names)}", param_hint="--tool")


def _selects(found: Catalog, name: str) -> bool:
    return found.spec(name) is not None and isinstance(found.tool(name), SelectTool)
