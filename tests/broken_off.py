"""What must hold after any call, however it was broken off, and a way to break it off at each of its waits."""

from collections import Counter

import anyio
import orjson
from sqlalchemy import text

ENDS = frozenset({"call.outcome", "call.abandoned", "call.unresolved"})


class Waits:
    """Runs a coroutine and, when it waits for the `at`-th time, cancels the scope around it."""

    def __init__(self, coroutine, scope, at):
        self._inner, self._scope, self._at = coroutine.__await__(), scope, at
        self.met = 0  # waits so far

    def __await__(self):
        sent = thrown = None
        while True:
            try:
                future = self._inner.send(sent) if thrown is None else self._inner.throw(thrown)
            except StopIteration as stop:
                return stop.value
            self.met += 1
            if self.met == self._at:
                self._scope.cancel()
            try:
                sent, thrown = (yield future), None
            except BaseException as error:  # noqa: BLE001 - it belongs to who waits inside
                thrown = error


async def cancelled_at(at, coroutine):
    """What came of it, None where it was cancelled; and whether it waited so often at all."""
    with anyio.CancelScope() as scope:
        waits = Waits(coroutine, scope, at)
        outcome = await waits
        return outcome, waits.met >= at
    return None, True


def records(store):
    return [orjson.loads(body) for _, body in store.entries(0)]


def held(store):
    """What budgets still hold for calls under way."""
    with store._reading() as connection:
        return connection.execute(text("SELECT call, item FROM spend WHERE state = 'held'")).all()


def still_open(store):
    with store._reading() as connection:
        return connection.execute(text("SELECT call FROM open_call WHERE state = 'open'")).scalars().all()


def assert_whole(store):
    """Each intent has one end, each end its intent, in that order; nothing is held and nothing is open."""
    begun, ended = [], Counter()
    for one in records(store):
        if one["kind"] == "call.intent":
            begun.append(one["call"])
        elif one["kind"] in ENDS:
            assert one["call"] in begun
            ended[one["call"]] += 1
    assert ended == Counter(begun)
    assert held(store) == []
    assert still_open(store) == []
