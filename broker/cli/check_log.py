"""The log held to its signed checkpoints, and what that does and does not prove."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from broker.audit.verify import SHOWN, CannotCheckError, Report, check
from broker.cli import say
from broker.cli.going import going
from broker.model.faults import ConfigError, Problem
from broker.ports import Archive


def checked(archive: Archive, vkey: str, witness: str | None = None) -> Report:
    """Raises ConfigError where there is nothing to check: a missing proof never becomes a pass."""
    before = [str(note) for note in archive.checkpoints()]
    size = archive.head().size
    # The log may grow meanwhile: later notes count up to `size`, the earlier ones in any case, for a tail that was cut
    # off shows only in a note that says more than there is.
    notes = [note for note in map(str, archive.checkpoints()) if _size(note) <= size]
    notes += [note for note in before if _size(note) > size]
    unfound: list[int] = []
    try:
        with going("verifying", size) as step:

            def bodies() -> Iterator[bytes]:
                index = {at: (call, task) for at, call, task in archive.indexed(0, size)}
                for at, body in archive.entries(0, size):
                    raw = _raw(body)
                    if index.get(at) != _named(raw):
                        unfound.append(at)
                    yield step(raw)

            report = check(bodies(), notes, vkey, witness)
            return replace(report, problems=(*report.problems, *_hidden(unfound)))
    except CannotCheckError as error:
        mend = "nothing is on record yet" if size == 0 else "restore the database from a copy"
        raise ConfigError([Problem(file="log", expected=f"cannot be checked: {error}", mend=mend)]) from None


def told(report: Report) -> RenderableType:
    holds = not report.problems
    verdict = Text("The log verifies", "bold green") if holds else Text("THE LOG DOES NOT VERIFY", "bold red")
    rows: list[tuple[str, object]] = [
        ("records", f"{report.records:,}"),
        ("checkpoints", f"{report.checkpoints:,}, each signed by the log's key"),
        ("root", report.root),
        ("open calls", _open(report)),
    ]
    if report.witnessed:
        rows.append(("witnessed", f"{report.witnessed:,} records, by the note that you gave"))
    proves = [
        "It proves that no record was changed, moved, removed or put in between since its checkpoint was signed.",
        _unproven(report),
    ]
    return Group(verdict, say.facts(rows), *((Text(), *(say.text(one, "dim") for one in proves)) if holds else ()))


def printed(report: Report) -> Mapping[str, Any]:
    return {
        "ok": not report.problems,
        "records": report.records,
        "checkpoints": report.checkpoints,
        "root": report.root,
        "open": len(report.open_calls),
        "witnessed": report.witnessed,
        "problems": list(report.problems),
    }


def _open(report: Report) -> str:
    count = len(report.open_calls)
    return "none" if count == 0 else f"{count}: under way, or the broker died with them; the next start settles which"


def _unproven(report: Report) -> str:
    could = (
        f"changed what came after record {report.witnessed:,}" if report.witnessed else "rebuilt it, or cut its end off"
    )
    return (
        f"It does not prove that whoever holds both the database and the log's key has not {could}."
        " For that, somebody else must keep its checkpoints (`--witness NOTE`)."
    )


def _hidden(unfound: Sequence[int]) -> Iterator[str]:
    for at in unfound[:SHOWN]:
        yield f"record {at}: the index does not lead to it, so `broker audit show` misses it"
    if len(unfound) > SHOWN:
        yield f"and {len(unfound) - SHOWN} records more that the index does not lead to"


def _named(body: bytes) -> tuple[object, object]:
    """The call and the task of a record, as the index should have them."""
    try:
        found = json.loads(body)
        return found.get("call", ""), found.get("task", "")
    except (ValueError, AttributeError, RecursionError):
        return "", ""


def _raw(body: object) -> bytes:
    """A tampered database may hold text or a number where bytes were: such a record has no root that was signed."""
    return body if isinstance(body, bytes) else repr(body).encode()


def _size(note: str) -> int:
    """0 where it says none: the check itself says what is wrong with it."""
    said = note.split("\n")[1:2]
    return int(said[0]) if said and said[0].isascii() and said[0].isdecimal() and len(said[0]) < len(str(2**63)) else 0
