"""Whom or what the rows of a table are, as far as its name and its columns' names tell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from broker.adapters.sql.inspect import other_words
from broker.adapters.sql.inspect.names import Name, by_name
from broker.adapters.sql.inspect.schema import Table
from broker.adapters.sql.inspect.vocabulary import Phrase
from broker.adapters.sql.inspect.words import singular, words

_TELLING: Final = frozenset({"email", "phone", "person", "dob", "national-id", "passport", "driver-licence"})
"""Two of these in one table, and its rows are people."""
_PLACED: Final = frozenset({"address", "postcode", "location"})


class Rows(Enum):
    PEOPLE = auto()
    THINGS = auto()
    LETTERS = auto()
    DEALS = auto()  # what people and things have to do with each other
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    rows: Rows
    words: frozenset[str]  # of the table's name, in the singular too
    sensitive: str | None  # the class of what the whole table is about
    names: Mapping[str, Name]  # column -> what its name says
    placed: frozenset[Phrase]  # beside what words (`billing`) there is an address: a `state` there is a place


def context(table: Table) -> Context:
    title = [form for word in words(table.name) for form in (word, singular(word))]
    names = {column.name: by_name(words(column.name), title) for column in table.columns}
    rows = _rows(title, names)
    return Context(
        rows=rows,
        words=frozenset(title),
        sensitive=_sensitive(table.name, title, rows),
        names=names,
        placed=frozenset(name.rest for name in names.values() if name.kind in _PLACED and not name.is_about),
    )


def _sensitive(name: str, title: list[str], rows: Rows) -> str | None:
    for about, said in other_words.SENSITIVE.items():
        if not said.isdisjoint(title):
            return about
    # `api_keys` are secrets; `auth_user` are people.
    kind = by_name(words(name)).kind
    return kind if rows is not Rows.PEOPLE and kind in other_words.SENSITIVE else None


def _rows(title: list[str], names: Mapping[str, Name]) -> Rows:
    """A name ends with what it is about: `customer_order` is an order."""
    for word in reversed(title):
        for rows, known in _KNOWN:
            if word in known:
                return rows
    telling = {name.kind for name in names.values() if not name.is_about} & _TELLING
    return Rows.PEOPLE if len(telling) > 1 else Rows.UNKNOWN


_KNOWN: Final = (
    (Rows.PEOPLE, other_words.PEOPLE),
    (Rows.LETTERS, other_words.LETTERS),
    (Rows.THINGS, other_words.THINGS),
    (Rows.DEALS, other_words.DEALS),
)
