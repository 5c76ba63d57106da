"""What one column is: by its name, by its type, by a look at a sample; in doubt the stricter class."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from broker.adapters.sql.inspect import other_words
from broker.adapters.sql.inspect.context import Context, Rows
from broker.adapters.sql.inspect.look import Look
from broker.adapters.sql.inspect.names import Name, Plain, rank
from broker.adapters.sql.inspect.schema import Column, Family
from broker.adapters.sql.inspect.shapes import CODE, INSIDE, LONG, MOMENT, NAMES, NUMBER, STRONG
from broker.catalog.classes import BUILT_IN
from broker.model.label import PUBLIC

_MOST: Final = 0.6  # of a sample: what so many values are, the column is
_SOME: Final = 0.1  # so many phone numbers are no accident
_ALL: Final = 0.9  # the others are what people type when they have nothing to type
_FEW: Final = 3  # values that are a sample at all
_SPECIAL: Final = frozenset({"health", "biometric", "belief", "legal"})
"""What even a yes or no tells (GDPR, article 9 and 10)."""
_WORDED: Final = frozenset(
    {"email", "person", "address", "free-text", "url", "company", "username", "country", "language"}
)
"""What no number is: one in such a column counts it or points at it."""
_LISTED: Final = frozenset({"location", "country", "company", "language"})
"""A table of cities is a list of places and nobody's."""
_SHAPED: Final = ("secret", "card", "iban", "national-id", "email", "phone", "ip", "device", "url")


class By(StrEnum):
    NAME = "by name"
    SAMPLE = "by sample"
    TYPE = "by type"
    KEY = "key"
    TABLE = "by its table"
    NOTHING = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """`why`: in a few words, for the admin; no value stands in it. `sure`: an admin may skip it."""

    kind: str
    by: By
    why: str = ""
    sure: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a column is to its table. `inherited`: the class of the column that a foreign key points at."""

    is_key: bool  # the whole primary key, or part of a foreign one
    is_own: bool  # of the primary key
    inherited: str | None = None


def guess(column: Column, about: Context, standing: Standing) -> Guess:
    """1. what the name, the type and the table say; 2. what the sample says, where that is stricter."""
    name = about.names[column.name]
    first = _typed(column, name) or _named(column, name, about, standing) or _unnamed(column, about, name)
    seen = _sampled(column, name, first, standing)
    found = first if seen is None else seen
    if standing.inherited is not None and rank(standing.inherited) > rank(found.kind):
        return Guess(kind=standing.inherited, by=By.KEY, why="as what it points at")
    return found


def _typed(column: Column, name: Name) -> Guess | None:
    """What the type alone decides."""
    match column.family:
        case Family.BOOLEAN:
            special = name.kind in _SPECIAL
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


def _named(column: Column, name: Name, about: Context, standing: Standing) -> Guess | None:
    """What the name decides; None: it decides nothing."""
    if _is_pointer(column, name, standing):
        # Which disease a visit was about is told by a number too.
        if name.kind in _SPECIAL and not standing.is_own and name.kind is not None:
            return Guess(kind=name.kind, by=By.NAME, why=name.said, sure=False)
        return Guess(kind=PUBLIC, by=By.KEY)
    if name.kind is not None:
        return _classed(column, name, name.kind, about)
    match name.plain:
        case Plain.HARMLESS:
            return _harmless(column, name, about)
        case Plain.COUNTED:
            return _counted(column, about)
        case Plain.CODE if not _is_text(column) or _is_coded(column.look):
            return Guess(kind=PUBLIC, by=By.NAME)
        case _:
            return None


def _classed(column: Column, name: Name, kind: str, about: Context) -> Guess | None:
    if about.rows is Rows.THINGS and kind in _LISTED and about.words.issuperset(name.phrase):
        return Guess(kind=PUBLIC, by=By.TABLE, why="a list of them")
    if name.is_about and (not _is_text(column) or column.look.is_list or _is_dated(column)):
        return Guess(kind=PUBLIC, by=By.NAME, why=f"about {name.said}")
    if _is_number(column) and kind in {*_WORDED, "location"} and other_words.TRAITS.isdisjoint(name.phrase):
        return None if about.sensitive else Guess(kind=PUBLIC, by=By.TYPE, why="a number")
    if _is_dated(column) and kind not in {"dob", "date", *_SPECIAL}:
        return Guess(kind=PUBLIC, by=By.TYPE, why=Family.MOMENT)
    return Guess(kind=kind, by=By.NAME, why=name.said if name.is_about else "", sure=not name.is_about)


def _harmless(column: Column, name: Name, about: Context) -> Guess | None:
    look = column.look
    if not other_words.PLACES.isdisjoint(name.phrase) and about.rows is not Rows.THINGS:
        if name.rest in about.placed:
            return Guess(kind="location", by=By.NAME, why="beside an address")
        if look.share(CODE) >= _MOST and look.longest <= _FEW:
            return Guess(kind="location", by=By.SAMPLE, why="short codes", sure=False)
    if look.prose >= look.filled * _SOME > 0:
        return None
    personal = about.rows in {Rows.PEOPLE, Rows.LETTERS} or about.sensitive is not None
    if personal and _is_text(column) and look.filled and not look.is_list and look.share(CODE) < _ALL:
        return None  # as many words as rows: not a list to choose from
    return Guess(kind=PUBLIC, by=By.NAME)


def _counted(column: Column, about: Context) -> Guess | None:
    look = column.look
    if about.sensitive in {"salary", "health"} and _is_number(column):
        return Guess(kind=about.sensitive, by=By.TABLE, sure=False)
    if _is_text(column) and not _is_dated(column) and look.filled and look.share(NUMBER) < _ALL and not look.is_list:
        return None
    return Guess(kind=PUBLIC, by=By.NAME)


def _unnamed(column: Column, about: Context, name: Name) -> Guess:
    """Nothing known is said of it."""
    if about.sensitive is not None:
        return Guess(kind=about.sensitive, by=By.TABLE, sure=False)
    if _is_dated(column):
        kind = "date" if about.rows is Rows.PEOPLE and column.family is Family.MOMENT else PUBLIC
        return Guess(kind=kind, by=By.TYPE, why=Family.MOMENT, sure=kind == PUBLIC)
    if column.family is Family.UUID:
        return Guess(kind=PUBLIC, by=By.TYPE, why=column.family)
    if _is_number(column):
        kind = "internal" if about.rows is Rows.PEOPLE else PUBLIC
        return Guess(kind=kind, by=By.TYPE, why="a number", sure=kind == PUBLIC)
    return _titled(name, about) or _text(column.look)


def _titled(name: Name, about: Context) -> Guess | None:
    """`name` and `title`: of whom or what, the table must tell."""
    of_thing = about.rows is Rows.THINGS or not other_words.THINGS.isdisjoint(name.rest)
    if {"name", "nm"} & {*name.rest}:
        if of_thing and other_words.PEOPLE.isdisjoint(name.rest):
            return Guess(kind=PUBLIC, by=By.TABLE, why="the name of a thing")
        sure = about.rows is Rows.PEOPLE or not other_words.PEOPLE.isdisjoint(name.rest)
        return Guess(kind="person", by=By.NAME, why="" if sure else "of whom or what?", sure=sure)
    if {"title", "titel", "titre", "titulo", "titolo"} & {*name.rest}:
        if of_thing:
            return Guess(kind=PUBLIC, by=By.TABLE, why="the title of a thing")
        kind, is_letter = "internal" if about.rows is Rows.PEOPLE else "free-text", about.rows is Rows.LETTERS
        return Guess(kind=kind, by=By.NAME, why="" if is_letter else "a title", sure=is_letter)
    return None


def _text(look: Look) -> Guess:
    if look.prose >= look.filled * _SOME > 0:
        return Guess(kind="free-text", by=By.SAMPLE, why="long texts", sure=False)
    if look.filled >= _FEW and look.share(NAMES) >= _ALL and not look.is_list:
        return Guess(kind="person", by=By.SAMPLE, why="what may be names", sure=False)
    return Guess(kind="internal", by=By.NOTHING, sure=False)


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
        if rank(kind) <= rank(first.kind):
            continue
        if share >= _MOST and (hits >= _FEW or hits == look.filled) and not (points and kind in {"phone", "secret"}):
            return Guess(kind=kind, by=By.SAMPLE, why=f"{share:.0%} of it")
        if kind in STRONG and hits and not points:
            return Guess(kind=kind, by=By.SAMPLE, why=f"{share:.0%} of it", sure=False)
        doubted = first.kind in {PUBLIC, "internal"} and name.plain is None and not points
        if kind == "phone" and share >= _SOME and _is_text(column) and doubted:
            return Guess(kind=kind, by=By.SAMPLE, why=f"{share:.0%} of it", sure=False)
    if look.hits.get(INSIDE) and rank(first.kind) < BUILT_IN["free-text"].rank:
        return Guess(kind="free-text", by=By.SAMPLE, why="personal things inside", sure=False)
    unnamed = name.kind is None and name.plain is None and not points
    if unnamed and _is_number(column) and look.share(LONG) >= _ALL and rank(first.kind) < rank("phone"):
        return Guess(kind="phone", by=By.SAMPLE, why="long numbers", sure=False)
    return None


def _is_pointer(column: Column, name: Name, standing: Standing) -> bool:
    """A key, or a number that is called one."""
    if not _is_text(column):
        called = name.plain is Plain.CODE or (name.is_about and name.rest[-1:] in {("id",), ("ids",), ("fk",)})
        return standing.is_key or (called and column.family in {Family.NUMBER, Family.UUID, Family.TEXT, Family.OTHER})
    # A key of letters may be somebody's mail address; one of capitals and digits is made up.
    return standing.is_key and name.kind is None and (not column.look.filled or _is_coded(column.look))


def _is_text(column: Column) -> bool:
    """SQLite keeps texts in columns of any declared type, and so must be looked at."""
    if column.family in {Family.TEXT, Family.OTHER}:
        return True
    return column.look.texts > 0 and not _is_dated(column) and column.family is not Family.UUID


def _is_number(column: Column) -> bool:
    return column.family is Family.NUMBER and not _is_text(column)


def _is_dated(column: Column) -> bool:
    if column.family is Family.MOMENT:
        return not column.look.filled or column.look.share(MOMENT) + column.look.share(NUMBER) >= _ALL
    return column.look.filled >= _FEW and column.look.share(MOMENT) >= _ALL


def _is_coded(look: Look) -> bool:
    return not look.filled or look.share(CODE) + look.share(NUMBER) >= _ALL
