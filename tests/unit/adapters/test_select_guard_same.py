"""A guarded query means what it meant: `tests/vectors/select/same.sql` beside the same statements without a guard."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from broker.adapters.sql.select.functions import ALLOWED
from broker.adapters.sql.select.reach import Reach, Shown, View
from tests.bench import sql_tpch
from tests.select_kit import text

VECTORS = Path(__file__).parents[2] / "vectors" / "select" / "same.sql"
FOUND = re.findall(r"^-- ([aps]\d{3})\n((?:(?!--).*\n)+)", VECTORS.read_text(encoding="utf-8"), re.MULTILINE)
NOT_OF = {"sqlite": "p", "postgres": "s"}
SHOP = Reach(
    views={
        table: View(columns=dict.fromkeys(columns, Shown("show", "public")))
        for table, columns in sql_tpch.columns("shop").items()
    },
    max_rows=100_000,
)
CALLS = {  # what a function is called with where three numbers will not do
    "sqlite": {
        **dict.fromkeys(("date", "time", "datetime", "julianday", "unixepoch"), "'2024-05-06 07:08:09'"),
        "strftime": "'%Y %j', '2024-05-06'",
        **dict.fromkeys(("instr", "ltrim", "rtrim", "trim"), "'abcab', 'ab'"),
        **dict.fromkeys(("substr", "substring"), "'abcdef', 2, 3"),
        "replace": "'abc', 'b', 'x'",
        "count": "*",
    },
    "postgres": {
        **dict.fromkeys(("length", "lower", "upper", "char_length", "character_length", "octet_length"), "'Straße'"),
        **dict.fromkeys(("initcap", "reverse"), "'two words'"),
        **dict.fromkeys(("btrim", "ltrim", "rtrim"), "'abcab', 'ab'"),
        **dict.fromkeys(("left", "right"), "'abcdef', 2"),
        **dict.fromkeys(("strpos", "starts_with"), "'abcdef', 'bc'"),
        **dict.fromkeys(("split_part",), "'a-b-c', '-', 2"),
        **dict.fromkeys(("replace", "translate"), "'abc', 'b', 'x'"),
        "substr": "'abcdef', 2, 3",
        "concat_ws": "'-', 1, 2",
        "string_agg": "'a', ','",
        **dict.fromkeys(("bool_and", "bool_or", "every"), "true"),
        **dict.fromkeys(("date_trunc", "date_part"), "'month', TIMESTAMP '2024-05-06 07:08:09'"),
        "to_char": "TIMESTAMP '2024-05-06', 'Mon YYYY \"x\"'",
        **dict.fromkeys(("to_date", "to_timestamp"), "'06.05.2024', 'DD.MM.YYYY'"),
        "to_number": "'1,234.5', '9,999.9'",
        "age": "TIMESTAMP '2024-05-06', TIMESTAMP '2023-01-01'",
        "date": "'2024-05-06'",
        **dict.fromkeys(("justify_days", "justify_hours", "justify_interval"), "INTERVAL '40 days'"),
        "make_date": "2024, 5, 6",
        "log": "2, 8",
        "trunc": "2.567, 1",
        "round": "2.567, 1",
        "count": "*",
        "width_bucket": "5, 0, 10, 4",
    },
}
WINDOWS = {"row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile"} | {
    *("first_value", "last_value", "lag", "lead", "nth_value")
}
ORDERED = {"percentile_cont": "0.5", "percentile_disc": "0.5", "mode": ""}


@pytest.fixture(scope="module")
def sqlite():
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(sql_tpch.schema("shop"))
        for table, rows in sql_tpch.rows("shop").items():
            database.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
        yield database


@pytest.fixture(scope="module")
def real(postgres):
    with postgres.database() as place, closing(place.connect()) as admin:
        admin.execute(sql_tpch.schema("shop"))
        for table, rows in sql_tpch.rows("shop").items():
            with admin.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        yield admin


@pytest.fixture
def asked(dialect, request):
    """What a statement answers on that engine: names of types as well."""
    database = request.getfixturevalue("sqlite" if dialect == "sqlite" else "real")
    return lambda sql: [tuple((type(value), value) for value in row) for row in database.execute(sql).fetchall()]


@pytest.mark.parametrize(
    ("dialect", "sql"),
    [
        pytest.param(dialect, sql.strip().removesuffix(";"), id=f"{dialect}-{name}")
        for dialect in ("sqlite", "postgres")
        for name, sql in FOUND
        if name[0] != NOT_OF[dialect]
    ],
)
def test_a_guarded_query_answers_as_it_would_without_a_guard(asked, dialect, sql):
    wanted, found = asked(sql), asked(text(sql, dialect, SHOP))
    assert found == wanted if "ORDER BY" in sql else sorted(map(repr, found)) == sorted(map(repr, wanted))


@pytest.mark.parametrize(
    ("dialect", "name"), [(dialect, name) for dialect, names in ALLOWED.items() for name in sorted(names)]
)
def test_each_function_that_may_be_called_runs_by_its_own_name(asked, dialect, name):
    least, most = ALLOWED[dialect][name]
    arguments = CALLS[dialect].get(name, ", ".join("321"[: min(max(least, 1), most)]))
    call = f"{name}({arguments})"
    if name in WINDOWS:
        call += " OVER (ORDER BY 1)"
    elif name in ORDERED and dialect == "postgres":
        call = f"{name}({ORDERED[name]}) WITHIN GROUP (ORDER BY id)"
    sql = f"SELECT {call} AS x FROM customer"
    if name == "grouping":
        sql = "SELECT grouping(country) AS x FROM customer GROUP BY ROLLUP (country)"
    elif name == "now":
        sql = "SELECT now() > TIMESTAMP '2024-05-06' AS x"
    written = text(sql, dialect, SHOP)
    assert re.search(rf"\b{name.upper()}\(", written)
    try:
        wanted = asked(sql)
    except sqlite3.OperationalError:
        pytest.skip("this SQLite is older than the function")
    assert sorted(map(repr, asked(written))) == sorted(map(repr, wanted))


def test_a_question_with_an_error_in_it_fails_as_it_would_without_a_guard(real):
    sql = "SELECT 1 / (id - id) FROM customer"
    for one in (sql, text(sql, "postgres", SHOP)):
        with pytest.raises(psycopg.errors.DivisionByZero):
            real.execute(one)
