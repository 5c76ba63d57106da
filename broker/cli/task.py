"""`broker task`: what is open, what has become of it, and its end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import anyio
import typer

from broker.cli import say
from broker.cli.calm import NO
from broker.cli.named import named, shortest
from broker.cli.operator import operator
from broker.cli.options import CONFIG, AsJson, Config, given
from broker.cli.when import moment, rfc3339, span
from broker.main.books import books
from broker.model.label import PUBLIC, Label
from broker.model.task import SaidBy, TaskFacts, TaskState
from broker.store.system import SystemClock

Why = Annotated[str, typer.Option("--why", help="For the record.")]
MustWhy = Annotated[str, typer.Option("--why", metavar="TEXT", help="For the record.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The task's id, or as much of it as no other begins with.")]


def list_(
    *,
    every: Annotated[bool, typer.Option("--all", help="Those that have ended, too.")] = False,
    config: Config = CONFIG,
    as_json: AsJson = False,
) -> None:
    """Open and suspended tasks, newest first."""
    now = SystemClock().now()
    with books(given(config)) as found:
        tasks = found.archive.tasks()
    chosen = [one for one in tasks if every or _state(one, now) in {TaskState.ACTIVE, TaskState.SUSPENDED}]
    if as_json:
        for one in chosen:
            say.as_json(_printed(one, now))
        return
    if not chosen:
        say.line("no task is open" if tasks else "there has been no task yet", "dim")
        return
    short = shortest([one.task.id for one in tasks])
    table = say.table("task", "state", "scope", "who", "since", "was shown")
    table.columns[0].no_wrap = table.columns[2].no_wrap = True
    for one in chosen:
        task = one.task
        who = f"{task.actor} for {task.principal}"
        words = (short[task.id], _state(one, now), task.scope, who, span(now - task.opened), _shown(one.label))
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
        ("asked for", "by the agent" if about.said_by is SaidBy.AGENT else "by the principal, as the operator says"),
        *([("opened with", f"the static token {about.bearer}")] if about.bearer else []),
        *((f"${name}", f"{value.value} ({value.said_by.value})") for name, value in about.parameters.items()),
        ("opened", moment(about.opened)),
        ("ends", f"{moment(about.ends)}{f', in {span(about.ends - now)}' if now < about.ends else ''}"),
        ("was shown", ", ".join(sorted(label.classes)) or "nothing but what is public"),
        ("strangers", "it has read what a stranger may have written" if label.untrusted else "no text of a stranger"),
        *([("handed on", _handed(one))] if one.heir_of else ()),
        ("records", f"{records}; `broker audit show {about.id}`"),
    ]
    console = say.out()
    console.print(say.text(f"Task {about.id}", "bold"))
    console.print(say.facts(rows))


def end(task: Id, *, why: Why = "ended by an operator", config: Config = CONFIG, as_json: AsJson = False) -> None:
    """End a task for good: its token, handles and keys are good for nothing afterwards."""
    with books(given(config)) as found:
        about = named(found.archive, task).task.id
        done = anyio.run(found.journal.ended, about, operator(), why)
    _told(about, "ended", as_json=as_json, done=done, said="its token, handles and keys are good for nothing now")


def suspend(task: Id, *, why: MustWhy, config: Config = CONFIG, as_json: AsJson = False) -> None:
    """Serve nothing of a task until it is resumed; all that it holds is kept, for a while at most its lifetime."""
    with books(given(config)) as found:
        about = named(found.archive, task).task.id
        done = anyio.run(found.journal.suspended, about, operator(), why)
    _told(
        about, "suspended", as_json=as_json, done=done, said="nothing of it is served; `broker task resume` undoes it"
    )


def resume(task: Id, *, why: MustWhy, config: Config = CONFIG, as_json: AsJson = False) -> None:
    """Let a suspended task go on, after a look at what suspended it. Its failed handles stay counted."""
    with books(given(config)) as found:
        about = named(found.archive, task).task.id
        done = anyio.run(found.journal.resumed, about, operator(), why)
    _told(about, "resumed", as_json=as_json, done=done, said="it goes on where it stood")


def _told(task: str, word: str, *, as_json: bool, done: bool, said: str) -> None:
    if as_json:
        say.as_json({"task": task, word: done})
    elif done:
        say.line(f"task {task} is {word}: {said}")
    if not done:
        say.trouble(f"task {task} could not be {word}: `broker task show {task}` says what it is")
        raise typer.Exit(NO)


def _state(one: TaskFacts, now: float) -> str:
    return "expired" if one.state is not TaskState.ENDED and not now < one.task.ends else one.state.value


def _shown(label: Label) -> str:
    """In few words: classes, and whether a stranger may have written some of it."""
    words = [*sorted(label.classes - {PUBLIC}), *(["a stranger's words"] if label.untrusted else [])]
    return ", ".join(words) or "-"


def _handed(one: TaskFacts) -> str:
    more = "" if one.ledger_whole else "; there was more than could be handed on"
    return f"by {', '.join(one.heir_of)}: what they were shown counts here too{more}"


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
        "said_by": task.said_by.value,
        "bearer": task.bearer or None,
        "heir_of": list(one.heir_of),
        "ledger_whole": one.ledger_whole,
        "opened": rfc3339(task.opened),
        "ends": rfc3339(task.ends),
        "shown": {"classes": sorted(label.classes), "zones": sorted(label.zones), "untrusted": label.untrusted},
    }
