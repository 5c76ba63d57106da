"""Injections where a statement expects a value: do two databases that differ in what is hidden answer alike?

Each payload stands in quotes and bare, in nine statements that an agent could have put together, and is asked through
guard and engine; then it is an argument of a named query. `--file`: a JSONL file (`{id, class, payload}`).
"""

import argparse
from collections import Counter
from contextlib import ExitStack, contextmanager
from pathlib import Path

from broker.adapters.sql.engine import Order, Result
from broker.adapters.sql.values import NotStorableError, stored
from broker.model.scope import RowsSubject
from tests import pg, sql_kit
from tests.bench import sql_benign, sql_table, table
from tests.bench.sql_shapes import SHAPES, TEMPLATES
from tests.oracle.judge import judged
from tests.oracle.layers import Whole
from tests.oracle.places import postgres_pair, sqlite_pair
from tests.oracle.worlds import SOURCE, WORLDS
from tests.pg_granted import ROLE

WORLD = WORLDS[0]  # the rows of one customer
ROWS = RowsSubject("customer")
NAMED = "SELECT id, total FROM orders WHERE status = :said OR placed LIKE :said ORDER BY id"


@contextmanager
def pair(dialect, folder, server, world=WORLD):
    """(the two databases, a layer over them, their sources)."""
    with ExitStack() as stack:
        layer = stack.enter_context(Whole(world, dialect))
        if dialect == "sqlite":
            places = sqlite_pair(world, folder / "pair")
            urls = [{"url": f"sqlite:///{place}"} for place in places]
        else:
            places = stack.enter_context(postgres_pair(world, server))
            urls = [{"url": place.url(ROLE), "password": f"env:{pg.PASSWORD_ENV}"} for place in places]
        yield places, layer, [{**SOURCE, **one} for one in urls]


def statements(payloads):
    for payload in payloads:
        for template in TEMPLATES:
            yield template.replace("{}", payload)


def leaks(layer, places, asked):
    """(how many statements came to what, the leaks). A layer that raises has crashed, and so does this."""
    verdicts, found = Counter(), []
    before = [layer.digest(place) for place in places]
    for sql in asked:
        told = judged(layer, places, sql)
        verdicts[told.first.verdict] += 1
        found += [told] if told.by is not None else []
    if [layer.digest(place) for place in places] != before:
        found.append("something was written")
    return verdicts, found


def named(said, folder, payloads):
    """The same for a named query that takes the payload for its argument: (verdicts, payloads that tell two apart)."""
    tools = [sql_kit.compiled(folder, NAMED, {"said": sql_kit.TEXT}, source=one)[1] for one in said]
    for tool in tools:
        if tool.admit(ROWS) is not None:
            raise RuntimeError("its rows lead to no customer")
    verdicts, found = Counter(), []
    for payload in payloads:
        one, other = [_called(tool, payload) for tool in tools]
        verdicts[one[0]] += 1
        if one != other:
            found.append(payload)
    return verdicts, found


def _called(tool, payload):
    """Past what an argument's own schema would refuse."""
    plan = tool.plans[ROWS]
    try:
        parameters = {"said": stored(payload), **dict.fromkeys(plan.parameters, 1), **plan.literals}
    except NotStorableError:
        return "refused", ""
    running = tool.tables.engine.run(
        Order(
            text=plan.text(1),
            within=plan.footprint,
            parameters=parameters,
            names=tool.resolved.names,
            max_affected=None,
            rows=100,
            bytes=1 << 20,
            timeout=5.0,
        )
    )
    running()
    match running.outcome:
        case Result(value=value):
            return "ran", repr(value)
        case fault:
            return "failed", str(fault)


def rows(run, folder, server, payloads, name):
    for dialect in sql_table.ENGINES:
        with pair(dialect, folder / dialect, server) as (places, layer, said):
            asked = run.watched(f"{name} on {dialect}", list(statements(payloads)))
            verdicts, found = leaks(layer, places, asked)
            for one in found:
                run.tell(f"{dialect}: {one}")
            yield run.row(
                f"{len(payloads)} {name} in {len(TEMPLATES)} statements each, {dialect}",
                bar="0 leaks, 0 crashes",
                measured=f"{len(found)} leaks of {sum(verdicts.values())} ({counted(verdicts)})",
                ok=not found,
            )
            (folder / dialect).mkdir(exist_ok=True)
            verdicts, found = named(said, folder / dialect, run.watched(f"arguments on {dialect}", payloads))
            yield run.row(
                f"{len(payloads)} {name} as arguments of a named query, {dialect}",
                bar="0 leaks, 0 crashes",
                measured=f"{len(found)} leaks ({counted(verdicts)})",
                ok=not found,
            )


def counted(verdicts):
    return ", ".join(f"{count} {verdict}" for verdict, count in sorted(verdicts.items()))


def main():
    said = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    said.add_argument("--file", type=Path, help="JSONL of payloads")
    said.add_argument("--class", dest="kind", default="sqli", help="those of the file's that have this class, or `all`")
    given = table.given(said)

    def measured(run, folder, server):
        yield from rows(run, folder / "own", server, SHAPES, "shapes of our own")
        if given.file is not None:
            found = [one for one in sql_benign.read(given.file) if given.kind in {"all", one["class"]}]
            yield from rows(
                run, folder / "file", server, [one["payload"] for one in found], f"payloads of {given.file.name}"
            )

    sql_table.printed(given, measured)


if __name__ == "__main__":
    main()
