"""A short query that grows beyond all bounds while an engine plans it is refused before any engine sees it."""

import pytest

from broker.adapters.sql.select.growth import MAX_SIZE
from broker.adapters.sql.select.guard import guard
from broker.adapters.sql.select.reach import Guarded, Unfit
from tests.oracle.worlds import WORLDS

ENGINES = ("sqlite", "postgres")


def chained(links, link, start="SELECT owner AS a FROM customer"):
    """Each WITH is made of the one before it."""
    withs = [f"w0 AS ({start})", *(f"w{n} AS ({link.format(f'w{n - 1}')})" for n in range(1, links))]
    return f"WITH {', '.join(withs)} SELECT * FROM w{links - 1}"


def nested(depth, around, start="SELECT owner AS a FROM customer"):
    found = start
    for _ in range(depth):
        found = around.format(f"({found})")
    return found


GROWING = {
    "a WITH named twice": chained(20, "SELECT p.a FROM {0} p, {0} q"),
    "a WITH named twice, whose columns nobody reads": chained(20, "SELECT 1 AS a FROM {0} p, {0} q"),
    "a WITH asked in two places": chained(20, "SELECT a FROM {0} WHERE EXISTS (SELECT 1 FROM {0} q)"),
    "a WITH in both arms": chained(20, "SELECT a FROM {0} UNION ALL SELECT a FROM {0}"),
    "a column named twice": chained(20, "SELECT a || a AS a FROM {0}"),
    "a column in a condition": chained(12, "SELECT CASE WHEN a > 'x' THEN a ELSE a END AS a FROM {0}"),
    "a column in derived tables": nested(15, "SELECT a || a AS a FROM {0} x"),
    "a column in an ON": chained(14, "SELECT p.a || q.a AS a FROM {0} p JOIN {0} q ON p.a = q.a"),
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("sql", GROWING.values(), ids=GROWING)
def test_a_query_that_doubles_with_each_name_is_refused(sql, engine):
    found = guard(sql, WORLDS[1].reach(), engine)
    assert isinstance(found, Unfit)
    assert "too large" in found.hint


@pytest.mark.parametrize("engine", ENGINES)
def test_a_query_that_names_each_part_once_may_be_long(engine):
    sql = chained(20, "SELECT upper(a) AS a FROM {0} WHERE a <> 'x'")
    assert isinstance(guard(sql, WORLDS[1].reach(), engine), Guarded)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_report_that_names_its_parts_several_times_is_no_bomb(engine):
    sql = (
        "WITH spent AS (SELECT o.customer_id, c.name, c.email, sum(l.qty * l.price) AS s FROM orders o "
        "JOIN order_line l ON l.order_id = o.id JOIN customer c ON c.id = o.customer_id "
        "GROUP BY o.customer_id, c.name, c.email), ranked AS (SELECT *, rank() OVER (ORDER BY s DESC) AS r FROM spent) "
        "SELECT a.name, a.email, a.s, (SELECT avg(s) FROM spent) AS mean FROM ranked a "
        "JOIN ranked b ON b.r = a.r + 1 LEFT JOIN spent c ON c.customer_id = a.customer_id WHERE a.s > b.s"
    )
    assert isinstance(guard(sql, WORLDS[1].reach(), engine), Guarded)
    assert MAX_SIZE < 50_000  # which take SQLite a second
