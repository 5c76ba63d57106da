"""Masks as SQL, on SQLite and on PostgreSQL: of a value they make what the broker itself makes of it, or less."""

import sqlite3
from contextlib import closing

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from broker.actions import shapes
from broker.adapters.sql.select.mask_postgres import PADS, pads
from broker.adapters.sql.select.mask_sql import masked
from broker.adapters.sql.select.mask_sqlite import PSEUDONYM
from broker.adapters.sql.select.reach import ACTIONS, Shown

KEY = shapes.stand_in_key(b"task")
OTHER = shapes.stand_in_key(b"another task")
KINDS = ("email", "person", "phone", "card", "iban", "free-text")
COLUMN = exp.column(exp.to_identifier("value", quoted=True), table=exp.to_identifier("t", quoted=True))
ORDINARY = {
    "last4": (
        "4111 1111 1111 1111",
        "DE89 3704 0044 0532 0130 00",
        "+49 (30) 1234-567",
        "short",
        "****1234",
        "12.34/56-78",
    ),
    "domain": ("ann@example.com", " Ann@Example.COM ", "a@b", "nobody", "@example.com", "a@b@c", "a b@c.de", "x@-a.de"),
    "redact": ("anything", ""),
    "hide": ("anything", ""),
    "show": ("anything", ""),
}
SEALED = shapes.pseudonym("email", "ann@example.com", KEY)
ODD = (
    *("", " ", "\t\n", "  Ann  Lee ", "ANN@example.com", "x" * 5_000, " " * 5_000, "[email]", "[EMAIL]"),
    *("****1234", "*****1234", "****12345", "ß@example.com", "Jörg", "中文", "e\u0301", "\u00a0a@b.de"),
    *("abcdefgh\uff14\uff14\uff14\uff14", "\u24b6nn@b.de", "a@b\u3002de"),
    *(SEALED, f"{SEALED} ", SEALED.upper(), f"psn-email-{'a' * 32}", f"psn-card-{SEALED[10:]}", SEALED[:-1]),
    *(
        shapes.pseudonym("email", "ann@example.com", OTHER),
        "12345678",
        "a@b@c.de",
        f"{'a' * 65}@b.de",
        "a@" + "b" * 254,
    ),
)
ASCII = st.text(st.characters(min_codepoint=1, max_codepoint=126), max_size=40)
LIKELY = st.sampled_from(
    ["Ann@Example.com", "+49 30 123", "DE89 37 04", "psn-email-", "[email]", " ", "****", "@", "-"]
)
VALUES = st.lists(st.one_of(ASCII, st.lists(st.one_of(LIKELY, ASCII), max_size=4).map("".join)), max_size=12)
FEW = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


class Sqlite:
    dialect = "sqlite"

    def __init__(self, database):
        self.database = database
        database.text_factory = lambda raw: raw.decode("utf-8", "replace")
        database.create_function(
            PSEUDONYM, 2, lambda kind, value: shapes.pseudonym(kind, value, KEY), deterministic=True
        )

    def shown(self, action, kind, values):
        return self.run(masked(Shown(action, kind), COLUMN, self.dialect).sql(self.dialect), values)

    def run(self, sql, values, stored="?"):
        self.database.execute("CREATE TEMP TABLE t (at INTEGER PRIMARY KEY, value)")
        self.database.executemany(f"INSERT INTO t (value) VALUES ({stored})", [(one,) for one in values])
        try:
            return [found for (found,) in self.database.execute(f"SELECT {sql} FROM t ORDER BY at")]
        finally:
            self.database.execute("DROP TABLE t")


class Postgres:
    dialect = "postgres"

    def __init__(self, connection):
        self.connection = connection
        self.pads = dict(zip(PADS, pads(KEY), strict=True))

    def shown(self, action, kind, values, of="text"):
        return self.run(masked(Shown(action, kind), COLUMN, self.dialect), values, of)

    def run(self, tree, values, of="text"):
        sql = tree.sql(self.dialect).replace("%", "%%").replace("%%(", "%(")
        rows = f"FROM unnest(%(_v)s::{of}[]) WITH ORDINALITY AS t(value, at) ORDER BY at"
        cursor = self.connection.execute(f"SELECT ({sql})::text {rows}", {"_v": list(values), **self.pads})
        return [found for (found,) in cursor]


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request):
    if request.param == "sqlite":
        with closing(sqlite3.connect(":memory:")) as one:
            yield Sqlite(one)
    else:
        with request.getfixturevalue("database").connect() as one:
            yield Postgres(one)


@pytest.mark.parametrize("action", sorted(ORDINARY))
def test_an_ordinary_value_is_shown_as_the_broker_itself_shows_it(engine, action):
    for kind in KINDS:
        found = engine.shown(action, kind, ORDINARY[action])
        assert found == [shapes.shape(action, kind, one, b"") for one in ORDINARY[action]]


@given(values=VALUES, kind=st.sampled_from(KINDS))
@FEW
def test_a_stand_in_is_the_one_that_the_broker_makes(engine, values, kind):
    assert engine.shown("pseudonym", kind, values) == [shapes.pseudonym(kind, one, KEY) for one in values]


@given(values=VALUES, kind=st.sampled_from(KINDS), action=st.sampled_from(["last4", "domain", "redact", "hide"]))
@FEW
def test_no_value_is_shown_more_of_than_the_broker_shows(engine, values, kind, action):
    for value, found in zip(values, engine.shown(action, kind, values), strict=True):
        assert found in {shapes.shape(action, kind, value, b""), shapes.redacted(kind)}


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_a_mask_over_a_mask_changes_nothing(engine, action):
    for kind in KINDS:
        once = engine.shown(action, kind, [*ODD, None])
        assert engine.shown(action, kind, once) == once


def test_odd_texts_are_shown_no_more_of(engine):
    for kind in KINDS:
        for action in ("last4", "domain"):
            for value, found in zip(ODD, engine.shown(action, kind, ODD), strict=True):
                assert found in {shapes.shape(action, kind, value, b""), shapes.redacted(kind)}


def test_odd_texts_of_ascii_have_the_broker_s_stand_ins_and_others_have_one_each(engine):
    found = dict(zip(ODD, engine.shown("pseudonym", "email", ODD), strict=True))
    for value, one in found.items():
        assert one == shapes.pseudonym("email", value, KEY) if value.isascii() else one.startswith("psn-email-")
    assert found[SEALED] == SEALED
    assert len({found[one] for one in ("ß@example.com", "Jörg", "中文", "e\u0301")}) == 4


def test_what_only_looks_like_a_stand_in_gets_one(engine):
    forged = [f"psn-email-{'a' * 32}", shapes.pseudonym("email", "x", OTHER), f"psn-card-{SEALED[10:]}"]
    for value, found in zip(forged, engine.shown("pseudonym", "email", forged), strict=True):
        assert found != value
        assert found.startswith("psn-email-")


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_null_stays_null_and_an_action_that_nobody_knows_redacts(engine, action):
    assert engine.shown(action, "email", [None]) == [None]
    assert engine.shown("unheard-of", "email", ["a", None]) == ["[email]", None]


@pytest.mark.parametrize("action", sorted(ACTIONS - {"show", "pseudonym"}))
def test_in_sqlite_no_value_of_any_type_makes_a_mask_fail_or_show_itself(action):
    odd = [0, -(2**63), 2**53 + 1, 4111111111111111.0, float("inf"), 1e-300, b"", b"\xff\xfe", b"a@b.de", "a\0b@c.de"]
    odd += ["****1234\0 and 4111111111111111", "12345678\0secret", True]
    with closing(sqlite3.connect(":memory:")) as database:
        engine = Sqlite(database)
        found = engine.shown(action, "card", odd)
    for value, one in zip(odd, found, strict=True):
        allowed = {None, "[card]", shapes.shape(action, "card", None if isinstance(value, bytes) else value, b"")}
        assert one in allowed


def test_a_text_that_is_no_utf_8_makes_no_mask_of_sqlite_fail():
    with closing(sqlite3.connect(":memory:")) as database:
        engine = Sqlite(database)
        for action in sorted(ACTIONS - {"pseudonym"}):  # whose function is handed what the engine's view made text of
            sql = masked(Shown(action, "email"), COLUMN, "sqlite").sql("sqlite")
            found = engine.run(sql, [b"ann@\xff.de", b"\xc3", b"\xed\xa0\x80"], stored="CAST(? AS TEXT)")
            assert len(found) == 3


TYPES = {
    "integer": [4111, None],
    "bigint": [2**63 - 1],
    "numeric": ["4111.00", "NaN"],
    "double precision": [1.5, float("inf"), float("nan")],
    "boolean": [True],
    "date": ["2026-11-28", "infinity"],
    "timestamptz": ["2026-11-28 10:00+00"],
    "uuid": ["6f9619ff-8b86-d011-b42d-00cf4fc964ff"],
    "jsonb": ['{"a": "b@c.de"}'],
    "bytea": [b"\xff\x00"],
    "inet": ["192.0.2.1"],
    "interval": ["1 day"],
    "varchar(20)": ["ann@example.com"],
    "char(20)": ["ann@example.com"],
    "mood": ["fine"],
    "word": ["ann@example.com"],
}


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_in_postgresql_no_value_of_any_type_makes_a_mask_fail(database, action):
    database.run("CREATE TYPE mood AS ENUM ('fine'); CREATE DOMAIN word AS text")
    with database.connect() as one:
        engine = Postgres(one)
        for of, values in TYPES.items():
            assert len(engine.shown(action, "email", values, of=of)) == len(values)


def test_a_collation_without_case_makes_no_mask_fail_and_takes_nothing_forged_for_real(database):
    try:
        database.run("CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)")
    except psycopg.errors.FeatureNotSupported:
        pytest.skip("this PostgreSQL is built without ICU")
    column = exp.Collate(this=COLUMN.copy(), expression=exp.to_identifier("nocase", quoted=True))
    with database.connect() as one:
        engine = Postgres(one)
        for action in sorted(ACTIONS - {"show", "hide"}):
            found = engine.run(
                masked(Shown(action, "email"), exp.Paren(this=column), "postgres"),
                [SEALED.upper(), "[EMAIL]", "ann@example.com"],
            )
            assert found == engine.shown(action, "email", [SEALED.upper(), "[EMAIL]", "ann@example.com"])
