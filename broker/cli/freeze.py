"""`broker freeze` and `broker thaw`: put on hold what agents do, and let it go on."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import anyio
import typer

from broker.cli import say
from broker.cli.calm import NO
from broker.cli.meant import known_thing, of, target
from broker.cli.operator import operator, reason
from broker.cli.options import CONFIG, AsJson, Config, given
from broker.main.books import books
from broker.main.rules import catalog
from broker.model.faults import ConfigError, Problem
from broker.model.record import OpenCall
from broker.model.scope import Scope
from broker.model.stop import FREEZABLE, Stop, Target, What
from broker.model.task import TaskFacts, TaskState
from broker.model.tool import ToolSpec
from broker.ports import Archive
from broker.settings import Settings
from broker.store.system import SystemClock

_KINDS = "|".join(one.value for one in FREEZABLE)
Kind = Annotated[What | None, typer.Argument(metavar=_KINDS, help="What kind of thing; `all` takes no name.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="An agent (`root` or `root/name`), a source, a zone.")]
By = Annotated[str | None, typer.Option(metavar="WHO", help="Who decided it, if not you.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a freeze stops. `tools`: None where the files cannot be read."""

    tasks: Collection[TaskFacts]
    calls: Collection[OpenCall]
    tools: Collection[str] | None


def freeze(
    what: Kind = None,
    name: Name = "",
    *,
    why: Annotated[str | None, typer.Option(help="For the record.")] = None,
    by: By = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    unseen: Annotated[bool, typer.Option("--unseen", help="An agent that is on record nowhere yet.")] = False,
    config: Config = CONFIG,
    as_json: AsJson = False,
) -> None:
    """Stop an agent, a source, a zone or everything until it is thawed. Without arguments: what is frozen now."""
    settings = given(config)
    with books(settings) as found:
        if what is None:
            _list(found.archive, as_json=as_json)
            return
        meant = _meant(found.archive, what, name, unseen=unseen)
        if any(one.target == meant for one in found.archive.stops()):
            say.trouble(f"{meant} is frozen already; `broker freeze` says since when")
            raise typer.Exit(NO)
        reach = _reach(found.archive, settings, meant)
        because = reason(why)
        if as_json and not yes:
            raise typer.BadParameter("is needed with --json: nobody is there to be asked", param_hint="--yes")
        if not as_json:
            _show(meant, reach)
        if not yes:
            typer.confirm("Freeze it?", abort=True)
        done = anyio.run(found.journal.freeze, meant, operator(by), because)
    _done("frozen", meant, done=done, as_json=as_json, more=_printed(reach))


def thaw(
    what: Kind,
    name: Name = "",
    *,
    why: Annotated[str, typer.Option(help="For the record.")],
    by: By = None,
    config: Config = CONFIG,
    as_json: AsJson = False,
) -> None:
    """Let go on what was frozen."""
    reason(why)
    with books(given(config)) as found:
        standing = {one.target for one in found.archive.stops()}
        meant = Target(what=what or What.ALL, name=name)
        if meant not in standing:
            mend = f"frozen is {', '.join(map(str, sorted(standing, key=str)))}" if standing else "nothing is frozen"
            said = f"`{name}` is not frozen" if name else "it is not frozen as a whole"
            raise ConfigError([Problem(file=meant.what.value, expected=said, mend=mend)])
        done = anyio.run(found.journal.thaw, meant, operator(by), why)
    _done("thawed", meant, done=done, as_json=as_json, more={})


def _meant(archive: Archive, what: What, name: str, *, unseen: bool) -> Target:
    if what not in FREEZABLE:
        raise typer.BadParameter(f"a {what.value} is revoked, not frozen", param_hint="WHAT")
    return target(archive, what, name, unseen=unseen)


def _reach(archive: Archive, settings: Settings, meant: Target) -> Reach:
    tasks = [one for one in archive.tasks() if _is_open(one)]
    try:
        files, _ = catalog(settings)
    except ConfigError:
        say.note("the files cannot be read, so nobody can say what this stops; it stops it all the same")
        return Reach(tasks=of(meant, tasks), calls=[one for one in archive.calls() if _at(one.tool, meant)], tools=None)
    specs = {one.name: one for one in files.specs()}
    if meant.what in {What.SOURCE, What.ZONE}:
        known_thing(meant.what, meant.name, {_place(one, meant.what) for one in specs.values()})
        tools = {name for name, one in specs.items() if _place(one, meant.what) == meant.name}
        calls = [one for one in archive.calls() if one.tool in tools]
        scopes = {one.name for one in files.scopes() if _uses(one, tools)}
        return Reach(tasks=[one for one in tasks if one.task.scope in scopes], calls=calls, tools=tools)
    under = of(meant, tasks)
    of_tasks = {one.task.id for one in under}
    used = {name for one in under if (scope := files.scope(one.task.scope)) is not None for name in scope.tools}
    calls = [one for one in archive.calls() if one.task in of_tasks]
    return Reach(tasks=under, calls=calls, tools=set(specs) if meant.what is What.ALL else used)


def _is_open(one: TaskFacts) -> bool:
    return one.state is TaskState.ACTIVE and SystemClock().now() < one.task.ends


def _uses(scope: Scope, tools: Collection[str]) -> bool:
    return any(name in tools for name in scope.tools)


def _place(spec: ToolSpec, what: What) -> str:
    return spec.zone if what is What.ZONE else spec.source


def _at(tool: str, meant: Target) -> bool:
    return meant.what is not What.SOURCE or tool.startswith(f"{meant.name}.")


def _show(meant: Target, reach: Reach) -> None:
    say.line(f"freezing {meant} stops", "bold")
    tools = "unknown" if reach.tools is None else ", ".join(sorted(reach.tools)) or "none"
    rows: list[tuple[str, object]] = [
        ("open tasks", f"{len(reach.tasks)}" + "".join(f"\n{_line(one)}" for one in list(reach.tasks)[:8])),
        ("running calls", f"{len(reach.calls)}" + "".join(f"\n{one.tool}" for one in list(reach.calls)[:8])),
        ("tools", tools),
    ]
    say.out().print(say.facts(rows))


def _line(one: TaskFacts) -> str:
    return f"{one.task.id} {one.task.scope}, {one.task.actor} for {one.task.principal}"


def _printed(reach: Reach) -> Mapping[str, Any]:
    return {
        "tasks": [one.task.id for one in reach.tasks],
        "calls": [one.call for one in reach.calls],
        "tools": None if reach.tools is None else sorted(reach.tools),
    }


def _done(word: str, meant: Target, *, done: bool, as_json: bool, more: Mapping[str, Any]) -> None:
    if as_json:
        say.as_json({word: meant.what.value, "name": meant.name, "done": done, **more})
    elif done:
        way = f"; `broker thaw {meant.what.value}{f' {meant.name}' if meant.name else ''}` lets it go on"
        say.line(f"{word}: {meant}{way if word == 'frozen' else ''}")
    if not done:
        say.trouble(f"{meant} was {word} by somebody else meanwhile")
        raise typer.Exit(NO)


def _list(archive: Archive, *, as_json: bool) -> None:
    standing = archive.stops()
    for one in standing:
        record = _record(archive, one)
        if as_json:
            say.as_json({"frozen": one.target.what.value, "name": one.target.name, "record": one.at, **record})
        else:
            say.line(f"{one.target}, since {record['at']}, by {record['by']}: {record['why']}")
    if not standing and not as_json:
        say.line("nothing is frozen", "dim")


def _record(archive: Archive, stop: Stop) -> Mapping[str, str]:
    fields: Mapping[str, Any] = next((json.loads(body) for _, body in archive.entries(stop.at, stop.at + 1)), {})
    return {name: str(fields.get(name, "")) for name in ("at", "by", "why")}
