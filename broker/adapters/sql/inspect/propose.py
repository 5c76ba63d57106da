"""A schema as a proposal: the class of each column, whose data it is, and what an admin has to look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from broker.adapters.sql.inspect.context import Context, context
from broker.adapters.sql.inspect.guess import guess
from broker.adapters.sql.inspect.guessed import Guess, Standing
from broker.adapters.sql.inspect.owners import Owners, owners
from broker.adapters.sql.inspect.schema import LeftOut, Reference, Schema, Table
from broker.adapters.sql.source import is_name
from broker.model.label import PUBLIC

_OF_TOOLS: Final = frozenset(
    {
        *("alembic_version", "django_migrations", "schema_migrations", "ar_internal_metadata", "flyway_schema_history"),
        *(
            "databasechangelog",
            "databasechangeloglock",
            "__efmigrationshistory",
            "_prisma_migrations",
            "knex_migrations",
        ),
        *("goose_db_version", "spatial_ref_sys"),
    }
)
_PASSES: Final = 4  # keys that point at keys that point at keys

Guesses = Mapping[str, Mapping[str, Guess]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    tables: tuple[Table, ...]  # with the columns alone that a source file can list
    guesses: Guesses  # table -> column -> what it seems to be
    owners: Owners
    left_out: tuple[LeftOut, ...]
    kept_back: tuple[str, ...]  # tables that are about what no agent should ask

    @property
    def asked(self) -> tuple[str, ...]:
        """The tables that an agent's own SELECT may be about."""
        return tuple(table.name for table in self.tables if table.name not in self.kept_back)

    @property
    def astray(self) -> tuple[str, ...]:
        """Of them, those that hold private columns and surely lead to no subject, where there is one."""
        subject = self.owners.subject
        if subject is None or not self.owners.sure:
            return ()
        owned = {subject[0], *(way.table for way in self.owners.ways if way.sure)}
        return tuple(
            name
            for name in self.asked
            if name not in owned and any(guess.kind != PUBLIC for guess in self.guesses[name].values())
        )


def propose(schema: Schema) -> Proposal:
    """Without a table where none can be listed."""
    kept = _Kept()
    tables = kept.tables(schema.tables)
    contexts = {table.name: context(table) for table in tables}
    guesses = _guesses(tables, contexts)
    secret = tuple(table.name for table in tables if contexts[table.name].sensitive == "secret")
    return Proposal(
        tables=tables,
        guesses=guesses,
        owners=owners(tables, contexts, guesses),
        left_out=(*schema.left_out, *kept.left_out),
        kept_back=secret if len(secret) < len(tables) else (),  # a tool has to be about something
    )


def _guesses(tables: tuple[Table, ...], contexts: Mapping[str, Context]) -> Guesses:
    """A key that points at somebody's mail address is a mail address: seen once the other is."""
    found: dict[str, dict[str, Guess]] = {}
    for _ in range(_PASSES):
        before = found
        found = {table.name: dict(_of_table(table, contexts[table.name], before)) for table in tables}
        if found == before:
            break
    return found


def _of_table(table: Table, about: Context, before: Guesses) -> Iterator[tuple[str, Guess]]:
    for column in table.columns:
        inherited = None
        points = False
        for reference in table.references:
            for own, target in zip(reference.columns, reference.target, strict=True):
                if own == column.name:
                    points = True
                    there = before.get(reference.table, {}).get(target)
                    inherited = there.kind if there is not None else inherited
        standing = Standing(
            is_key=points or table.primary == (column.name,),
            is_own=column.name in table.primary,
            inherited=inherited,
        )
        yield column.name, guess(column, about, standing)


class _Kept:
    """What a source file can list: its names, and none that differs from another by case alone."""

    def __init__(self) -> None:
        self.left_out: list[LeftOut] = []

    def tables(self, tables: tuple[Table, ...]) -> tuple[Table, ...]:
        kept: list[Table] = []
        met: set[str] = set()
        for table in tables:
            if table.name.lower() in _OF_TOOLS:
                self.left_out.append(LeftOut(name=table.name, why="a tool's own"))
                continue
            if not self._is_kept(table.name, "", met):
                continue
            inner: set[str] = set()
            columns = tuple(one for one in table.columns if self._is_kept(one.name, f"{table.name}.", inner))
            if columns:
                kept.append(replace(table, columns=columns))
            else:
                self.left_out.append(LeftOut(name=table.name, why="no column that can be listed"))
        spelled = {table.name.lower(): table for table in kept}
        return tuple(replace(table, references=tuple(_spelled(table, spelled))) for table in kept)

    def _is_kept(self, name: str, before: str, met: set[str]) -> bool:
        if not is_name(name) or name != name.strip():
            self.left_out.append(LeftOut(name=f"{before}{name}", why="its name cannot be listed"))
            return False
        if name.lower() in met:
            self.left_out.append(LeftOut(name=f"{before}{name}", why="as another, but for upper and lower case"))
            return False
        met.add(name.lower())
        return True


def _spelled(table: Table, tables: Mapping[str, Table]) -> Iterator[Reference]:
    """Keys between what is kept, in the spelling of the tables themselves: SQLite takes any case."""
    for key in table.references:
        there = tables.get(key.table.lower())
        if there is None:
            continue
        own, others = _columns(table), _columns(there)
        columns = [own.get(column.lower()) for column in key.columns]
        target = [others.get(column.lower()) for column in key.target]
        whole = [(one, other) for one, other in zip(columns, target, strict=True) if one and other]
        if len(whole) == len(columns):
            columns_, target_ = zip(*whole, strict=True)
            yield Reference(columns=columns_, table=there.name, target=target_)


def _columns(table: Table) -> Mapping[str, str]:
    return {column.name.lower(): column.name for column in table.columns}
