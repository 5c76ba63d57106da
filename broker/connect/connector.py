"""The relay: each line of the agent goes to the broker as it is, each message of the broker becomes one line."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import assert_never

import anyio
import stamina
from anyio.abc import TaskGroup
from anyio.streams.memory import MemoryObjectSendStream
from httpx2 import RequestError, Response

from broker.connect import answers
from broker.connect.answers import LostError, Message, StrangeError, Trouble
from broker.connect.channel import BROKEN, UNSENT, Channel
from broker.connect.pipes import LONGEST, TooLong
from broker.connect.spoken import Notification, Reply, Request, Unreadable, read

MOST = 128  # requests under way at a time
_OK, _ERROR = 200, 400
_NOTICE = 10.0  # seconds that a notification may take
_PAUSE, _LONGEST_PAUSE = 0.5, 30.0  # seconds before the broker is listened to again
_CHANGED = b'{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}'


@dataclass(slots=True, kw_only=True)
class UnderWay:
    """One request that has no answer yet."""

    is_newer: bool
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    sent: anyio.Event = field(default_factory=anyio.Event)
    is_cancelled: bool = False  # the agent reads no answer to it any more


@dataclass(slots=True)
class Connector:
    channel: Channel
    tell: Callable[[str], None]
    tasks: TaskGroup
    out: MemoryObjectSendStream[bytes]
    under_way: dict[object, UnderWay] = field(default_factory=dict)
    hears: bool = False
    away: bool = False

    async def take(self, line: bytes | TooLong) -> None:
        """One line of the agent. Requests run beside each other; notifications keep their order."""
        if isinstance(line, TooLong):
            await self.out.send(answers.unreadable(None, -32600, f"a line is at most {LONGEST} bytes"))
            return
        if not line:
            return
        said = read(line)
        match said:
            case Request():
                await self._begin(said, said.id)
            case Unreadable():
                await self._begin(said, object())
            case Notification(method="notifications/cancelled"):
                self._cancel(said)
            case Notification():
                await self._notify(said)
            case Reply():
                self.tell("an answer of the agent was dropped: the broker asks it nothing")
            case _:
                assert_never(said)

    async def reopened(self) -> None:
        """What changed while the broker was away, it told nobody."""
        if self.channel.session.tells_of_tools:
            await self.out.send(_CHANGED)

    async def _begin(self, said: Request | Unreadable, key: object) -> None:
        if key in self.under_way:
            # An error under this id would be taken for the answer to the request that has it.
            await self.out.send(answers.unreadable(None, -32600, "a request of this id is under way"))
        elif len(self.under_way) >= MOST:
            await self.out.send(answers.troubled(said.id, answers.CROWDED))
        else:
            is_newer = isinstance(said, Request) and said.version is not None
            self.under_way[key] = one = UnderWay(is_newer=is_newer)
            self.tasks.start_soon(self._run, said, key, one)

    async def _run(self, said: Request | Unreadable, key: object, one: UnderWay) -> None:
        try:
            with one.scope:
                if isinstance(said, Unreadable):
                    await self._refuse(said)
                else:
                    await self._ask(said, one)
        finally:
            if self.under_way.get(key) is one:
                del self.under_way[key]

    async def _ask(self, said: Request, one: UnderWay) -> None:
        is_opening = said.method == "initialize" and said.version is None
        way = self.channel.opening(said) if is_opening else self.channel.answered(said)
        try:
            async with way as response:
                one.sent.set()
                self._is_back()
                answer = await self._passed_on(said, one, response)
                if is_opening and answer is not None:
                    self.channel.session.opened(said, response, answer)
        except UNSENT as error:
            self._is_away(error)
            await self._say(one, answers.troubled(said.id, answers.UNREACHABLE))
        except StrangeError:
            await self._say(one, answers.troubled(said.id, answers.STRANGE))
        except (RequestError, LostError):
            await self._say(one, answers.troubled(said.id, _lost(said)))

    def _is_away(self, why: Exception) -> None:
        """Said once to the person in front of it; the agent hears it with each request."""
        if not self.away:
            self.away = True
            self.tell(f"the broker cannot be reached{f': {why}' if str(why) else ''}")

    def _is_back(self) -> None:
        if self.away:
            self.away = False
            self.tell("the broker is there again")

    async def _passed_on(self, said: Request, one: UnderWay, response: Response) -> Message | None:
        """Every message up to the answer, which is given back; None for a refusal. Raises what `each` raises."""
        if response.status_code >= _ERROR:
            await self._say(one, await answers.refusal(said.id, response))
            return None
        if response.status_code != _OK:
            raise StrangeError
        async with aclosing(answers.each(response)) as found:
            async for message in found:
                if message.answers(said.id):
                    await self._say(one, message.raw)
                    return message
                if message.is_notification:
                    await self._say(one, message.raw)
        raise LostError

    async def _refuse(self, said: Unreadable) -> None:
        """To the broker as it is: it refuses with the same reader, and puts on record that it did."""
        try:
            async with self.channel.answered(said) as response:
                error = await answers.refusal(said.id, response)
        except BROKEN:
            error = answers.unreadable(said.id, said.why.code, said.why.why)
        await self.out.send(error)

    async def _say(self, one: UnderWay, line: bytes) -> None:
        if not one.is_cancelled:
            await self.out.send(line)

    def _cancel(self, said: Notification) -> None:
        """In the newer protocol a stream that is closed is the cancel; in the older one the notification is."""
        named = said.params.get("requestId")
        is_id = isinstance(named, str | int) and not isinstance(named, bool)  # to Python, true is 1
        one = self.under_way.get(named) if is_id else None
        if one is None:
            return
        one.is_cancelled = True
        if one.is_newer:
            del self.under_way[named]
            one.scope.cancel()
        else:
            self.tasks.start_soon(self._cancel_older, said, one)

    async def _cancel_older(self, said: Notification, one: UnderWay) -> None:
        await one.sent.wait()  # a cancel that comes before what it names is lost
        await self._notify(said)

    async def _notify(self, said: Notification) -> None:
        session = self.channel.session
        if said.version is None and await session.settled() is None:
            return  # the newer protocol has no notification from agents that a broker would read
        with anyio.move_on_after(_NOTICE), suppress(*BROKEN):
            async with self.channel.answered(said):
                pass
        if said.version is None and said.method == "notifications/initialized":
            session.ready = said.raw
            if not self.hears:
                self.hears = True
                self.tasks.start_soon(self._hear)

    async def _hear(self) -> None:
        """For as long as the agent is there: what the broker says of itself, above all that its tools changed."""
        goes_on = True
        while goes_on:
            async for attempt in stamina.retry_context(
                on=BROKEN, attempts=None, timeout=None, wait_initial=_PAUSE, wait_max=_LONGEST_PAUSE
            ):
                with attempt:
                    goes_on = await self.channel.hear(self._heard)
            await anyio.sleep(_PAUSE)

    async def _heard(self, message: Message) -> None:
        if message.is_notification:
            await self.out.send(message.raw)


def _lost(said: Request) -> Trouble:
    """Whether it may be sent again: only what acts is a call."""
    return answers.UNKNOWN if said.method == "tools/call" else answers.LOST
