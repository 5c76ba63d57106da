"""A record that the index hides is a record that somebody hides."""

import sqlite3
from contextlib import closing

import pytest

HIDDEN = {
    "taken out": "DELETE FROM entry_index WHERE seq = 2",
    "of another call": "UPDATE entry_index SET call = 'x' WHERE seq = 2",
    "of another task": "UPDATE entry_index SET task = 'x' WHERE seq = 2",
}


@pytest.mark.parametrize("spoil", HIDDEN.values(), ids=HIDDEN)
def test_a_record_that_cannot_be_found_is_not_passed_over(home, at, granted, spoil):
    assert granted().exit_code == 0
    assert at("audit", "verify").exit_code == 0
    with closing(sqlite3.connect(home / "data" / "broker.db")) as database:
        assert database.execute(spoil).rowcount == 1
        database.commit()
    found = at("audit", "verify")
    assert found.exit_code == 1
    assert "record 2: the index does not lead to it" in found.stderr
