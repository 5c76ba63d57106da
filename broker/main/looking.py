"""One look at an MCP server: it is started or reached once, its lists are read, and it is left again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import anyio
import anyio.to_thread

from broker.adapters.mcp import runs
from broker.adapters.mcp.connection import Connection, Live
from broker.adapters.mcp.listing import Definitions
from broker.adapters.mcp.patience import Patience
from broker.adapters.mcp.reach import Launch, Reach
from broker.adapters.mcp.runs import Runs
from broker.adapters.mcp.upstream import LARGEST
from broker.adapters.mcp.way import way
from broker.catalog import pins
from broker.catalog.pins import Held, Sight, Standing
from broker.main.places import Place
from broker.model.tool import Misfit

_AT_ONCE: Final = 4  # servers that are started side by side


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one server says now, beside what was approved of it."""

    place: Place
    protocol: str | None  # the version that was agreed on
    runs: Runs | None  # None: it is on the network, or there is no such program
    live: Held | None = field(repr=False)  # None: it could not be reached
    unfit: Mapping[str, str]  # own name -> why it cannot be approved
    trouble: str | None  # why it could not be reached
    words: str  # the end of what its command said on standard error

    @property
    def sights(self) -> tuple[Sight, ...]:
        """Every entry, then and now; of a server that could not be reached none."""
        return (
            () if self.live is None else pins.sights({} if self.place.pins is None else self.place.pins.held, self.live)
        )

    @property
    def ran(self) -> Standing:
        """How what runs stands to what was approved. On the network nobody sees it, so there is nothing to differ."""
        now = None if self.runs is None else self.runs.digest
        then = None if self.place.pins is None else self.place.pins.runs
        if now == then:
            return Standing.APPROVED
        if now is None:
            return Standing.GONE
        return Standing.NEW if then is None else Standing.CHANGED


async def looked(places: Sequence[Place], done: Callable[[Seen], object]) -> tuple[Seen, ...]:
    """All of them, a few at once, in their order. `done` is told of each as it comes."""
    found: dict[str, Seen] = {}
    limit = anyio.CapacityLimiter(_AT_ONCE)

    async def one(place: Place) -> None:
        async with limit:
            found[place.name] = await look(place)
            done(found[place.name])

    async with anyio.create_task_group() as tasks:
        for place in places:
            tasks.start_soon(one, place)
    return tuple(found[place.name] for place in places)


async def look(place: Place, patience: Patience | None = None) -> Seen:
    """What the server lists. A program that changed is started all the same, for nobody could look at it otherwise;
    one that is not of the `integrity` in the source file is not.
    """
    before: list[Runs | None] = []

    def verify(found: Runs | None) -> str | None:
        before.append(found)
        if found is None:
            return "there is no such program; install it, or mend `command`"
        wanted = place.own["integrity"]
        same = wanted is None or wanted == found.digest
        return None if same else f"what would run is {found.digest}, which is not the `integrity` of its source file"

    reach = way(place.own, place.root, verify)
    if isinstance(reach, Misfit):
        return _unseen(place, None, f"{reach.expected}; {reach.mend}", "")
    heard = bytearray()
    listed = await _listed(reach, heard, Patience() if patience is None else patience)
    ran = before[0] if before else None
    words = _line(heard)
    if isinstance(listed, str):
        return _unseen(place, ran, listed, words)
    if isinstance(reach, Launch) and ran != await anyio.to_thread.run_sync(runs.digest, reach.command, reach.cwd):
        return _unseen(place, ran, "its own files changed while it ran, so nobody can say what did", words)
    wires = {kind: getattr(listed, kind) for kind in pins.LISTS}
    live = {kind: {name: pins.essence(kind, one) for name, one in wire.items()} for kind, wire in wires.items()}
    unfit = dict.fromkeys(listed.unclear, "listed twice, or against the protocol")
    unfit |= {name: why for one in live.values() for name, it in one.items() if (why := pins.unfit(it)) is not None}
    return Seen(place=place, protocol=listed.protocol, runs=ran, live=live, unfit=unfit, trouble=None, words=words)


def _unseen(place: Place, ran: Runs | None, trouble: str, words: str) -> Seen:
    return Seen(place=place, protocol=None, runs=ran, live=None, unfit={}, trouble=trouble, words=words)


async def _listed(reach: Reach, heard: bytearray, patience: Patience) -> Definitions | str:
    """Or why not. What is not reached in the newest way may be in the older one, as `Upstream` has it."""
    found: list[Definitions] = []
    why = ""
    for is_second in (False, True):
        connection = _connection(reach, heard, patience, found, is_second=is_second)
        why = await connection.hold()
        if found:
            return found[0]
        if not (isinstance(reach, Launch) or connection.is_turned_away):
            break
    return why


def _connection(
    reach: Reach, heard: bytearray, patience: Patience, found: list[Definitions], *, is_second: bool
) -> Connection:
    def listed(live: Live) -> None:
        found.append(live.definitions)
        connection.end("it was looked at")

    connection = Connection(
        reach=reach,
        is_second=is_second,
        largest=LARGEST,
        patience=patience,
        heard=heard,
        listed=listed,
        ended=lambda _why: None,
    )
    return connection


def _line(heard: bytearray) -> str:
    said = heard.decode(errors="replace")
    return " ".join("".join(char if char.isprintable() else " " for char in said).split())
