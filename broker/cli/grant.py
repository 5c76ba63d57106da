"""`broker grant`: an operator opens a task and gets the token that names it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import anyio
import typer

from broker.cli import say
from broker.cli.calm import NO
from broker.cli.holder import public_key
from broker.cli.options import CONFIG, AsJson, Config, given
from broker.cli.pairs import pairs
from broker.cli.when import moment, rfc3339, span
from broker.main.build import Broker, opened
from broker.model.asking import Asking
from broker.model.outcome import NotOpened, OpenedTask
from broker.model.scope import Lookup
from broker.model.task import Principal, SaidBy
from broker.store.system import SystemClock

_OPEN: Final = "A task is open"
_BEARER: Final = "Whoever bears this token may do what it allows: hand it to the agent and to nobody else."
_BOUND: Final = "Each request with it must be signed by that key: `broker stdio --key`, or `broker.agent`."


class Asker(StrEnum):
    """Who can ask for a task."""

    PRINCIPAL = "principal"
    AGENT = "agent"


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
    holder: Annotated[
        Path | None, typer.Option(metavar="JWK", help="The agent's public key: the token is for its holder alone.")
    ] = None,
    said_by: Annotated[
        Asker, typer.Option(help="Whose words these are. What an agent asked for proves nothing.")
    ] = Asker.PRINCIPAL,
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
        holder=None if holder is None else public_key(holder),
        said_by=SaidBy(said_by.value),
    )
    with opened(given(config)) as broker:
        got = anyio.run(_opened, broker, asking)
    told(got, _OPEN, as_json=as_json)


def told(got: OpenedTask | NotOpened, head: str, *, as_json: bool) -> None:
    """The token, or why there is none."""
    match got:
        case OpenedTask():
            _show(got, head, as_json=as_json)
        case NotOpened(reason=reason, detail=detail):
            if as_json:
                say.as_json({"refused": reason.value, "detail": detail})
            say.trouble(f"no token was given: {detail}" if head != _OPEN else f"no task was opened: {detail}")
            raise typer.Exit(NO)


async def _opened(broker: Broker, asking: Asking) -> OpenedTask | NotOpened:
    """Of the servers behind the broker only those are started that a parameter is looked up in."""
    scope = broker.catalog.scope(asking.scope)
    parameters = () if scope is None else scope.parameters.values()
    asked = {one.tool.partition(".")[0] for one in parameters if isinstance(one, Lookup)}
    async with broker.servers.connected(asked):
        return await broker.opening.open_task(asking)


def _show(got: OpenedTask, head: str, *, as_json: bool) -> None:
    if as_json:
        say.as_json({"token": got.token, **_printed(got)})
        return
    task, now = got.task, SystemClock().now()
    console = say.out()
    rows: list[tuple[str, object]] = [
        ("task", task.id),
        ("scope", f"{task.scope}, for {task.purpose}"),
        ("who", f"{task.principal} lets {task.actor} do it{_asked(task.said_by)}"),
        *((f"${name}", _said(one.value, one.said_by)) for name, one in task.parameters.items()),
        *(() if got.holder is None else [("holder", f"the key {got.holder}")]),
        ("token", f"until {moment(got.expires)}, in {span(got.expires - now)}"),
        ("ends", f"{moment(task.ends)}, in {span(task.ends - now)}, or by `broker task end {task.id}`"),
    ]
    console.print(say.text(head, "bold"))
    console.print(say.facts(rows))
    console.print(say.text(_BEARER if got.holder is None else _BOUND, "dim"))
    console.print()
    say.line(got.token)


def _asked(by: SaidBy) -> str:
    return ", as the agent itself asked" if by is SaidBy.AGENT else ""


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
        "said_by": task.said_by.value,
        "holder": got.holder,
        "expires": rfc3339(got.expires),
        "ends": rfc3339(task.ends),
        "parameters": {
            name: {"value": one.value, "said_by": one.said_by.value} for name, one in task.parameters.items()
        },
    }
