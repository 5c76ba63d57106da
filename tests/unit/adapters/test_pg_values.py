"""What comes out of PostgreSQL as JSON, and how what goes in meets columns of each type."""

import pytest

from tests import pg_shop

OUT = {
    "true": True,
    "false": False,
    "NULL::int": None,
    "42::int2": 42,
    "-7::int8": -7,
    "9007199254740991::int8": 9007199254740991,
    "9007199254740993::int8": "9007199254740993",
    "0.1::float4": 0.1,
    "0.1::float8": 0.1,
    "1e300::float8": 1e300,
    "'NaN'::float8": None,
    "'-Infinity'::float8": None,
    "10.50::numeric": 10.5,
    "10.00::numeric": 10,
    "0.1::numeric": 0.1,
    "1234567890123.45::numeric": 1234567890123.45,
    "12345678901234567.89::numeric": "12345678901234567.89",
    "0.12345678901234567891::numeric": "0.12345678901234567891",
    "9007199254740993::numeric": "9007199254740993",
    "1e-400::numeric": "0." + "0" * 399 + "1",
    "1e400::numeric": "1" + "0" * 400,
    "'NaN'::numeric": None,
    "'Infinity'::numeric": None,
    "'Ünï 漢 🦊'::text": "Ünï 漢 🦊",
    "'x '::char(3)": "x  ",
    "''::text": "",
    "'2024-02-29'::date": "2024-02-29",
    "'0044-03-15 BC'::date": "0044-03-15 BC",
    "'infinity'::date": "infinity",
    "'2024-02-29 12:34:56.789'::timestamp": "2024-02-29T12:34:56.789",
    "'2024-02-29 12:34:56+02'::timestamptz": "2024-02-29T10:34:56+00:00",
    "'12024-01-01 00:00:00'::timestamp": "12024-01-01T00:00:00",
    "'infinity'::timestamptz": "infinity",
    "'12:34:56'::time": "12:34:56",
    "'1 day 02:00:00'::interval": "P1DT2H",
    "'6fa459ea-ee8a-3ca4-894e-db77e160355e'::uuid": "6fa459ea-ee8a-3ca4-894e-db77e160355e",
    "'\\x00ff'::bytea": None,
    "'{\"a\": [1, null]}'::json": '{"a": [1, null]}',
    "'{\"a\": 1}'::jsonb": '{"a": 1}',
    "'null'::jsonb": "null",
    "ARRAY[1, 2]": "{1,2}",
    "ROW(1, 'x')": "(1,x)",
    "'192.0.2.1'::inet": "192.0.2.1",
    "'[1,5)'::int4range": "[1,5)",
    "12.5::money": "$12.50",
    "NULL": None,
}


@pytest.fixture(scope="module")
def shop(postgres):
    with (
        postgres.database(like=postgres.template("shop", pg_shop.SCHEMA)) as one,
        pytest.MonkeyPatch.context() as patch,
    ):
        one.run("""
            CREATE TABLE typed (
                i int, b bigint, s smallint, n numeric(12, 2), f float8, t text, v varchar(9), c char(3),
                d date, z timestamptz, m timestamp, u uuid, o boolean, j jsonb);
            INSERT INTO typed VALUES (7, 7, 7, 7.10, 7.5, 'seven', 'seven', 'sev', '2024-02-29',
                '2024-02-29 12:00:00+00', '2024-02-29 12:00:00', '6fa459ea-ee8a-3ca4-894e-db77e160355e', true, '{}');
            CREATE VIEW broker_shop_raw.typed AS SELECT * FROM public.typed;
            GRANT SELECT, INSERT ON broker_shop_raw.typed TO broker_shop_raw
        """)
        yield pg_shop.connected(one, patch)


def test_every_value_is_a_scalar_of_json_and_no_digit_of_it_is_lost(shop):
    names = tuple(f"c{at}" for at in range(len(OUT)))
    listed = ", ".join(f"{value} AS {name}" for value, name in zip(OUT, names, strict=True))
    outcome = pg_shop.ask(shop, f"SELECT {listed}", names=names)
    [row] = outcome.value["rows"]
    assert dict(zip(OUT, row.values(), strict=True)) == OUT
    assert [type(value) for value in row.values()] == [type(value) for value in OUT.values()]


MEETS = [
    *(("i", value) for value in (7, "7", 7.0)),
    *(("b", value) for value in (7, "7", 7.0)),
    *(("s", value) for value in (7, "7")),
    *(("n", value) for value in (7.1, "7.10", "7.1")),
    *(("f", value) for value in (7.5, "7.5")),
    *(("t", "seven"), ("v", "seven"), ("c", "sev")),
    *(("d", value) for value in ("2024-02-29", "29 Feb 2024")),
    *(("z", value) for value in ("2024-02-29T12:00:00Z", "2024-02-29 13:00:00+01", "2024-02-29 12:00:00")),
    *(("m", value) for value in ("2024-02-29T12:00:00", "2024-02-29 12:00")),
    *(("u", value) for value in ("6fa459ea-ee8a-3ca4-894e-db77e160355e", "6FA459EAEE8A3CA4894EDB77E160355E")),
    *(("o", value) for value in (True, "true", "t")),
]


@pytest.mark.parametrize(("name", "value"), MEETS)
def test_a_value_meets_a_column_of_its_kind(shop, name, value):
    asked = f"SELECT i AS x FROM typed WHERE {name} = $1 AND ($1 IS NULL OR {name} IN ($1))"
    assert pg_shop.column(pg_shop.ask(shop, asked, [value])) == [7]


@pytest.mark.parametrize(("name", "value"), [("i", 8), ("i", 3_000_000_000), ("i", 7.5), ("n", 7.11), ("t", "7")])
def test_another_value_meets_nothing(shop, name, value):
    assert pg_shop.column(pg_shop.ask(shop, f"SELECT i AS x FROM typed WHERE {name} = $1", [value])) == []


@pytest.mark.parametrize(
    ("sql", "value", "found"),
    [
        ("SELECT $1 AS x", 5, 5),
        ("SELECT $1 AS x", 5_000_000_000, 5_000_000_000),
        ("SELECT $1 AS x", 0.1, 0.1),
        ("SELECT $1 AS x", True, True),
        ("SELECT $1 AS x", "it's 5; --", "it's 5; --"),
        ("SELECT $1 AS x", None, None),
        ("SELECT $1 + 1 AS x", 5, 6),
        ("SELECT i * $1 AS x FROM typed", 1.5, 10.5),
        ("SELECT d + $1 AS x FROM typed", 1, "2024-03-01"),
        ("SELECT left(t, $1) AS x FROM typed", 2, "se"),
        ("SELECT t || $1 AS x FROM typed", "\\'", "seven\\'"),
        ("SELECT i AS x FROM typed LIMIT $1", 1, 7),
        ("SELECT i AS x FROM typed WHERE $1::text IS NULL OR t = $1", None, 7),
        ("SELECT count(*) AS x FROM typed WHERE o IS NOT DISTINCT FROM $1", None, 0),
    ],
)
def test_a_value_is_what_it_is_where_no_column_says_so(shop, sql, value, found):
    assert pg_shop.column(pg_shop.ask(shop, sql, [value])) == [found]


def test_a_text_that_is_no_number_meets_no_number_and_is_not_repeated(shop):
    fault = pg_shop.ask(shop, "SELECT i AS x FROM typed WHERE i = $1", ["7 OR 1=1"])
    assert str(fault) == "the query failed"


def test_a_text_with_a_null_byte_is_refused_before_it_is_sent(shop):
    assert str(pg_shop.ask(shop, "SELECT $1 AS x", ["a\0b"])) == "the query failed"


def test_what_is_written_is_what_is_read(shop):
    sql = "INSERT INTO typed (i, n, t, o, z) VALUES ($1, $2, $3, $4, $5) RETURNING n AS n, t AS t, o AS o, z AS z"
    said = [8, 19.99, "🦊 ' \\ \"", False, "2024-02-29T12:00:00Z"]
    outcome = pg_shop.ask(shop, sql, said, names=("n", "t", "o", "z"), max_affected=1)
    assert [*outcome.value["rows"][0].values()] == [*said[1:4], "2024-02-29T12:00:00+00:00"]
