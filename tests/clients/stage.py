"""Two brokers that serve, driven by their commands: the tests' bank for clients, the demo's shop for examples."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from broker.agent.key import Key
from broker.demo.shop import STORY_TICKET, build
from tests.desk import NAME as DESK
from tests.desk import desk
from tests.oauth_world import free_port
from tests.served import Home, Launcher, Served, bank, home

TELLER = ("teller", "--role", "teller", "--agent", "robot-1", "--purpose", "service", "--task", "account=1")
REFUND = ("support-refund", "--role", "support", "--agent", "helpdesk-1", "--purpose", "refund")
AGENTS = 64  # registered ones: each run is an agent of its own, for one that asks again goes on with its task
_AGENT = """
[[identity.agents]]
name = "{name}"
key = "robot.pub"
owner = "tests"
model = "any"
provider = "any"
review_by = 2999-01-01
roles = ["teller"]
scope = "{scope}"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a client is given: a token of a task, or who it is, to open one by itself."""

    id: str = ""
    token: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A broker and the folder that it serves. Its methods block, and one at a time may run."""

    home: Home
    served: Served
    key: str = ""  # of its registered agents, as `broker key` writes it

    def teller(self) -> Task:
        return self._granted(*TELLER)

    def by_oauth(self, at: int) -> Task:
        return Task(agent=_named(at))

    def by_static(self, at: int) -> Task:
        agent = ("--user", "maria", "--role", "teller", "--agent", _named(at), "--scope", DESK)
        said = self._said("bearer", "new", f"run-{at}", *agent, "--days", "1", "--why", "a client is checked")
        return Task(token=json.loads(said)["token"], agent=_named(at))

    def tasks(self, of: Task) -> list[str]:
        """Its own, or those that its agent opened."""
        opened = (one for one in self.home.log if one["kind"] == "task.opened" and one["actor"] == of.agent)
        return [of.id] if of.id else [str(one["task"]) for one in opened]

    def support(self) -> Task:
        return self._granted(*REFUND, "--task", f"ticket={STORY_TICKET}")

    def records(self, task: str) -> list[dict[str, object]]:
        """All that is on record of a task, in order."""
        return [json.loads(line)["record"] for line in self._said("audit", "show", task).splitlines()]

    def verify(self) -> None:
        """Raises RuntimeError where the log is not what was signed."""
        self._said("audit", "verify")

    def has(self, of: Task, kind: str, tool: str) -> bool:
        """Whether such a record is there; read from the store itself, for it is asked often."""
        tasks = self.tasks(of)
        found = (one for one in self.home.log if one["kind"] == kind and one.get("tool") == tool)
        return any(one.get("task") in tasks for one in found)

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
    port = free_port()  # the URL is what tokens are for, so it is known before
    with (
        home(folder / "bank", launcher, lambda made: _bank(made, port)) as one,
        one.serving("--port", str(port)) as served,
    ):
        yield Stage(home=one, served=served, key=(one.folder / "robot.key").read_text(encoding="utf-8"))


def _named(at: int) -> str:
    return f"robot-{at}"


def _bank(made: Path, port: int) -> None:
    bank(made)
    desk(made)
    key = Key.make()
    key.save(made / "robot.key")
    (made / "robot.pub").write_text(json.dumps(dict(key.public)))
    config = made / "broker.toml"
    agents = "".join(_AGENT.format(name=_named(at), scope=DESK) for at in range(AGENTS))
    config.write_text(config.read_text().replace("# port = 8750", f"port = {port}") + agents)
    # As it is, a slow read of one client would hold up the payment of another.
    with closing(sqlite3.connect(made / "data" / "bank.db")) as db:
        db.execute("PRAGMA journal_mode=WAL")


@contextmanager
def shop_stage(folder: Path, launcher: Launcher) -> Iterator[Stage]:
    with home(folder / "shop", launcher, lambda made: build(made / "data")) as one, one.serving() as served:
        yield Stage(home=one, served=served)
