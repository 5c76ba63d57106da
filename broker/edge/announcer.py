"""Tells connected agents that what they may see has changed: each of its own lists alone, never of a stranger's."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field

import anyio

from broker.edge.look import EVERY, Nothing, look
from broker.edge.offered import entry
from broker.model.chain import Credential
from broker.model.grant import Shown
from broker.model.tool import Face
from broker.pipeline import Pipeline

_PAUSE = 0.2  # seconds between two looks: whoever changes all the time must not keep the broker busy
_BEARS = 1.0  # seconds that telling one agent may take

Digests = Mapping[Face, str]


@dataclass(slots=True, kw_only=True, eq=False)
class Listener:
    """One connection of an agent's that can be told something outside of a request."""

    credential: Credential  # the newest that it bore
    tell: Callable[[Collection[Face]], Awaitable[None]]  # that these lists of its changed
    over: Callable[[], None]  # that its token grants nothing any more; called at every look from then on
    told: Digests | None = None  # what it knows to be listed; None: nobody could tell


@dataclass(slots=True, kw_only=True)
class Announcer:
    """`changed` may be called by anyone in the broker's own loop; it returns at once. Nothing of it is kept."""

    pipeline: Pipeline
    _listeners: set[Listener] = field(default_factory=set)
    _woken: anyio.Event = field(default_factory=anyio.Event)

    def changed(self) -> None:
        """What can be listed may have changed."""
        self._woken.set()

    async def joined(self, listener: Listener) -> None:
        """From here on it is told, until `left`. What it could see until now is what it knows."""
        self._listeners.add(listener)
        found = await look(self.pipeline, listener.credential)
        # Nothing waits between the look and this line: what changed before is in it, what changes later wakes us.
        listener.told = None if isinstance(found, Nothing) else digests(found)

    def left(self, listener: Listener) -> None:
        self._listeners.discard(listener)

    def count(self, token: str | None = None) -> int:
        """How many listen: with this token, or at all."""
        return sum(token is None or one.credential.token == token for one in self._listeners)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            with anyio.move_on_after(EVERY):
                await self._woken.wait()
            self._woken = anyio.Event()
            await self._look_around()
            await anyio.sleep(_PAUSE)

    async def _look_around(self) -> None:
        of: dict[Credential, list[Listener]] = defaultdict(list)
        for one in self._listeners:
            of[one.credential].append(one)
        async with anyio.create_task_group() as tasks:
            for credential, listeners in of.items():
                found = await look(self.pipeline, credential)
                if found is Nothing.OVER:
                    for one in listeners:
                        one.over()
                if isinstance(found, Nothing):
                    continue
                now = digests(found)
                for one in listeners:
                    changed = [face for face in Face if one.told is not None and one.told[face] != now[face]]
                    one.told = now
                    if changed:
                        tasks.start_soon(_bounded, one, changed)


async def _bounded(listener: Listener, changed: Collection[Face]) -> None:
    with anyio.move_on_after(_BEARS):
        await listener.tell(changed)


def digests(found: Collection[Shown]) -> Digests:
    """Of each list, as an agent reads it."""
    made = {face: hashlib.sha256() for face in Face}
    for one in sorted(found, key=lambda each: each.spec.name):
        made[one.spec.face].update(entry(one).model_dump_json().encode())
    return {face: one.hexdigest() for face, one in made.items()}
