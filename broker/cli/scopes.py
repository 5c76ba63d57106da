"""`broker scopes`: what each allows, and whether it permits and denies what its cases say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.text import Text

from broker.catalog.cases import Case, read_cases
from broker.catalog.classes import known
from broker.catalog.report import listed, nearest
from broker.cli import say
from broker.cli.calm import NO
from broker.cli.going import going
from broker.cli.options import CONFIG, AsJson, Config, given
from broker.cli.scope_page import page
from broker.cli.words import either
from broker.lab.cases import Verdict, rehearse
from broker.main.rules import catalog
from broker.model.faults import ConfigError, Problem
from broker.model.scope import Scope
from broker.ports import Catalog
from broker.settings import Settings
from broker.store.system import SystemClock

_CASES = ".cases.yaml"


def show(
    name: Annotated[str, typer.Argument(metavar="NAME")], *, config: Config = CONFIG, as_json: AsJson = False
) -> None:
    """What one scope allows, in words."""
    settings = given(config)
    files, _ = catalog(settings)
    (scope,) = _named([name], files, settings)
    if as_json:
        say.as_json(_printed(scope))
    else:
        say.out().print(page(scope, files, _defaults(settings)))


def list_(*, config: Config = CONFIG, as_json: AsJson = False) -> None:
    """Every scope."""
    settings = given(config)
    files, warnings = catalog(settings)
    for warning in warnings:
        say.note(warning)
    scopes = sorted(files.scopes(), key=lambda scope: scope.name)
    if as_json:
        for scope in scopes:
            say.as_json(_printed(scope))
        return
    table = say.table("scope", "for", "purpose", "tools", "why")
    for scope in scopes:
        roles, purposes = either(sorted(scope.roles)), either(sorted(scope.purposes))
        table.add_row(*map(say.text, (scope.name, roles, purposes, len(scope.tools), scope.why)))
    say.out().print(table)


def rehearsed(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="All of them where none is named.")
    ] = None,
    *,
    config: Config = CONFIG,
    as_json: AsJson = False,
) -> None:
    """Decide every case beside the scopes; no tool is called."""
    settings = given(config)
    files, _ = catalog(settings)
    chosen = _named(names, files, settings) if names else sorted(files.scopes(), key=lambda scope: scope.name)
    cases, untested = _read(chosen, files, settings)
    verdicts = _decided(cases, files, settings)
    if as_json:
        for verdict in verdicts:
            say.as_json(_as_json(verdict))
    else:
        _tell(chosen, verdicts, [scope.name for scope in untested])
    if names and untested:
        mend = "write calls and what becomes of them, as `broker schema cases` says"
        raise ConfigError([Problem(file=_file(one, settings), expected="no such file", mend=mend) for one in untested])
    if not all(verdict.as_expected for _, verdict in verdicts):
        raise typer.Exit(NO)


def _named(names: Sequence[str], files: Catalog, settings: Settings) -> list[Scope]:
    known_names = sorted(scope.name for scope in files.scopes())
    problems, found = [], []
    for name in dict.fromkeys(names):
        scope = files.scope(name)
        if scope is None:
            mend = nearest(name, known_names) or f"there are {listed(known_names)}"
            folder = str(settings.at(settings.scopes))
            problems.append(Problem(file=folder, expected=f"no scope `{name}`", mend=mend))
        else:
            found.append(scope)
    if problems:
        raise ConfigError(problems)
    return found


def _read(scopes: Sequence[Scope], files: Catalog, settings: Settings) -> tuple[list[tuple[Scope, Case]], list[Scope]]:
    """Raises ConfigError with every problem of every file."""
    found: list[tuple[Scope, Case]] = []
    problems: list[Problem] = []
    untested: list[Scope] = []
    for scope in scopes:
        path = settings.at(settings.scopes) / f"{scope.name}{_CASES}"
        if not path.exists():
            untested.append(scope)
            continue
        try:
            cases, warnings = read_cases(path, _file(scope, settings), scope, files)
        except ConfigError as error:
            problems += error.problems
            continue
        found += [(scope, case) for case in cases]
        for warning in warnings:
            say.note(warning)
    if problems:
        raise ConfigError(problems)
    return found, untested


def _decided(cases: Sequence[tuple[Scope, Case]], files: Catalog, settings: Settings) -> list[tuple[Scope, Verdict]]:
    now, defaults = SystemClock().now(), _defaults(settings)
    with going("deciding", len(cases)) as step:
        return [(scope, step(rehearse(case, scope, files, defaults, now))) for scope, case in cases]


def _tell(scopes: Sequence[Scope], verdicts: Sequence[tuple[Scope, Verdict]], untested: Sequence[str]) -> None:
    console = say.out()
    for scope in scopes:
        own = [verdict for about, verdict in verdicts if about is scope]
        right = sum(verdict.as_expected for verdict in own)
        if scope.name in untested:
            console.print(say.text(scope.name, "bold") + say.text("  has no cases", "yellow"))
            continue
        all_right = right == len(own)
        counted = f"  {right} of {len(own)} as expected"
        console.print(say.text(scope.name, "bold") + say.text(counted, "green" if all_right else "red"))
        table = say.table("", "", "case")
        for verdict in own:
            table.add_row(*_row(verdict))
        console.print(table)
        console.print()


def _row(verdict: Verdict) -> tuple[Text, Text, Group | Text]:
    case = verdict.case
    name = say.text(case.name)
    if verdict.as_expected:
        return say.text("ok", "green"), say.text(verdict.got, "dim"), name
    told = [
        say.text(f"expected {_decision(case.expect, case.reason)}", "red"),
        say.text(
            f"got      {_decision(verdict.got, verdict.reason)}{f': {verdict.detail}' if verdict.detail else ''}", "red"
        ),
        say.text(f"{case.call}, {case.file}:{case.line}", "dim"),
    ]
    return say.text("FAIL", "bold red"), say.text(verdict.got), Group(name, *told)


def _decision(kind: str, reason: object) -> str:
    return kind if reason is None else f"{kind} {reason}"


def _as_json(found: tuple[Scope, Verdict]) -> Mapping[str, Any]:
    scope, verdict = found
    case = verdict.case
    return {
        "scope": scope.name,
        "case": case.name,
        "file": case.file,
        "line": case.line,
        "call": case.call,
        "expected": {"decision": case.expect, "reason": case.reason},
        "got": {"decision": verdict.got, "reason": verdict.reason, "detail": verdict.detail},
        "ok": verdict.as_expected,
    }


def _printed(scope: Scope) -> Mapping[str, Any]:
    return {
        "scope": scope.name,
        "why": scope.why,
        "roles": sorted(scope.roles),
        "agents": list(scope.agents),
        "purposes": sorted(scope.purposes),
        "parameters": list(scope.parameters),
        "tools": list(scope.tools),
        "revision": scope.revision,
    }


def _file(scope: Scope, settings: Settings) -> str:
    return str(settings.scopes / f"{scope.name}{_CASES}")


def _defaults(settings: Settings) -> Mapping[str, str]:
    return {name: rule.action for name, rule in known(settings.classes).items()}
