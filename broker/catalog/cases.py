"""`scopes/<name>.cases.yaml`: calls beside a scope, and what becomes of each (FORMATS 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from broker.catalog.grammar import moment, slug
from broker.catalog.keys import CASE, CASES, SEEN
from broker.catalog.report import At, Report, Wrong, nearest, one_of
from broker.catalog.scalars import typed
from broker.catalog.tree import Map
from broker.catalog.yaml_text import read
from broker.model.decision import Reason
from broker.model.faults import ConfigError
from broker.model.label import Json
from broker.model.scope import Given, Scope
from broker.ports import Catalog

_SCHEMAS: Final = {"integer": "integer", "number": "number", "text": "string"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A result that the task was shown before."""

    tool: str
    result: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    file: str
    line: int
    name: str
    roles: frozenset[str]
    agent: str
    purpose: str
    task: Mapping[str, Json]  # parameters, looked up ones too
    at: float | None  # unix seconds; None: whenever it is run
    seen: tuple[Seen, ...]
    call: str
    arguments: Mapping[str, Json]
    expect: str  # permit | ask | deny
    reason: Reason | None


def read_cases(path: Path, name: str, scope: Scope, catalog: Catalog) -> tuple[tuple[Case, ...], tuple[str, ...]]:
    """The cases of one scope, and warnings. `name`: how messages call the file. Raises ConfigError with every problem.

    `args` and `task` are typed by the schemas that the tool and the scope give, where they give one; other plain
    scalars are what they look like, so a case can send a text where a number belongs by quoting it.
    """
    report = Report(name)
    _, node = read(path, report)
    found = () if node is None else _cases(At(node, "", report), scope, catalog)
    if report.problems:
        raise ConfigError(report.in_order())
    bare = [one for one in found if one.expect == "deny" and one.reason is None]
    return found, tuple(f"{name}:{one.line}: `{one.name}`: `deny` without `reason` may hide a mistake" for one in bare)


def _cases(at: At, scope: Scope, catalog: Catalog) -> tuple[Case, ...]:
    keys = at.keyed(CASES, "expected `cases: [...]`")
    items = keys["cases"].items("expected a list of cases") if keys and "cases" in keys else None
    found = [_case(item, scope, catalog) for item in items or ()]
    return tuple(one for one in found if one is not None)


def _case(at: At, scope: Scope, catalog: Catalog) -> Case | None:
    before = len(at.report.problems)
    keys = at.keyed(CASE, "expected `{name, roles, agent, purpose, call, args, expect}`")
    if keys is None:
        return None
    title = keys["name"].text() if "name" in keys else None
    roles = keys["roles"].reads(slug, "expected a list of roles") if "roles" in keys else None
    agent = keys["agent"].text() if "agent" in keys else None
    purpose = keys["purpose"].read(slug) if "purpose" in keys else None
    expect = keys["expect"].read(one_of("permit", "ask", "deny")) if "expect" in keys else None
    reason = keys["reason"].read(one_of(*Reason)) if "reason" in keys else None
    if reason is not None and expect in {"permit", "ask"}:
        keys["reason"].wrong_key("`reason` is of `deny`", "take it out")
    call = keys["call"].text("expected `source.tool`") if "call" in keys else None
    moment_of = keys["at"].read(moment) if "at" in keys else None
    task = _task(keys["task"], scope) if "task" in keys else {}
    arguments = _arguments(keys["args"], call or "", catalog) if "args" in keys else {}
    seen = _seen(keys["seen"], catalog) if "seen" in keys else ()
    if len(at.report.problems) > before:
        return None
    return Case(
        file=at.report.file,
        line=at.node.line,
        name=title or "",
        roles=frozenset(roles or ()),
        agent=agent or "",
        purpose=purpose or "",
        task=task,
        at=moment_of,
        seen=seen,
        call=call or "",
        arguments=arguments,
        expect=expect or "deny",
        reason=None if reason is None else Reason(reason),
    )


def _task(at: At, scope: Scope) -> dict[str, Json]:
    found: dict[str, Json] = {}
    for entry in at.entries("expected `{parameter: value}`", empty=True) or ():
        parameter = scope.parameters.get(entry.word)
        if parameter is None:
            mend = nearest(entry.word, scope.parameters) or "name it under the scope's `task`"
            entry.wrong_key(f"the scope's task has no parameter `{entry.word}`", mend)
            continue
        schema = {"type": _SCHEMAS[parameter.type]} if isinstance(parameter, Given) else None
        found[entry.word] = typed(entry.node, schema)
    return found


def _arguments(at: At, call: str, catalog: Catalog) -> dict[str, Json]:
    """Of any tool, known or not: a case may show that an unknown one is refused."""
    spec = catalog.spec(call)
    known = {} if spec is None else {name: argument.schema for name, argument in spec.arguments.items()}
    entries = at.entries("expected `{argument: value}`", empty=True) or ()
    return {entry.word: typed(entry.node, known.get(entry.word)) for entry in entries}


def _seen(at: At, catalog: Catalog) -> tuple[Seen, ...]:
    def tool(text: str) -> str | Wrong:
        if catalog.spec(text) is not None:
            return text
        names = [spec.name for spec in catalog.specs()]
        return Wrong(f"unknown tool `{text}`", nearest(text, names) or "name a tool of a source file")

    found: list[Seen] = []
    for item in at.items("expected `[{tool, result}]`", empty=True) or ():
        keys = item.keyed(SEEN, "expected `{tool, result}`")
        name = keys["tool"].read(tool) if keys and "tool" in keys else None
        if keys and "result" in keys and not isinstance(keys["result"].node, Map):
            keys["result"].wrong("expected a map", "as in `{rows: [{id: 1}], truncated: false}`")
        if keys and name is not None and "result" in keys:
            found.append(Seen(tool=name, result=typed(keys["result"].node, None)))
    return tuple(found)
