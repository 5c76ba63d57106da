"""A tool that does what tools do wrong: it hangs, raises, lies, or answers with too much. For tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import anyio

from broker.adapters.label import label
from broker.model.decision import Permit
from broker.model.label import Json, Labeled, Leaf, Writer
from broker.model.outcome import Opened
from broker.model.scope import Rows
from broker.ports import Progress

_MILLION: Final = 1_000_000


@dataclass(slots=True, kw_only=True)
class Broken:
    """Counts how often it was run, and what it was run with. By itself it answers no rows."""

    answers: Json = field(default_factory=lambda: {"rows": [], "truncated": False}, repr=False)
    leaves: Mapping[str, Leaf] = field(default_factory=dict)
    raises: BaseException | None = None  # instead of an answer, after `effect`
    hangs: bool = False  # until it is cancelled
    stubborn: float = 0  # seconds that it goes on after it was cancelled
    waits: anyio.Event | None = None  # slow: answers once this is set
    effect: Callable[[Opened], None] = field(default=lambda _opened: None, repr=False)  # what it does to the world
    refuses: str | None = None  # why no row filter can be placed
    size: int | None = None  # bytes it says its answer has; None: as it is
    changes: str | None = None  # why what would run is not what was approved
    unsuited: str | None = None  # how it says it should be asked
    tells: tuple[tuple[float, float | None], ...] = ()  # the progress it reports as it starts
    runs: int = 0
    opened: list[Opened] = field(default_factory=list, repr=False)
    started: anyio.Event = field(default_factory=anyio.Event)  # set at the first run

    def admit(self, rows: Rows | None) -> str | None:  # noqa: ARG002 - the port's
        return self.refuses

    def missing(self) -> str | None:
        return self.refuses

    def changed(self) -> str | None:
        return self.changes

    async def unfit(self, permit: Permit) -> str | None:  # noqa: ARG002 - the port's
        return self.unsuited

    async def invoke(self, opened: Opened, progress: Progress) -> Labeled:
        self.runs += 1
        self.opened.append(opened)
        self.started.set()
        for done, total in self.tells:
            await progress(done, total)
        try:
            if self.waits is not None:
                await self.waits.wait()
            if self.hangs:
                await anyio.sleep_forever()
        finally:
            with anyio.CancelScope(shield=True):
                await anyio.sleep(self.stubborn)
        self.effect(opened)
        if self.raises is not None:
            raise self.raises
        rows = self.answers.get("rows") if isinstance(self.answers, dict) else None
        count = len(rows) if isinstance(rows, list) else 1
        return label(self.answers, self.leaves, count, len(repr(self.answers)) if self.size is None else self.size)


def leaf(kind: str, writer: Writer = Writer.SYSTEM) -> Leaf:
    return Leaf(kind=kind, writer=writer)


LEAVES: Final[Mapping[str, Leaf]] = {
    "rows.*.id": leaf("public"),
    "rows.*.email": leaf("email"),
    "rows.*.note": leaf("free-text", Writer.ANYONE),
    "truncated": leaf("public"),
}


def lies(secret: str) -> Mapping[str, Json]:
    """Answers under LEAVES that hold `secret` where nobody looks, each by its name."""
    row = {"id": 1, "email": secret, "note": secret}
    deep: Json = secret
    for _ in range(100):
        deep = {"rows": [deep]}
    return {
        "a key that nobody listed": {"rows": [{**row, "password": secret}], "truncated": False, "debug": secret},
        "a key that is the secret": {"rows": [{**row, secret: 1}], secret: [], "truncated": False},
        "an object where a leaf should be": {"rows": [{**row, "id": {"really": secret}}], "truncated": False},
        "an array where a leaf should be": {"rows": [{**row, "id": [secret, [secret]]}], "truncated": [secret]},
        "a text where the rows should be": {"rows": secret, "truncated": False},
        "an object where the rows should be": {"rows": {"*": row, "0": row}, "truncated": False},
        "rows in rows": {"rows": [[row], [[row]]], "truncated": False},
        "rows that are texts": {"rows": [secret, None, 1], "truncated": False},
        "a path as a key": {"rows.*.id": secret, "rows": [{"email.id": secret, "*": secret}], "truncated": False},
        "a text instead of everything": secret,
        "an array instead of everything": [row],
        "nothing": None,
        "depth": deep,
    }


def huge() -> Json:
    """A million rows."""
    return {"rows": [{"id": number} for number in range(_MILLION)], "truncated": False}
