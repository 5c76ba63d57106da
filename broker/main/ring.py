"""The keys that sign and verify tokens: one that signs, and those before it for as long as their tokens last.

Whoever serves already must not be told that a key was rotated: the files are looked at whenever a token is, and read
anew where they changed. Nothing that was verified with a key outlives it.
"""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from broker.model.chain import Chain
from broker.model.faults import StoreFault
from broker.model.label import Json
from broker.ports import Clock
from broker.tokens.chain import opener
from broker.tokens.keys import from_public, from_text, kid, public
from broker.tokens.strict import UnreadableError, claims

TOKEN: Final = "token.jwk"  # noqa: S105 - a file's name: the private key that signs
OLD: Final = "token.old.jwks"  # public keys that verify yet, each with its end
DROPPED: Final = "token.dropped.json"  # names of keys that sign and verify nothing any more, wherever they turn up
_REMEMBERED: Final = 1024  # verified chains; a chain's seals depend on its bytes alone
_FOR_EVER: Final = float("inf")
GONE: Final = "the key that signs tokens was dropped, and no other was given since"
_TICK: Final = 0.1
"""Seconds in which a second change may have the time of the first: clocks of file systems are as coarse as 10 ms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Old:
    """A key that signs no more."""

    key: Json = field(repr=False)  # public; its type is known to the tokens room alone
    until: float  # unix seconds: its last token has run out then

    @property
    def kid(self) -> str:
        return kid(self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyset:
    """What the files said when they were read."""

    signing: Json = field(repr=False)  # the private key; of one that stays with a KMS the public half
    old: tuple[Old, ...]
    dropped: frozenset[str] = frozenset()

    @property
    def is_dropped(self) -> bool:
        """Whether the key that should sign may not: one from outside, that was not changed there yet."""
        return kid(self.signing) in self.dropped

    def issuers(self, now: float) -> Mapping[str, Json]:
        """kid -> key, of each that verifies now."""
        known = {one.kid: one.key for one in self.old if now < one.until} | {kid(self.signing): self.signing}
        return {name: key for name, key in known.items() if name not in self.dropped}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Now:
    """A key set, and what was verified with it; both are thrown away together."""

    changed: int  # the folder's time
    keys: Keyset
    until: float  # then one of its keys has had its day, or it is read once more to be sure
    unseal: Callable[[str], Chain | str]


class Ring:
    """The keys of a folder, as they are at this moment. Every method raises StoreFault where they cannot be read."""

    def __init__(self, folder: Path, clock: Clock, outside: Json | None = None) -> None:
        """`outside`: the key that signs, where it is not in the folder. Raises StoreFault, UnreadableError."""
        self._folder = folder
        self._outside = outside
        self._looked_at = str(folder)
        self._clock = clock
        self._now = self._read()

    @property
    def signing(self) -> Json:
        """Also where it may not sign; see `trouble`."""
        return self._current().keys.signing

    def trouble(self) -> str | None:
        """Why no token can be signed; None: it can."""
        return GONE if self._current().keys.is_dropped else None

    def unseal(self, token: str) -> Chain | str:
        """The chain whose proofs hold, or which of them does not."""
        return self._current().unseal(token)

    def verifying(self) -> Sequence[Mapping[str, Json]]:
        """The public keys that count now, as JWKs with their names."""
        current = self._current()
        return [{**public(key), "kid": name} for name, key in current.keys.issuers(self._clock.now()).items()]

    def _current(self) -> _Now:
        held = self._now
        if held.changed != _changed(self._looked_at) or not self._clock.now() < held.until:
            try:
                held = self._now = self._read()
            except (UnreadableError, ValueError):
                raise StoreFault("the keys that sign tokens are damaged") from None
        return held

    def _read(self) -> _Now:
        # The time first: what changes while it is read is seen to have changed at the next look.
        changed, now = _changed(self._looked_at), self._clock.now()
        keys = read(self._folder, self._outside)
        ends = [one.until for one in keys.old if now < one.until]
        if now < changed / 1e9 + _TICK:
            ends.append(now + _TICK)
        return _Now(
            changed=changed,
            keys=keys,
            until=min(ends, default=_FOR_EVER),
            unseal=functools.lru_cache(_REMEMBERED)(opener(keys.issuers(now))),
        )


def read(folder: Path, outside: Json | None = None) -> Keyset:
    """Raises StoreFault where they cannot be read, UnreadableError and ValueError where they are none."""
    # In this order: a key goes into the second file before another takes its place in the first.
    signing = from_text(_text(folder / TOKEN).strip()) if outside is None else outside
    return Keyset(signing=signing, old=tuple(_old(folder / OLD)), dropped=frozenset(_dropped(folder / DROPPED)))


def write_old(folder: Path, old: Sequence[Old]) -> None:
    said = [{"jwk": dict(public(one.key)), "until": int(one.until)} for one in old]
    replace(folder / OLD, json.dumps({"keys": said}, sort_keys=True))


def write_dropped(folder: Path, names: Iterable[str]) -> None:
    """For good: a key that leaked is no better where it comes back, from outside or from a backup."""
    replace(folder / DROPPED, json.dumps({"dropped": sorted(names)}))


def replace(path: Path, text: str) -> None:
    """Whole or not at all, for its own user alone, and still there after a power cut."""
    beside = path.with_name(f".{path.name}.new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _old(path: Path) -> list[Old]:
    if not path.exists():
        return []
    found = []
    for one in _listed(path, "keys"):
        if not isinstance(one, dict) or set(one) != {"jwk", "until"} or type(one["until"]) is not int:
            raise UnreadableError("not a key with its end")
        found.append(Old(key=from_public(one["jwk"]), until=float(one["until"])))
    return found


def _dropped(path: Path) -> list[str]:
    return [str(one) for one in _listed(path, "dropped")] if path.exists() else []


def _listed(path: Path, name: str) -> list[Json]:
    said = claims(_text(path).encode()).get(name)
    if not isinstance(said, list):
        raise UnreadableError("no list of keys")
    return said


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        said = (error.strerror or type(error).__name__).lower()
        raise StoreFault(f"the key file `{path.name}` cannot be read: {said}") from None


def _changed(folder: str) -> int:
    """When something was last made, replaced or removed in the folder, in nanoseconds. Its files are only replaced."""
    try:
        return os.stat(folder).st_mtime_ns  # noqa: PTH116 - at every call: 3 us, and a Path would take as long again
    except OSError as error:
        raise StoreFault(f"the keys cannot be looked at: {(error.strerror or '').lower()}") from None
