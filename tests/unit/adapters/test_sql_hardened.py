"""A connection for a tool trusts neither the database's own text nor its sizes."""

import sqlite3
from contextlib import closing

import pytest

from broker.adapters.sql.sqlite import run


@pytest.mark.parametrize("writes", [False, True])
def test_a_connection_is_closed_to_all_that_no_statement_needs(writes):
    with closing(sqlite3.connect(":memory:")) as database:
        run._harden(database, writes=writes)
        said = [database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("trusted_schema", "query_only")]
        assert said == [0, 0 if writes else 1]
        assert database.getlimit(sqlite3.SQLITE_LIMIT_ATTACHED) == 0
        assert database.getlimit(sqlite3.SQLITE_LIMIT_LENGTH) == 8 << 20
