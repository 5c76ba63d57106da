"""Sets the scene: a folder, three databases and a real broker in a process of its own, driven by its commands alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import anyio
from anyio.streams.text import TextReceiveStream

from broker.demo.jobs import Job
from broker.demo.shop import Shop, build
from broker.model.faults import BrokerError

_STARTS_WITHIN = 60.0  # seconds, on a slow machine
_ENDS_WITHIN = 20.0
_ANOTHER_SHOP = frozenset({"SHOP_DB_URL", "PAY_DB_URL", "MAIL_DB_URL"})


class StageFault(BrokerError):  # noqa: N818 - the word of the house
    """The scene cannot be set: a command of the broker failed where the story needs it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    folder: Path
    shop: Shop
    environ: Mapping[str, str] = field(default_factory=dict)  # where the broker finds the shop, if not beside its files

    @property
    def config(self) -> Path:
        return self.folder / "broker.toml"

    @property
    def said(self) -> Path:
        """What the broker process wrote to its error stream."""
        return self.folder / "data" / "serve.log"

    async def command(self, *words: str) -> Mapping[str, Any]:
        """Run `broker WORDS --json` and read what it printed. Raises StageFault with what it said."""
        return _read(await _run(*words, "--config", str(self.config), "--json", environ=self.environ), words)

    async def printed(self, *words: str, environ: Mapping[str, str]) -> str:
        """What `broker WORDS` prints. Raises StageFault with what it said."""
        return (await _run(*words, "--config", str(self.config), environ=environ)).decode()

    async def grant(self, job: Job) -> Mapping[str, Any]:
        """Open a task for this job as the operator would."""
        return await self.command(*job.words)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """The URL of a broker that runs until this is left."""
        with self.said.open("wb") as said:
            words = ("serve", "--config", str(self.config), "--port", "0", "--json")
            process = await anyio.open_process(
                _words(*words), stdin=subprocess.DEVNULL, stderr=said, env=_environment(self.environ)
            )
        try:
            yield await _first_line(process, self.said)
        finally:
            with anyio.CancelScope(shield=True):  # a broker that is left behind would hold port and log
                await _end(process)


async def prepare(folder: Path) -> Stage:
    """A folder as `broker init` makes it, with the demo's databases in it."""
    await _run("init", str(folder))
    await anyio.to_thread.run_sync(_roomy, folder / "broker.toml")
    shop = await anyio.to_thread.run_sync(build, folder / "data")
    return Stage(folder=folder, shop=shop)


def _roomy(config: Path) -> None:
    """One agent plays every part of a story, so it opens more tasks than one agent should."""
    text = config.read_text(encoding="utf-8")
    for usual, roomy in (("# open = 3 ", "open = 100 "), ("# per_hour = 20", "per_hour = 1000")):
        if usual not in text:
            raise StageFault(f"`broker init` wrote no `{usual.strip()}`")
        text = text.replace(usual, roomy)
    config.write_text(text, encoding="utf-8")


def _words(*words: str) -> list[str]:
    return [sys.executable, "-m", "broker", *words]


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    """Ours, but for what would send the demo to a real shop."""
    return {**{name: value for name, value in os.environ.items() if name not in _ANOTHER_SHOP}, **more}


async def _run(*words: str, environ: Mapping[str, str] = MappingProxyType({})) -> bytes:
    done = await anyio.run_process(_words(*words), check=False, env=_environment(environ))
    if done.returncode == 0:
        return done.stdout
    said = _trouble(done.stderr) or _trouble_told(done.stdout)
    raise StageFault(said or f"`broker {' '.join(words[:2])}` ended with {done.returncode}")


def _read(printed: bytes, words: tuple[str, ...]) -> Mapping[str, Any]:
    try:
        return dict(json.loads(printed))
    except ValueError:
        raise StageFault(f"`broker {' '.join(words[:2])}` printed no JSON object") from None


async def _first_line(process: anyio.abc.Process, said: Path) -> str:
    """What the broker prints once it can be reached."""
    line = ""
    if process.stdout is not None:
        with anyio.move_on_after(_STARTS_WITHIN):
            async for text in TextReceiveStream(process.stdout):
                line += text
                if "\n" in line:
                    return str(_read(line.partition("\n")[0].encode(), ("serve",))["url"])
    raise StageFault(_trouble(await anyio.Path(said).read_bytes()) or "`broker serve` did not start")


async def _end(process: anyio.abc.Process) -> None:
    if process.returncode is None:
        process.terminate()
    with anyio.move_on_after(_ENDS_WITHIN) as patience:
        await process.wait()
    if patience.cancelled_caught:
        process.kill()
        await process.wait()
    await process.aclose()


def _trouble(printed: bytes) -> str:
    """The first error line of a command, without its mark; failing that, the last thing it said."""
    lines = printed.decode("utf-8", "replace").strip().splitlines()
    errors = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    return (errors or lines[-1:] or [""])[0]


def _trouble_told(printed: bytes) -> str:
    """What a command that answers in JSON calls its trouble, if it does."""
    try:
        said = json.loads(printed)
    except ValueError:
        return ""
    return str(said.get("trouble") or "") if isinstance(said, dict) else ""
