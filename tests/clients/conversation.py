"""Runs one program against a broker, reads what it says, and tells it when what it waits for has come true."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import anyio
from anyio.streams.text import TextReceiveStream

from tests.clients.environments import described
from tests.clients.roster import EXAMPLES, HERE, Client, Run
from tests.clients.stage import Stage, Task

LONGEST = 90.0  # seconds that a program may take
_STOPS_WITHIN = 10.0  # seconds; the slow tool's own limit is 20, so an end before is a cancel that arrived
_SLOW = "bank.count_slowly"
_STEP = '{"step":'


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that can be known of a run."""

    run: Run
    tasks: list[str]
    amount: float
    said: str  # on stdout, as it came
    trouble: str  # on stderr
    code: int | None  # None: it had to be ended
    records: list[dict[str, object]]
    seconds: float

    @property
    def steps(self) -> dict[str, dict[str, object]]:
        """Step -> what was said of it. Lines that are not ours are a client's own business."""
        lines = [line for line in self.said.splitlines() if line.startswith(_STEP)]
        return {one.pop("step"): one for one in map(json.loads, lines)}


async def talk(run: Run, stage: Stage, at: int, alone: anyio.Lock) -> Told:
    """`at`: of this run alone; `alone`: held while the stage's commands run, for they run one at a time."""
    amount = 10 + at / 4  # its own, and exact in binary
    async with alone:
        task = await anyio.to_thread.run_sync(_given, run, stage, at)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as home:
        said, trouble, code = await _program(run, stage, task, amount, Path(home))
    async with alone:
        tasks = await anyio.to_thread.run_sync(stage.tasks, task)
        records = [one for of in tasks for one in await anyio.to_thread.run_sync(stage.records, of)]
    took = time.monotonic() - began
    return Told(
        run=run, tasks=tasks, amount=amount, said=said, trouble=trouble, code=code, records=records, seconds=took
    )


def _given(run: Run, stage: Stage, at: int) -> Task:
    match run.of, run.way:
        case Client(), "oauth":
            return stage.by_oauth(at)
        case Client(), "static":
            return stage.by_static(at)
        case Client(), _:
            return stage.teller()
        case _:
            return stage.support()


async def _program(run: Run, stage: Stage, task: Task, amount: float, home: Path) -> tuple[str, str, int | None]:
    environment = described(run.of.environment)
    is_client = isinstance(run.of, Client)
    program = environment.program(HERE / "programs" / run.of.program) if is_client else EXAMPLES / run.of.program
    words = [str(environment.interpreter), str(program), *([] if is_client else ["42"])]
    errors, lines, rest = home / "stderr", [], ""
    with errors.open("wb") as stderr:
        variables = _variables(run, stage, task, amount, home)
        process = await anyio.open_process(words, stdin=subprocess.PIPE, stderr=stderr, env=variables, cwd=home)
    try:
        with anyio.move_on_after(LONGEST):
            async for text in TextReceiveStream(process.stdout):
                *whole, rest = (rest + text).split("\n")
                lines += whole
                for line in whole:
                    await _answer(_step(line), process, stage, task)
            await process.wait()
    finally:
        with anyio.CancelScope(shield=True):
            code = process.returncode
            if code is None:
                process.kill()
            await process.aclose()
    return "\n".join([*lines, rest]), errors.read_text(encoding="utf-8", errors="replace"), code


def _step(line: str) -> str | None:
    return json.loads(line)["step"] if line.startswith(_STEP) else None


async def _answer(step: str | None, process: anyio.abc.Process, stage: Stage, task: Task) -> None:
    """What `story.py` waits for: that its slow call has begun, and that it has ended."""
    match step:
        case "begun":
            await _true_soon(stage, task, "call.intent")
        case "cancel":
            await _true_soon(stage, task, "call.outcome")
        case _:
            return
    await process.stdin.send(b"go on\n")


async def _true_soon(stage: Stage, task: Task, kind: str) -> None:
    """Waits for a record of another process, and no longer than it may take: what is missing is found out later."""
    with anyio.move_on_after(_STOPS_WITHIN):
        while not await anyio.to_thread.run_sync(stage.has, task, kind, _SLOW):  # noqa: ASYNC110 - it sets no event of ours
            await anyio.sleep(0.1)


def _variables(run: Run, stage: Stage, task: Task, amount: float, home: Path) -> dict[str, str]:
    """No key of any model, no proxy, nothing of the developer's home: what is not named here is not there."""
    url = stage.served.url
    connector = [sys.executable, "-m", "broker", "stdio", "--url", url]
    return {
        "PATH": os.defpath,
        "HOME": str(home),
        "BROKER_URL": url,
        "BROKER_WAY": run.way,
        "BROKER_AGENT": task.agent,
        "BROKER_KEY": stage.key,
        "BROKER_TOKEN": task.token,
        "BROKER_ERA": run.era,
        "BROKER_AMOUNT": str(amount),
        "BROKER_CANNOT": json.dumps(sorted(run.cannot)),
        "BROKER_STDIO": json.dumps(connector if run.way == "stdio" else []),
    }
