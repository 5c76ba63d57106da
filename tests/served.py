"""A broker over a fresh folder, as a process that tests start, talk to, and end the hard way."""

import functools
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import orjson

from broker.grants.issue import root_claims
from broker.main.build import opened
from broker.model.asking import Asking
from broker.model.outcome import OpenedTask
from broker.model.task import Principal
from broker.settings import read
from broker.store.system import SystemIds
from tests.plenty import plenty

WORLD = Path(__file__).parent / "world"
PATIENCE = 60.0  # seconds, on a slow machine


class Launcher:
    """Starts broker processes from one that has imported everything already."""

    def __init__(self):
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "tests.zygote"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, **what):
        self._zygote.stdin.write(json.dumps(what) + "\n")
        self._zygote.stdin.flush()
        return json.loads(self._zygote.stdout.readline())

    def end(self):
        self._zygote.stdin.close()
        self._zygote.wait(PATIENCE)
        self._zygote.stdout.close()


@dataclass
class Served:
    """A broker process that can be reached."""

    launcher: Launcher
    pid: int
    url: str
    code: int | None = None  # how it ended

    @property
    def base(self):
        return self.url.removesuffix("/mcp")

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        return self.wait()

    def terminate(self, how=signal.SIGTERM):
        os.kill(self.pid, how)
        return self.wait()

    def wait(self):
        until(lambda: self._ended() is not None)
        return self.code

    def _ended(self):
        if self.code is None:
            self.code = self.launcher.ask(poll=self.pid)
        return self.code


@dataclass
class Home:
    """A broker's folder: what `broker init` makes, with other sources and scopes in it."""

    folder: Path
    launcher: Launcher
    starts: int = 0
    _stack: ExitStack = field(default_factory=ExitStack)
    _beside: object = None

    @property
    def config(self):
        return self.folder / "broker.toml"

    @property
    def settings(self):
        return read(self.config)

    @property
    def log(self):
        """Every record, read from the file itself."""
        with closing(sqlite3.connect(self.folder / "data" / "broker.db", timeout=30)) as database:
            found = database.execute("SELECT body FROM entry ORDER BY seq").fetchall()
        return [orjson.loads(body) for (body,) in found]

    def kinds(self, *prefixes):
        return [one["kind"] for one in self.log if one["kind"].startswith(prefixes)]

    def of(self, task):
        """The kinds of a task's records, in their order."""
        return [one["kind"] for one in self.log if one.get("task") == task]

    def rows(self, sql, database="bank.db"):
        with closing(sqlite3.connect(self.folder / "data" / database, timeout=30)) as db:
            return db.execute(sql).fetchall()

    def say(self, name):
        """A file for what the process of this start says."""
        return self.folder / "data" / f"{name}-{self.starts}.txt"

    def start(self, *more, **limits):
        self.starts += 1
        said = self.say("out"), self.say("err")
        words = ["serve", "--config", str(self.config), "--port", "0", "--json", *more]
        pid = self.launcher.ask(argv=words, out=str(said[0]), err=str(said[1]), **limits)
        one = Served(launcher=self.launcher, pid=pid, url="")
        until(lambda: b"\n" in _content(said[0]) or one._ended() is not None)
        if one.code is not None:
            raise RuntimeError(f"the broker ended with {one.code}: {said[1].read_text()}")
        one.url = json.loads(said[0].read_text().partition("\n")[0])["url"]
        return one

    @contextmanager
    def serving(self, *more, **limits):
        one = self.start(*more, **limits)
        try:
            yield one
        finally:
            if one.code is None:
                one.kill()

    def run(self, *words):
        """Run a command to its end: exit code, stdout, stderr."""
        self.starts += 1
        said = self.say("out"), self.say("err")
        pid = self.launcher.ask(argv=list(words), out=str(said[0]), err=str(said[1]))
        one = Served(launcher=self.launcher, pid=pid, url="")
        return one.wait(), said[0].read_text(), said[1].read_text()

    @property
    def beside(self):
        """A broker over the same store in this process, as commands are beside one that serves."""
        if self._beside is None:
            self._beside = self._stack.enter_context(opened(self.settings))
        return self._beside

    def close(self):
        self._stack.close()

    def grants(self, askings):
        """Open tasks as `broker grant` does."""
        return _run(_open_all, self.beside, askings)

    def ends(self, task):
        """End a task as `broker task end` does."""
        return _run(functools.partial(self.beside.journal.ended, task, by="operator", why="test"))

    def expired(self, task):
        """A token of this broker for this task that has run out."""
        return self._token(task, 1)

    def renewed(self, task):
        """Another token for this task."""
        return self._token(task, task.ends)

    def _token(self, task, expires):
        at = self.beside.pipeline.audience
        claims = root_claims(task, audience=at, jti=SystemIds().fresh(), now=0, expires=expires, seal=True)
        return _run(self.beside.opening.mint, claims, None)


def until(claim):
    """Waits for a file or a process that has no event to wait for."""
    end = time.monotonic() + PATIENCE
    while not claim():
        if time.monotonic() > end:
            raise TimeoutError("it did not come true")
        time.sleep(0.01)


@contextmanager
def home(folder, launcher, fill):
    """`fill`: makes the databases in a folder, and may put other sources and scopes in place."""
    one = Home(folder, launcher)
    code, _, said = _init(one)
    if code:
        raise RuntimeError(said)
    plenty(folder / "broker.toml")
    fill(folder)
    try:
        yield one
    finally:
        one.close()


def _init(one):
    out = one.folder.parent / f"{one.folder.name}.init"
    pid = one.launcher.ask(argv=["init", str(one.folder), "--json"], out=str(out), err=str(out) + ".err")
    process = Served(launcher=one.launcher, pid=pid, url="")
    return process.wait(), out.read_text(), Path(str(out) + ".err").read_text()


def bank(folder, accounts=3):
    """The world of the tests in place of what ships: see `tests/world`."""
    for name in ("tools", "scopes"):
        shutil.rmtree(folder / name)
        shutil.copytree(WORLD / name, folder / name)
    with closing(sqlite3.connect(folder / "data" / "bank.db")) as database, database:
        database.executescript((WORLD / "schema.sql").read_text())
        database.executemany("INSERT INTO tick VALUES (?)", [(n,) for n in range(100)])
        rows = [
            (
                n,
                f"Owner {n}",
                f"owner{n}@bank.example",
                f"+49 30 {n:07d}",
                f"400000{n:010d}",
                f"dear diary {n}",
                f"pin{n}",
            )
            for n in range(1, accounts + 1)
        ]
        database.executemany("INSERT INTO account VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def asking(scope="teller", user="maria", **parameters):
    return Asking(
        scope=scope,
        principal=Principal(issuer="local", sub=user),
        roles=frozenset({"teller"}),
        actor="robot-1",
        purpose="service",
        parameters={name: str(value) for name, value in (parameters or {"account": 1}).items()},
    )


def _run(work, *args):
    """In a thread with a loop of its own: the caller may be in one already."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(anyio.run, work, *args).result()


async def _open_all(broker, askings):
    found = [await broker.opening.open_task(one) for one in askings]
    for one in found:
        if not isinstance(one, OpenedTask):
            raise TypeError(f"not opened: {one}")
    return found


def _content(path):
    return path.read_bytes() if path.exists() else b""
