"""A source that is not what its file says is named before an agent meets it."""

import sqlite3

import pytest

from broker.adapters.sql.sqlite.missing import missing

READS = {"customer": frozenset({"id", "email"}), "ticket": frozenset({"id"})}


def database(path, *statements):
    with sqlite3.connect(path) as one:
        for statement in statements:
            one.execute(statement)
    one.close()
    return path


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (["create table customer (ID, EMail)", "create view ticket as select 1 as id"], None),
        (["create table customer (id, email)"], "no table `ticket`"),
        (["create table customer (id)", "create table ticket (id)"], "no column `customer.email`"),
        ([], "no table `customer`"),
    ],
)
def test_a_database_is_held_to_what_is_read_from_it(tmp_path, statements, said):
    found = missing(database(tmp_path / "shop.db", *statements), READS)
    assert found is None if said is None else found.startswith(said)


def test_a_database_that_is_not_there_is_not_made(tmp_path):
    assert missing(tmp_path / "shop.db", READS).startswith("no such database")
    assert not (tmp_path / "shop.db").exists()


def test_a_file_that_is_no_database_is_said(tmp_path):
    (tmp_path / "shop.db").write_text("this is a text about a shop" * 99)
    assert "cannot be read" in missing(tmp_path / "shop.db", READS)
