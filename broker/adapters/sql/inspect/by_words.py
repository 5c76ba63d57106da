"""What a column is by its name, in its table; and what is left to think where the name says nothing."""

from __future__ import annotations

from typing import Final

from broker.adapters.sql.inspect import other_words
from broker.adapters.sql.inspect.context import Context, Rows
from broker.adapters.sql.inspect.guessed import By, Guess, Standing
from broker.adapters.sql.inspect.kinds import ALL, FEW, MOST, SOME, is_coded, is_dated, is_number, is_text
from broker.adapters.sql.inspect.look import Look
from broker.adapters.sql.inspect.names import Name, Plain
from broker.adapters.sql.inspect.schema import Column, Family
from broker.adapters.sql.inspect.shapes import CODE, NAMES, NUMBER
from broker.model.label import PUBLIC

SPECIAL: Final = frozenset({"health", "biometric", "belief", "legal"})
"""What even a yes or no tells (GDPR, articles 9 and 10)."""
_WORDED: Final = frozenset(
    {"email", "person", "address", "free-text", "url", "company", "username", "country", "language"}
)
"""What no number is: one in such a column counts it or points at it."""
_CALLED: Final = frozenset({"id", "ids", "fk", "key"})
_LISTED: Final = frozenset({"location", "country", "company", "language"})
"""A table of cities is a list of places and nobody's."""


def named(column: Column, name: Name, about: Context, standing: Standing) -> Guess | None:
    """What the name decides; None: it decides nothing."""
    if _is_pointer(column, name, about, standing):
        # Which disease a visit was about is told by a number too.
        if name.kind in SPECIAL and not standing.is_own and name.kind is not None:
            return Guess(kind=name.kind, by=By.NAME, why=name.said, sure=False)
        return Guess(kind=PUBLIC, by=By.KEY)
    if name.kind is not None:
        return _classed(column, name, name.kind, about)
    if about.sensitive in SPECIAL and not is_dated(column):
        return None  # what kind of finding it is tells as much as the finding
    match name.plain:
        case Plain.HARMLESS:
            return _harmless(column, name, about)
        case Plain.COUNTED:
            return _counted(column, about)
        case Plain.CODE if is_coded(column.look) and not _is_strange(name, about):
            return Guess(kind=PUBLIC, by=By.NAME)
        case _:
            return None


def _classed(column: Column, name: Name, kind: str, about: Context) -> Guess | None:
    if about.rows is Rows.THINGS and kind in _LISTED and about.words.issuperset(name.phrase):
        return Guess(kind=PUBLIC, by=By.TABLE, why="a list of them")
    is_told = not is_text(column) or column.look.is_list or is_dated(column)
    if name.is_about and is_told and kind not in {"dob", "date"}:
        return Guess(kind=PUBLIC, by=By.NAME, why=f"about {name.said}")
    if is_number(column) and kind in {*_WORDED, "location"} and other_words.TRAITS.isdisjoint(name.phrase):
        is_somebodys = about.sensitive is not None or about.rows is Rows.PEOPLE
        return None if is_somebodys else Guess(kind=PUBLIC, by=By.TYPE, why="a number")
    if is_dated(column) and kind not in {"dob", "date", *SPECIAL}:
        return Guess(kind=PUBLIC, by=By.TYPE, why=Family.MOMENT)
    return Guess(kind=kind, by=By.NAME, why=name.said if name.is_about else "", sure=not name.is_about)


def _harmless(column: Column, name: Name, about: Context) -> Guess | None:
    look = column.look
    if not other_words.PLACES.isdisjoint(name.phrase) and about.rows is not Rows.THINGS:
        if name.rest in about.placed:
            return Guess(kind="location", by=By.NAME, why="beside an address")
        if look.share(CODE) >= MOST and look.longest <= FEW:
            return Guess(kind="location", by=By.SAMPLE, why="short codes", sure=False)
    if look.prose >= look.filled * SOME > 0 or _is_strange(name, about):
        return None
    personal = about.rows in {Rows.PEOPLE, Rows.LETTERS} or about.sensitive is not None
    if personal and is_text(column) and look.filled and not look.is_list and look.share(CODE) < ALL:
        return None  # as many words as rows: not a list to choose from
    return Guess(kind=PUBLIC, by=By.NAME)


def _counted(column: Column, about: Context) -> Guess | None:
    look = column.look
    if is_number(column) and (about.sensitive is not None or about.rows is Rows.PEOPLE):
        return None  # of somebody: what one earns, weighs, owes
    if is_text(column) and not is_dated(column) and look.filled and look.share(NUMBER) < ALL and not look.is_list:
        return None
    return Guess(kind=PUBLIC, by=By.NAME)


def unnamed(column: Column, about: Context, name: Name) -> Guess:
    """Nothing known is said of it."""
    if about.sensitive is not None:
        return Guess(kind=about.sensitive, by=By.TABLE, sure=False)
    if is_dated(column):
        is_lived = about.rows is Rows.PEOPLE and not name.is_about  # `left_at` is a record's, `left` may be a life's
        kind = "date" if is_lived else PUBLIC
        return Guess(kind=kind, by=By.TYPE, why=Family.MOMENT, sure=kind == PUBLIC)
    if column.family is Family.UUID:
        return Guess(kind=PUBLIC, by=By.TYPE, why=column.family)
    if is_number(column):
        kind = "internal" if about.rows is Rows.PEOPLE else PUBLIC
        return Guess(kind=kind, by=By.TYPE, why="a number", sure=kind == PUBLIC)
    return _titled(name, about) or _text(column.look)


def _titled(name: Name, about: Context) -> Guess | None:
    """`name` and `title`: of whom or what, the table must tell."""
    of_thing = about.rows is Rows.THINGS or not other_words.THINGS.isdisjoint(name.rest)
    if any(word == "nm" or word.endswith("name") for word in name.rest):
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
    if look.prose >= look.filled * SOME > 0:
        return Guess(kind="free-text", by=By.SAMPLE, why="long texts", sure=False)
    if look.filled >= FEW and look.share(NAMES) >= ALL and not look.is_list:
        return Guess(kind="person", by=By.SAMPLE, why="what may be names", sure=False)
    return Guess(kind="internal", by=By.NOTHING, sure=False)


def _is_pointer(column: Column, name: Name, about: Context, standing: Standing) -> bool:
    """A key, or a number that is called one."""
    if not is_text(column):
        numbered = name.plain is Plain.CODE and about.sensitive is None and not _is_strange(name, about)
        return standing.is_key or ((name.last in _CALLED or numbered) and not is_dated(column))
    # A key of letters may be somebody's mail address; one of capitals and digits is made up.
    return standing.is_key and name.kind is None and is_coded(column.look)


def _is_strange(name: Name, about: Context) -> bool:
    """Of people a plain word may tell much with another beside it: `loan_status`, `num_secu`."""
    plain = other_words.NEUTRAL | other_words.ABOUT | about.words
    return about.rows is Rows.PEOPLE and any(len(word) > 1 and word not in plain for word in name.rest)
