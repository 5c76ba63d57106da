"""What it costs to judge a statement on the example shop's schema: a new one, and one that was judged before.

CPU of the judging thread. Beside it, in the same run, what sqlglot alone needs to read and write the same statement.
"""

import argparse
import time
from pathlib import Path
from statistics import median, quantiles

import anyio
import sqlglot
from ruamel.yaml import YAML
from sqlglot import exp

from broker.adapters.sql.select.reach import Unfit
from broker.adapters.sql.select_kind import compile_select
from broker.model.scope import RowsSubject
from tests import kit
from tests.bench import sql_sides, sql_table, sql_tpch, table
from tests.bench.sql_own import EXPOSURE, NOT_OF

SOURCE = Path(__file__).parents[2] / "tools" / "shop" / "source.yaml"
NEW_MS, AGAIN_US = 3.0, 50.0
DISTINCT = 600
WARM = 80
ROWS = RowsSubject("customer")
URLS = {"sqlite": "sqlite:///shop.db", "postgres": f"postgresql://{sql_sides.ROLE}@127.0.0.1/shop"}
_COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.Limit)


def tool(dialect):
    """The guarded SELECT over every table of the shop, for one customer's rows."""
    said = YAML(typ="safe").load(SOURCE)
    tables = {
        table: {name: kit.leaf(one if isinstance(one, str) else one["class"]) for name, one in columns.items()}
        for table, columns in said["tables"].items()
    }
    source = {**said, "tables": tables, "url": URLS[dialect], "password": "env:NONE"}
    found = sql_sides.kit_tables(source, Path())
    _, one = compile_select(
        found, {"select": {"tables": tuple(found.tables)}, "timeout": 2.0}, anyio.CapacityLimiter(1)
    )
    if one.admit(ROWS) is not None:
        raise RuntimeError("the shop's rows lead to no customer")
    return one


def statements(dialect, count):
    """As many different ones: the analysts' questions, with other numbers in them."""
    found, shift = {}, 0
    while len(found) < count:
        for question in sql_tpch.questions("shop.sql"):
            if question.name[0] != NOT_OF[dialect]:
                found.setdefault(_shifted(question.sql, dialect, shift), None)
        shift += 1
    return list(found)[:count]


def _shifted(sql, dialect, shift):
    tree = sqlglot.parse_one(sql, read=dialect)
    for one in tree.find_all(exp.Literal):
        if not one.is_string and isinstance(one.parent, _COMPARED) and one.name.isdecimal():
            one.set("this", str(int(one.name) + shift))
    return tree.sql(dialect)


def measured(run, dialect, count):
    """Milliseconds for each of `count` statements: new, by sqlglot alone, again."""
    one, asked = tool(dialect), statements(dialect, count + WARM)
    exposure = {kind: EXPOSURE.get(kind, "show") for kind in one.kinds}

    def judge(sql):
        return one.judge(sql, ROWS, exposure)

    def bare(sql):
        return sqlglot.parse_one(sql, read=dialect).sql(dialect)

    refused = [found.hint for found in map(judge, asked[:WARM]) if isinstance(found, Unfit)]
    if refused:
        raise RuntimeError(f"a question is refused: {refused[0]}")
    times = [(_timed(judge, sql), _timed(bare, sql)) for sql in run.watched(f"cost on {dialect}", asked[WARM:])]
    return (*zip(*times, strict=True), anyio.run(_again, one, asked[WARM:], exposure))


async def _again(one, asked, exposure):
    """What a call of a statement that was judged before spends on it."""
    times = []
    for sql in asked:
        await one._ready(one._key(sql, ROWS, exposure))
        began = time.thread_time_ns()
        await one._ready(one._key(sql, ROWS, exposure))
        times.append((time.thread_time_ns() - began) / 1e6)
    return times


def _timed(work, sql):
    began = time.thread_time_ns()
    work(sql)
    return (time.thread_time_ns() - began) / 1e6


def rows(run, count):
    for dialect in sql_table.ENGINES:
        fresh, bare, again = measured(run, dialect, count)
        p99 = quantiles(fresh, n=100)[98]
        yield run.row(
            f"CPU to judge a new statement, {dialect}",
            bar=f"<= {NEW_MS:g} ms median",
            measured=f"{median(fresh):.2f} ms, p99 {p99:.2f} ms over {count}; sqlglot alone {median(bare):.2f} ms",
            ok=median(fresh) <= NEW_MS,
        )
        yield run.row(
            f"CPU to judge it again, {dialect}",
            bar=f"<= {AGAIN_US:g} µs median",
            measured=f"{median(again) * 1e3:.1f} µs",
            ok=median(again) * 1e3 <= AGAIN_US,
        )


def main():
    said = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    said.add_argument("--statements", type=int, default=DISTINCT, help="how many different ones")
    given = table.given(said)
    sql_table.printed(given, lambda run, *_: rows(run, given.statements))


if __name__ == "__main__":
    main()
