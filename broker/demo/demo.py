"""One minute with a broker: sets the scene, lets the agent loose, and says whether all went as the story says."""

from __future__ import annotations

import signal
import sys
import tempfile
from functools import partial
from pathlib import Path

import anyio
from rich.console import Console
from rich.text import Text

from broker.demo.events import Began
from broker.demo.plain import plain
from broker.demo.stage import StageFault, prepare
from broker.demo.story import Story
from broker.demo.tell import Tell, Timeline, as_lines


def run(*, serve: bool = False, as_json: bool = False, folder: Path | None = None) -> int:
    """Tell the story. 0: every step ended as it says and the log verifies; 1: one did not, and it says which.

    `serve`: stay up afterwards with a fresh task, until a signal. `folder`: where all of it is put, which must
    not exist or be empty; None: a new temporary one, left behind to be looked at.
    """
    place = Path(tempfile.mkdtemp(prefix="broker-demo-")) if folder is None else folder
    teller = as_lines(sys.stdout) if as_json else Timeline(Console(highlight=False))
    try:
        wrong = anyio.run(partial(_play, place, teller, serve=serve))
    except (StageFault, ExceptionGroup) as fault:  # the client's task groups wrap what is raised inside them
        Console(stderr=True, highlight=False).print(Text(_sorry(fault)), soft_wrap=True)
        return 1
    return 0 if wrong == () else 1


async def _play(place: Path, teller: Tell, *, serve: bool) -> tuple[str, ...] | None:
    """What went wrong; None: told to stop before the end."""
    wrong: tuple[str, ...] | None = None
    async with anyio.create_task_group() as group:
        group.start_soon(_stop_when_told, group.cancel_scope)
        teller(Began(folder=str(place)))
        stage = await prepare(place)
        story = Story(stage=stage, tell=teller)
        story.built()
        async with stage.serving() as url:
            wrong = await story.play(url)
            if serve:
                await story.invite(url)
                await anyio.sleep_forever()
        group.cancel_scope.cancel()
    return wrong


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
