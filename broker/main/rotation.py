"""Another key signs tokens from now on; the one before verifies what it signed until that has run out."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from broker.audit.journal import Journal
from broker.main.ring import OLD, TOKEN, Old, read, replace, write_dropped, write_old
from broker.model.label import Json
from broker.tokens.keys import kid, new_key, private_text

_MEANWHILE: Final = 300.0
"""Seconds more for the old key while it is not known which tokens were made with it at the last moment."""
_CHANGING: Final = 24 * 3600.0
"""The same for a key from outside: it signs on until whoever keeps it has changed it, and each broker was started."""
_OUTSIDE: Final = "from outside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """`old`: the keys that verify yet; `dropped`: the names of those that do not.

    `signing`: empty where the next key is to come from outside.
    """

    signing: str
    old: tuple[Old, ...]
    dropped: tuple[str, ...]


async def rotate(
    folder: Path, journal: Journal, now: float, *, by: str, why: str, drop: bool, outside: Json | None = None
) -> Rotated:
    """`drop`: the old keys too are good for nothing at once, and every token that they signed.

    `outside`: the key that signs now, where it is not in the folder. It goes on until whoever keeps it gives another;
    what is done here is that its tokens hold after that, or with `drop` that it signs and verifies nothing from now on.

    Raises StoreFault and UnreadableError where the files cannot be used, JournalFault where it cannot be recorded.

    1. on record before it happens: a key that signs is never without a record of whose doing it is
    2. the old key is kept, without its private part, before the new one takes its place: no token is refused
       meanwhile, in whichever process
    3. the new key signs, for everyone who looks: a token made with the old key is of a task, or of a refresh, that was
       durable before
    4. so now it is known when the last of them runs out
    """
    with _alone(folder):
        before = read(folder, outside)
        made = new_key() if outside is None else None
        name = "" if made is None else kid(made)
        kept = [one for one in before.old if now < one.until]
        gone = [kid(before.signing), *(one.kid for one in kept)] if drop else []
        # 1
        until = await journal.rotated(old=kid(before.signing), new=name or _OUTSIDE, dropped=gone, by=by, why=why)
        if drop:
            write_dropped(folder, before.dropped.union(gone))  # all are void by this, whatever becomes of the rest
            if made is not None:
                replace(folder / TOKEN, private_text(made))
            (folder / OLD).unlink(missing_ok=True)
            return Rotated(signing=name, old=(), dropped=tuple(gone))
        # 2
        if not before.is_dropped:
            longer = _MEANWHILE if made is not None else _CHANGING
            write_old(folder, _with(kept, before.signing, max(until, now) + longer))
        if made is None:  # 3 and 4 are not ours to do, nor to know when
            return Rotated(signing="", old=tuple(read(folder, outside).old), dropped=())
        # 3
        replace(folder / TOKEN, private_text(made))
        # 4
        last = await journal.tokens_until()
        old = [one for one in _with(kept, before.signing, last) if now < one.until]
        write_old(folder, old)
        return Rotated(signing=name, old=tuple(old), dropped=())


def _with(kept: Sequence[Old], signing: object, until: float) -> list[Old]:
    # Rounded up: a token's `exp` is a whole second, and its key must not go before it.
    return [*kept, Old(key=signing, until=float(int(until) + 1))]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two that rotate at once would each forget the other's key."""
    held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)
