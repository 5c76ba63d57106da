"""A connection for a guarded SELECT: on it the tables are views, and nothing else is there."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from broker.adapters.sql.engine import Veil
from broker.adapters.sql.recent import Recent
from broker.adapters.sql.select.mask_sqlite import PSEUDONYM
from broker.adapters.sql.select.reach import Reach
from broker.adapters.sql.sqlite import fence, trims
from broker.adapters.sql.sqlite.connect import uri
from broker.adapters.sql.sqlite.masks import Masks
from broker.adapters.sql.sqlite.schema import Master, Table, described, master, tables
from broker.adapters.sql.sqlite.views import Curtain, Names, curtain
from broker.adapters.sql.values import Stored
from broker.model.faults import Effect, ToolFault

_LIMITS: Final = (
    (sqlite3.SQLITE_LIMIT_ATTACHED, 1),
    # Bytes of a value, and of a row while it is sorted. INSTR and REPLACE take the square of it, and cannot be stopped
    # meanwhile: some three seconds.
    (sqlite3.SQLITE_LIMIT_LENGTH, 1 << 19),
    (sqlite3.SQLITE_LIMIT_SQL_LENGTH, 1 << 20),  # the guard's text is longer than the agent's
    (sqlite3.SQLITE_LIMIT_EXPR_DEPTH, 400),
    (sqlite3.SQLITE_LIMIT_COMPOUND_SELECT, 200),
    (sqlite3.SQLITE_LIMIT_VDBE_OP, 500_000),
    (sqlite3.SQLITE_LIMIT_FUNCTION_ARG, 32),
    (sqlite3.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 256),
    (sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 1),
)


class Curtains:
    """What each reach comes to as views, worked out once for each state of a file's schema."""

    def __init__(self) -> None:
        self._kept: Recent[tuple[int, Master], tuple[Reach, Curtain]] = Recent(64)

    def of(self, reach: Reach, known: Master, look: Callable[[], Mapping[str, Table]]) -> Curtain:
        """A reach is known by what it is, not by what it holds: it is kept beside what came of it."""
        return self._kept.made((id(reach), known), lambda: (reach, curtain(reach, look())))[1]


def hang(
    database: sqlite3.Connection, path: Path, veil: Veil, curtains: Curtains, parameters: Mapping[str, Stored]
) -> None:
    """Make an empty connection ready for one SELECT.

    In one transaction from here on: what was looked at is what will be read. Raises ToolFault where the file does not
    hold the tables, and sqlite3.Error.
    """
    names = Names.fresh({**veil.reach.views, **veil.reach.ways})
    database.execute(f"ATTACH ? AS {names.schema}", (uri(path, writes=False),))
    database.execute("BEGIN")
    known = master(database, names.schema)
    _meet(known, names)
    hung = curtains.of(veil.reach, known, lambda: described(database, names.schema, names.inner))
    _teach(database, veil.mask_key, names, parameters)
    for one in hung.renamed(names):
        database.execute(one)
    database.execute("PRAGMA query_only = ON")
    for limit, most in _LIMITS:
        database.setlimit(limit, most)
    database.set_authorizer(fence.veiled(hung.reads, names))


def _meet(known: Master, names: Names) -> None:
    gone = sorted(names.inner.keys() - tables(known))
    if gone:
        raise ToolFault(f"`{gone[0]}` is not a table of the database", effect=Effect.NONE)


def _teach(database: sqlite3.Connection, key: bytes, names: Names, parameters: Mapping[str, Stored]) -> None:
    masks = Masks(key)
    database.create_function(names.parameter, 1, parameters.__getitem__, deterministic=True)
    database.create_function(names.mask, 3, masks.mask, deterministic=True)
    database.create_function(PSEUDONYM, 2, masks.already, deterministic=True)
    trims.teach(database)
