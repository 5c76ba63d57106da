"""Whose data it is: the table of those whom it is about, and how the others lead there by foreign keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from broker.adapters.sql.inspect import other_words
from broker.adapters.sql.inspect.context import Context, Rows
from broker.adapters.sql.inspect.guessed import Guess
from broker.adapters.sql.inspect.schema import Table
from broker.adapters.sql.inspect.words import singular, words

_PERSONAL: Final = frozenset(
    {"person", "email", "phone", "address", "postcode", "location", "dob", "username", "tax-id", "national-id"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """`column`, or `column -> table.column` where the table is on the way."""

    table: str
    column: str
    to: tuple[str, str] | None
    sure: bool
    why: str = ""

    @property
    def said(self) -> str:
        return self.column if self.to is None else f"{self.column} -> {self.to[0]}.{self.to[1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """`subject`: (table, column); None: nobody's, as far as the schema tells."""

    subject: tuple[str, str] | None = None
    sure: bool = False
    why: str = ""
    ways: tuple[Way, ...] = ()


def owners(
    tables: tuple[Table, ...], contexts: Mapping[str, Context], guesses: Mapping[str, Mapping[str, Guess]]
) -> Owners:
    """The table of people that most tables lead to; those whom a business keeps data about before its own staff."""
    candidates: list[tuple[tuple[bool, int, int], Table, Owners]] = []
    for table in tables:
        key = _key(table)
        personal = sum(one.kind in _PERSONAL for one in guesses[table.name].values())
        if key is None or contexts[table.name].rows is not Rows.PEOPLE or not personal:
            continue
        ways = tuple(_ways(table, key, tables))
        is_kept = not other_words.SUBJECTS.isdisjoint(contexts[table.name].words)
        found = Owners(subject=(table.name, key), ways=ways)
        candidates.append(((is_kept, sum(way.sure for way in ways), personal), table, found))
    if not candidates:
        return Owners()
    candidates.sort(key=lambda one: one[0], reverse=True)
    (is_kept, led, _), _, best = candidates[0]
    rivals = [name.name for (kept, there, _), name, _ in candidates[1:] if kept == is_kept and there >= led]
    if rivals:
        why = f"or {', '.join(rivals)}"
    elif not is_kept:
        why = "those who keep the data, rather than those whom it is about?"
    else:
        why = "" if led else "by its name and columns; no foreign key leads there"
    return Owners(subject=best.subject, sure=not why, why=why, ways=best.ways)


def _key(table: Table) -> str | None:
    """The one column that names a row: the primary key, or what is called like one."""
    if len(table.primary) == 1 and any(column.name == table.primary[0] for column in table.columns):
        return table.primary[0]
    if table.primary:
        return None
    first = table.columns[0].name
    return first if first.lower().endswith(("id", "no", "key", "number")) else None


def _ways(subject: Table, key: str, tables: tuple[Table, ...]) -> Iterator[Way]:
    """The shortest first, so that no way leads in a circle; then what columns' names alone suggest."""
    near: dict[str, bool] = {subject.name: True}  # table -> whether its own way is sure
    for step in (_by_key, _by_name):
        while True:
            found = [
                way
                for table in tables
                if table.name not in near and (way := step(table, tables, (subject.name, key), near)) is not None
            ]
            if not found:
                break
            yield from found
            near |= {way.table: way.sure for way in found}


def _by_name(table: Table, tables: tuple[Table, ...], subject: tuple[str, str], near: Mapping[str, bool]) -> Way | None:
    """A column that is called as the key of what is near, or after its table: no foreign key says so."""
    for other in tables:
        target = _key(other) if other.name in near else None
        for column in table.columns if target is not None else ():
            if target is not None and column.name not in table.primary[:1] and _is_called(column.name, other, target):
                to = None if (other.name, target) == subject else (other.name, target)
                why = "by name alone; no foreign key says so"
                return Way(table=table.name, column=column.name, to=to, sure=False, why=why)
    return None


def _is_called(column: str, table: Table, key: str) -> bool:
    if key.lower() != "id":
        return column.lower() == key.lower()
    return words(column) == (*map(singular, words(table.name)), "id")


def _by_key(table: Table, _tables: tuple[Table, ...], subject: tuple[str, str], near: Mapping[str, bool]) -> Way | None:
    """One foreign key from `table` to what is near; of several, or of several columns, none is sure."""
    home, key = subject
    # A key to the subject by another column than the one that names it is no way.
    keys = [one for one in table.references if one.table in near and (one.table != home or one.target == (key,))]
    direct = [one for one in keys if one.table == home] or keys
    if not direct:
        return None
    first, *others = sorted(direct, key=lambda one: not near[one.table])
    if len(first.columns) > 1:
        why = "a key of several columns: does this one decide?"
    elif others:
        why = f"or {', '.join(f'`{one.columns[0]}`' for one in others)}"
    else:
        why = "" if near[first.table] else f"`{first.table}` is not sure"
    to = None if first.table == home else (first.table, first.target[0])
    return Way(table=table.name, column=first.columns[0], to=to, sure=not why, why=why)
