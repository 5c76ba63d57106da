"""What one column is: by its name, by its type, by a look at a sample; in doubt the stricter class."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from broker.adapters.sql.inspect.by_words import SPECIAL, named, unnamed
from broker.adapters.sql.inspect.context import Context
from broker.adapters.sql.inspect.guessed import By, Guess, Standing
from broker.adapters.sql.inspect.kinds import ALL, FEW, MOST, SOME, is_number, is_text
from broker.adapters.sql.inspect.names import Name, rank
from broker.adapters.sql.inspect.schema import Column, Family
from broker.adapters.sql.inspect.shapes import INSIDE, LONG, STRONG
from broker.catalog.classes import BUILT_IN
from broker.model.label import PUBLIC

_SHAPED: Final = ("secret", "card", "iban", "national-id", "email", "phone", "ip", "device", "url")


def guess(column: Column, about: Context, standing: Standing) -> Guess:
    """1. what the name, the type and the table say; 2. what the sample says, where that is stricter."""
    name = about.names[column.name]
    first = _typed(column, name) or named(column, name, about, standing) or unnamed(column, about, name)
    seen = _sampled(column, name, first, standing)
    found = first if seen is None else seen
    if standing.inherited is not None and rank(standing.inherited) > rank(found.kind):
        return Guess(kind=standing.inherited, by=By.KEY, why="as what it points at")
    return found


def _typed(column: Column, name: Name) -> Guess | None:
    """What the type alone decides."""
    match column.family:
        case Family.BOOLEAN:
            special = name.kind in SPECIAL
            kind = name.kind if special and name.kind is not None else PUBLIC
            return Guess(kind=kind, by=By.NAME if special else By.TYPE, why=column.family)
        case Family.NETWORK:
            return Guess(kind="ip", by=By.TYPE, why=column.family)
        case Family.HARDWARE:
            return Guess(kind="device", by=By.TYPE, why=column.family)
        case Family.PLACE:
            return Guess(kind="location", by=By.TYPE, why=column.family)
        case Family.BYTES:
            is_media = name.kind in {"image", "audio"}
            return Guess(kind=str(name.kind) if is_media else "blob", by=By.NAME if is_media else By.TYPE, why="bytes")
        case Family.TREE:
            strict = name.kind if name.kind is not None and rank(name.kind) > rank("free-text") else "free-text"
            return Guess(kind=strict, by=By.TYPE, why=column.family, sure=False)
        case _:
            return None


def _sampled(column: Column, name: Name, first: Guess, standing: Standing) -> Guess | None:
    """What the sample says beyond `first`; None: nothing stricter."""
    look = column.look
    if not look.filled:
        return None
    points = standing.is_key or first.by is By.KEY
    for kind in _SHAPED:
        share, hits = look.share(kind), look.hits.get(kind, 0)
        if kind == first.kind and hits:
            return replace(first, why=f"{first.why}, {share:.0%} of a sample".removeprefix(", "), sure=True)
        is_telling = rank(kind) > rank(first.kind) or first.kind == "internal"
        if not is_telling:
            continue
        if share >= MOST and (hits >= FEW or hits == look.filled) and not (points and kind in {"phone", "secret"}):
            return Guess(kind=kind, by=By.SAMPLE, why=f"{share:.0%} of it")
        if kind in STRONG and hits and not points:
            return Guess(kind=kind, by=By.SAMPLE, why=f"{share:.0%} of it", sure=False)
        doubted = first.kind in {PUBLIC, "internal"} and name.plain is None and not points
        if kind == "phone" and share >= SOME and is_text(column) and doubted:
            return Guess(kind=kind, by=By.SAMPLE, why=f"{share:.0%} of it", sure=False)
    if look.hits.get(INSIDE) and rank(first.kind) < BUILT_IN["free-text"].rank:
        return Guess(kind="free-text", by=By.SAMPLE, why="personal things inside", sure=False)
    unnamed = name.kind is None and name.plain is None and not points
    if unnamed and is_number(column) and look.share(LONG) >= ALL and rank(first.kind) < rank("phone"):
        return Guess(kind="phone", by=By.SAMPLE, why="long numbers", sure=False)
    return None
