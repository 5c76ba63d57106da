"""`broker task`: what is open, what has become of it, and its end."""

from __future__ import annotations

import getpass
from collections.abc import Mapping
from typing import Annotated, Any

import anyio
import typer

from broker.cli import say
from broker.cli.calm import NO
from broker.cli.named import named
from broker.cli.options import CONFIG, AsJson, Config, given
from broker.cli.when import moment, rfc3339, span
from broker.main.books import books
from broker.model.task import TaskFacts, TaskState
from broker.store.system import SystemClock

Id = Annotated[str, typer.Argument(metavar="ID", help="The task's id, or as much of it as no other begins with.")]


def list_(
    *,
    every: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,
    config: Config = CONFIG,
    as_json: AsJson = False,
) -> None:
    """Open tasks, newest first."""
    now = SystemClock().now()
    with books(given(config)) as found:
        tasks = found.archive.tasks()
    chosen = [one for one in tasks if every or _state(one, now) == TaskState.ACTIVE]
    if as_json:
        for one in chosen:
            say.as_json(_printed(one, now))
        return
    if not chosen:
        say.line("no task is open" if tasks else "there has been no task yet", "dim")
        return
    table = say.table("task", "state", "scope", "who", "since")
    table.columns[0].no_wrap = table.columns[2].no_wrap = True
    for one in chosen:
        task = one.task
        words = (task.id, _state(one, now), task.scope, f"{task.actor} for {task.principal}", span(now - task.opened))
        table.add_row(*map(say.text, words))
    say.out().print(table)


def show(task: Id, *, config: Config = CONFIG, as_json: AsJson = False) -> None:
    """One task: who, what for, about what, and what it has been shown."""
    now = SystemClock().now()
    with books(given(config)) as found:
        one = named(found.archive, task)
        records = len(found.archive.indexes(one.task.id))
    if as_json:
        say.as_json({**_printed(one, now), "records": records})
        return
    about, label = one.task, one.label
    rows: list[tuple[str, object]] = [
        ("state", _state(one, now)),
        ("scope", f"{about.scope}, for {about.purpose}"),
        ("who", f"{about.actor} for {about.principal}"),
        *((f"${name}", f"{value.value} ({value.said_by.value})") for name, value in about.parameters.items()),
        ("opened", moment(about.opened)),
        ("ends", f"{moment(about.ends)}{f', in {span(about.ends - now)}' if now < about.ends else ''}"),
        ("was shown", ", ".join(sorted(label.classes)) or "nothing but what is public"),
        ("strangers", "it has read what a stranger may have written" if label.untrusted else "no text of a stranger"),
        ("records", f"{records}; `broker audit show {about.id}`"),
    ]
    console = say.out()
    console.print(say.text(f"Task {about.id}", "bold"))
    console.print(say.facts(rows))


def end(
    task: Id,
    *,
    why: Annotated[str, typer.Option(help="For the record.")] = "ended by an operator",
    config: Config = CONFIG,
    as_json: AsJson = False,
) -> None:
    """End a task for good: its token, handles and keys are good for nothing afterwards."""
    with books(given(config)) as found:
        about = named(found.archive, task).task
        done = anyio.run(found.journal.ended, about.id, f"operator {_operator()}", why)
    if as_json:
        say.as_json({"task": about.id, "ended": done})
    elif done:
        say.line(f"task {about.id} has ended: its token, handles and keys are good for nothing now")
    if not done:
        say.trouble(f"task {about.id} had ended before")
        raise typer.Exit(NO)


def _operator() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "unnamed"


def _state(one: TaskFacts, now: float) -> str:
    return "expired" if one.state is TaskState.ACTIVE and not now < one.task.ends else one.state.value


def _printed(one: TaskFacts, now: float) -> Mapping[str, Any]:
    task, label = one.task, one.label
    return {
        "task": task.id,
        "state": _state(one, now),
        "scope": task.scope,
        "purpose": task.purpose,
        "principal": {"issuer": task.principal.issuer, "sub": task.principal.sub},
        "agent": task.actor,
        "parameters": {name: {"value": it.value, "said_by": it.said_by.value} for name, it in task.parameters.items()},
        "opened": rfc3339(task.opened),
        "ends": rfc3339(task.ends),
        "shown": {"classes": sorted(label.classes), "zones": sorted(label.zones), "untrusted": label.untrusted},
    }
