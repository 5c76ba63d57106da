"""`broker grant`: an operator opens a task and gets the token that names it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import anyio
import typer

from broker.cli import say
from broker.cli.calm import NO
from broker.cli.options import CONFIG, AsJson, Config, given
from broker.cli.pairs import pairs
from broker.cli.when import moment, rfc3339, span
from broker.main.build import Broker, opened
from broker.model.asking import Asking
from broker.model.outcome import NotOpened, OpenedTask
from broker.model.scope import Lookup
from broker.model.task import Principal, SaidBy


def grant(
    scope: Annotated[str, typer.Argument(metavar="SCOPE", help="The scope's name.")],
    *,
    user: Annotated[str, typer.Option(metavar="U", help="On whose behalf the work is done.")],
    role: Annotated[list[str], typer.Option(metavar="R", help="A role of that user; may be given again.")],
    agent: Annotated[str, typer.Option(metavar="A", help="The agent that does the work.")],
    purpose: Annotated[str, typer.Option(metavar="P", help="What for.")],
    task: Annotated[
        list[str] | None, typer.Option(metavar="K=V", help="A parameter of the task; may be given again.")
    ] = None,
    issuer: Annotated[str, typer.Option(help="Who vouches for the user.")] = "local",
    config: Config = CONFIG,
    as_json: AsJson = False,
) -> None:
    """Open a task under a scope; the last line is its token."""
    asking = Asking(
        scope=scope,
        principal=Principal(issuer=issuer, sub=user),
        roles=frozenset(role),
        actor=agent,
        purpose=purpose,
        parameters=pairs(task or (), "--task"),
    )
    with opened(given(config)) as broker:
        got = anyio.run(_opened, broker, asking)
    match got:
        case OpenedTask():
            _show(got, as_json=as_json)
        case NotOpened(reason=reason, detail=detail):
            if as_json:
                say.as_json({"refused": reason.value, "detail": detail})
            say.trouble(f"no task was opened: {detail}")
            raise typer.Exit(NO)


async def _opened(broker: Broker, asking: Asking) -> OpenedTask | NotOpened:
    """Of the servers behind the broker only those are started that a parameter is looked up in."""
    scope = broker.catalog.scope(asking.scope)
    parameters = () if scope is None else scope.parameters.values()
    asked = {one.tool.partition(".")[0] for one in parameters if isinstance(one, Lookup)}
    async with broker.servers.connected(asked):
        return await broker.opening.open_task(asking)


def _show(got: OpenedTask, *, as_json: bool) -> None:
    if as_json:
        say.as_json({"token": got.token, **_printed(got)})
        return
    task = got.task
    console = say.out()
    rows: list[tuple[str, object]] = [
        ("task", task.id),
        ("scope", f"{task.scope}, for {task.purpose}"),
        ("who", f"{task.principal} lets {task.actor} do it"),
        *((f"${name}", _said(one.value, one.said_by)) for name, one in task.parameters.items()),
        ("token", f"until {moment(got.expires)}, in {span(got.expires - task.opened)}"),
        ("ends", f"{moment(task.ends)}, in {span(task.ends - task.opened)}, or by `broker task end {task.id}`"),
    ]
    console.print(say.text("A task is open", "bold"))
    console.print(say.facts(rows))
    console.print(
        say.text("Whoever bears this token may do what it allows: hand it to the agent and to nobody else.", "dim")
    )
    console.print()
    say.line(got.token)


def _said(value: object, by: SaidBy) -> str:
    match by:
        case SaidBy.PRINCIPAL:
            return f"{value}"
        case SaidBy.LOOKUP:
            return f"{value}, looked up by the broker"
        case SaidBy.AGENT:
            return f"{value}, said by the agent: proves nothing"


def _printed(got: OpenedTask) -> Mapping[str, Any]:
    task = got.task
    return {
        "task": task.id,
        "scope": task.scope,
        "expires": rfc3339(got.expires),
        "ends": rfc3339(task.ends),
        "parameters": {
            name: {"value": one.value, "said_by": one.said_by.value} for name, one in task.parameters.items()
        },
    }
