"""Two brokers that serve, driven by their commands: the tests' bank for clients, the demo's shop for examples."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from broker.demo.shop import STORY_TICKET, build
from tests.served import Home, Launcher, Served, bank, home

TELLER = ("teller", "--role", "teller", "--agent", "robot-1", "--purpose", "service", "--task", "account=1")
REFUND = ("support-refund", "--role", "support", "--agent", "helpdesk-1", "--purpose", "refund")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    id: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A broker and the folder that it serves. Its methods block, and one at a time may run."""

    home: Home
    served: Served

    def teller(self) -> Task:
        return self._granted(*TELLER)

    def support(self) -> Task:
        return self._granted(*REFUND, "--task", f"ticket={STORY_TICKET}")

    def records(self, task: str) -> list[dict[str, object]]:
        """All that is on record of a task, in order."""
        return [json.loads(line)["record"] for line in self._said("audit", "show", task).splitlines()]

    def verify(self) -> None:
        """Raises RuntimeError where the log is not what was signed."""
        self._said("audit", "verify")

    def has(self, task: str, kind: str, tool: str) -> bool:
        """Whether such a record is there; read from the store itself, for it is asked often."""
        return any(one.get("task") == task and one["kind"] == kind and one.get("tool") == tool for one in self.home.log)

    def rows(self, database: str, sql: str, *values: object) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.home.folder / "data" / database, timeout=30)) as db:
            return db.execute(sql, values).fetchall()

    def _granted(self, *words: str) -> Task:
        said = json.loads(self._said("grant", *words, "--user", "maria"))
        return Task(id=said["task"], token=said["token"])

    def _said(self, *words: str) -> str:
        code, out, trouble = self.home.run(*words, "--config", str(self.home.config), "--json")
        if code != 0:
            raise RuntimeError(f"`broker {' '.join(words[:2])}` ended with {code}: {trouble}{out}")
        return out


@contextmanager
def bank_stage(folder: Path, launcher: Launcher) -> Iterator[Stage]:
    with home(folder / "bank", launcher, _bank) as one, one.serving() as served:
        yield Stage(home=one, served=served)


def _bank(made: Path) -> None:
    bank(made)
    # As it is, a slow read of one client would hold up the payment of another.
    with closing(sqlite3.connect(made / "data" / "bank.db")) as db:
        db.execute("PRAGMA journal_mode=WAL")


@contextmanager
def shop_stage(folder: Path, launcher: Launcher) -> Iterator[Stage]:
    with home(folder / "shop", launcher, lambda made: build(made / "data")) as one, one.serving() as served:
        yield Stage(home=one, served=served)
