"""A connection for a tool trusts neither the database's own text nor its sizes."""

import sqlite3
from contextlib import closing

import pytest

from broker.adapters.sql.sqlite.connect import connect


@pytest.mark.parametrize("writes", [False, True])
def test_a_connection_is_closed_to_all_that_no_statement_needs(tmp_path, writes):
    (tmp_path / "shop.db").touch()
    with closing(connect(tmp_path / "shop.db", writes=writes)) as database:
        said = [database.execute(f"PRAGMA {name}").fetchone()[0] for name in ("trusted_schema", "query_only")]
        assert said == [0, 0 if writes else 1]
        assert database.getlimit(sqlite3.SQLITE_LIMIT_ATTACHED) == 0
        assert database.getlimit(sqlite3.SQLITE_LIMIT_LENGTH) == 8 << 20
