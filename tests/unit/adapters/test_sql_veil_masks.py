"""What SQLite's own views show of a value is what the action makes of it, whatever the column holds."""

import sqlite3
from contextlib import closing

import pytest

from broker.actions.shapes import pseudonym, redacted, shape
from broker.adapters.sql.sqlite.masks import Masks
from broker.model.scope import RowsAny
from tests import kit, veil_kit

ANY = RowsAny("a test")
SOURCE = {"url": "sqlite:///shop.db", "tables": {"v": {"n": kit.leaf(), "x": kit.leaf("card")}}}
VALUES = (
    "4111 1111 1111 1234",
    "\uff14\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff11\uff12\uff13\uff14",
    "a@B.example",
    "a@b@c.example",
    "****1234",
    "[card]",
    "@b.example",
    "",
    " ",
    "x\0y",
    "é" * 20,
    4111111111111234,
    1.5,
    -0.0,
    9e999,
    2**53 + 1,
    None,
    "psn-card-" + "a" * 32,
)


@pytest.fixture
def folder(tmp_path):
    with closing(sqlite3.connect(tmp_path / "shop.db")) as database:
        database.execute("CREATE TABLE v (n INTEGER PRIMARY KEY, x)")
        database.executemany("INSERT INTO v VALUES (?, ?)", enumerate(VALUES))
        database.execute("INSERT INTO v VALUES (100, X'00ff'), (101, CAST(X'61ff62' AS TEXT))")
        database.commit()
    return tmp_path


def reach(folder, action):
    return veil_kit.reach(folder, {"public": "show", "card": action}, ANY, ("v",), SOURCE)


@pytest.mark.requirement("actions")
@pytest.mark.parametrize("action", ["hide", "redact", "last4", "domain", "pseudonym"])
def test_a_view_shows_what_the_action_makes_of_a_value(folder, action):
    shown = dict(veil_kit.seen(folder, "SELECT n, x FROM v", reach(folder, action)))
    for at, value in enumerate(VALUES):
        made = pseudonym("card", value, veil_kit.KEY) if action == "pseudonym" else shape(action, "card", value, b"")
        assert shown[at] == made, value
    assert shown[100] == (None if action == "hide" else redacted("card"))
    replaced = "a\ufffdb"
    made = pseudonym("card", replaced, veil_kit.KEY) if action == "pseudonym" else shape(action, "card", replaced, b"")
    assert shown[101] == made


@pytest.mark.parametrize("action", ["hide", "redact", "last4", "domain", "pseudonym"])
def test_the_guards_masks_leave_what_a_view_shows_as_it_is(folder, action):
    tool = veil_kit.tool(folder, source=SOURCE, listed=("v",), rows=ANY)
    found = tool[1].judge("SELECT n, x FROM v", ANY, {"public": "show", "card": action})
    assert veil_kit.seen(folder, found.text.sql, found.reach) == veil_kit.seen(
        folder, "SELECT n, x FROM v", reach(folder, action)
    )


def test_a_stand_in_is_made_of_nothing_that_the_query_says():
    masks = Masks(veil_kit.KEY)
    made = masks.mask("pseudonym", "email", b"ann@x.example")
    assert made == pseudonym("email", "ann@x.example", veil_kit.KEY)
    assert masks.already("email", made) == made
    assert masks.already("email", "ann@x.example") == "[email]"
    assert masks.already("email", None) is None
    assert masks.already("email", "[email]") == "[email]"
    assert masks.already("email", masks.mask("domain", "email", b"bob@y.example")) == "[email]"
    assert Masks(veil_kit.KEY).already("email", made) == made
    assert Masks(b"x" * 32).already("email", made) == "[email]"


def test_a_mask_forgets_before_it_remembers_too_much():
    masks = Masks(veil_kit.KEY)
    for n in range(20_000):
        masks.mask("last4", "card", n)
    assert len(masks._known) < 10_000
