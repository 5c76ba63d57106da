"""A minute with a broker: sets the scene, lets agents loose, and says whether all went as the stories say."""

from __future__ import annotations

import signal
import sys
import tempfile
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path

import anyio
import stamina.instrumentation
from rich.console import Console
from rich.text import Text

from broker.demo import analyst, coder, support
from broker.demo.acts import Acts
from broker.demo.events import Began, Built, Finished, Serving
from broker.demo.findings import Moved
from broker.demo.jobs import Play
from broker.demo.plain import plain
from broker.demo.postgres import ROLE, moved, server
from broker.demo.shop import CUSTOMERS, ORDERS, TICKETS
from broker.demo.stage import Stage, StageFault, prepare
from broker.demo.tell import Tell, Timeline, as_lines
from broker.demo.workshop import Workshop, fit_out


def run(
    only: Sequence[Play] = (),
    *,
    postgres: bool = False,
    serve: bool = False,
    as_json: bool = False,
    folder: Path | None = None,
    console: Console | None = None,
) -> int:
    """Tell the stories. 0: every step ended as it says and the log verifies; 1: one did not, and it says which.

    `only`: the stories that must be told; empty: all that can be. `postgres`: with the shop on PostgreSQL. `serve`:
    stay up afterwards with a fresh task, until a signal. `folder`: where all of it is put, which must not exist or be
    empty; None: a new temporary one, left behind to be looked at. `console`: where they are told; None: the terminal.
    """
    stamina.instrumentation.set_on_retry_hooks(())  # they would write to stdout
    place = Path(tempfile.mkdtemp(prefix="broker-demo-")) if folder is None else folder
    teller = as_lines(sys.stdout) if as_json else Timeline(console or Console(highlight=False))
    try:
        with server(place / "postgres") if postgres else nullcontext() as admin:
            wrong = anyio.run(partial(_play, place, teller, only, admin=admin, serve=serve))
    except (StageFault, ExceptionGroup) as fault:  # the client's task groups wrap what is raised inside them
        Console(stderr=True, highlight=False).print(Text(_sorry(fault)), soft_wrap=True)
        return 1
    return 0 if wrong == () else 1


async def _play(
    place: Path, teller: Tell, only: Sequence[Play], *, admin: str | None, serve: bool
) -> tuple[str, ...] | None:
    """What went wrong; None: told to stop before the end."""
    wrong: tuple[str, ...] | None = None
    async with anyio.create_task_group() as group:
        group.start_soon(_stop_when_told, group.cancel_scope)
        teller(Began(folder=str(place)))
        acts = Acts(stage=await prepare(place), tell=teller)
        teller(Built(customers=CUSTOMERS, orders=ORDERS, tickets=TICKETS, hostile=acts.stage.shop.hostile))
        if admin is not None:
            acts.stage = replace(acts.stage, environ=await moved(acts.stage, admin))
            teller(Moved(database="PostgreSQL", role=ROLE))
        left_out = await _tell(acts, only)
        wrong = tuple(acts.wrong)
        teller(Finished(wrong=wrong, left_out=left_out, places=_places(acts.stage)))
        if serve:
            async with acts.stage.serving() as url:
                await support.invite(acts, url)
                await anyio.sleep_forever()
        group.cancel_scope.cancel()
    return wrong


async def _tell(acts: Acts, only: Sequence[Play]) -> tuple[str, ...]:
    """The stories that could not be told. Those that must be and cannot are wrong."""
    chosen = frozenset(only or Play)
    may_begin = anyio.Event()
    found: list[Workshop | str] = []

    async def fit() -> None:
        found.append(await fit_out(acts.stage, may_begin))

    async with anyio.create_task_group() as group:
        if Play.CODER in chosen:
            group.start_soon(fit)  # an installation may take a while: the others are told meanwhile
        if chosen - {Play.CODER}:
            await _with_the_shop(acts, chosen, may_begin)
        may_begin.set()
    left_out = await _code(acts, found[0], must=bool(only)) if found else ()
    if chosen - {Play.CODER} or any(isinstance(one, Workshop) for one in found):
        await acts.verify()
    return left_out


async def _code(acts: Acts, found: Workshop | str, *, must: bool) -> tuple[str, ...]:
    """The coder's story, or why it is not told."""
    if isinstance(found, Workshop):
        await coder.play(acts, found)
        return ()
    sentence = f"the coder's story is not told, for its MCP server is not here: {found}"
    if not must:
        return (sentence,)
    acts.wrong.append(sentence)
    return ()


async def _with_the_shop(acts: Acts, chosen: frozenset[Play], may_begin: anyio.Event) -> None:
    async with acts.stage.serving() as url:
        acts.tell(Serving(url=url))
        may_begin.set()  # the broker has read its files; what is written to them now counts for the next one
        if Play.SUPPORT in chosen:
            await support.play(acts, url)
        if Play.ANALYST in chosen:
            await analyst.play(acts, url)


def _places(stage: Stage) -> dict[str, str]:
    shop = stage.shop
    files = ", ".join(path.name for path in (shop.shop, shop.pay, shop.mail))
    return {
        "files": f"{files} and the log in {shop.shop.parent}",
        "rules": f"tools/ and scopes/ in {stage.folder}",
        "look": f"broker audit tail --config {stage.config}",
    }


async def _stop_when_told(scope: anyio.CancelScope) -> None:
    """Leave through every `finally`, so that no broker process stays behind."""
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            scope.cancel()


def _sorry(fault: Exception) -> str:
    """One line, from the first thing that went wrong."""
    while isinstance(fault, ExceptionGroup):
        fault = fault.exceptions[0]
    said = str(fault) if isinstance(fault, StageFault) else f"{type(fault).__name__}: {fault}"
    return f"error: the demo cannot go on: {plain(said)}"
