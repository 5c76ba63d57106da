"""The tests' own PostgreSQL: one a worker, and nothing of it is left."""

import psycopg
import pytest

from tests import pg


def test_a_database_is_made_like_a_template_and_gone_after_its_test(postgres):
    like = postgres.template("kit", "CREATE TABLE one (a int); INSERT INTO one VALUES (7)")
    with postgres.database(like=like) as database:
        assert database.run("SELECT a FROM one WHERE a = %s", [7]) == [(7,)]
        name = database.name
    with pytest.raises(psycopg.OperationalError), postgres.connect(name):
        pass


def test_a_role_needs_its_password(database):
    database.role("broker_kit")
    psycopg.connect(database.url("broker_kit"), password=pg.PASSWORD).close()
    for wrong in ("wrong", None):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(database.url("broker_kit"), password=wrong)


def test_a_server_ends_with_whoever_started_it():
    with pg.own_server() as server:
        with server.connect() as admin:
            assert admin.execute("SELECT 1").fetchall() == [(1,)]
        folder = pg.Path(server.host)
        assert folder.is_dir()
    assert not folder.exists()
