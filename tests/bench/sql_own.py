"""The questions of `tests/vectors/tpch`, each through guard and engine, and the same asked by an admin."""

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from broker.actions.shapes import shape
from tests.bench import sql_sides as sides
from tests.bench import sql_tpch

FILES = {("tpch", "sqlite"): "sqlite.sql", ("tpch", "postgres"): "postgres.sql"}
NOT_OF = {"sqlite": "p", "postgres": "s"}
KEYS = {
    "tpch": {"subject": "customer.id", "owner_key": {"orders": "customer_id", "line_item": "order_id -> orders.id"}},
    "shop": {
        "subject": "customer.id",
        "owner_key": {
            **dict.fromkeys(("orders", "ticket", "note"), "customer_id"),
            "order_line": "order_id -> orders.id",
        },
    },
}
EXPOSURE = {
    "person": "pseudonym",
    "phone": "last4",
    "email": "domain",
    "address": "redact",
    "card": "hide",
    "free-text": "redact",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`equal`: None where it was not accepted; `by`: what it was compared with."""

    name: str
    sql: str
    accepted: bool
    equal: bool | None
    by: str
    said: str


def source(world):
    classes = {
        table: {column: kind for column, (_, kind) in columns.items()} for table, columns in sql_tpch.SHOWN.items()
    }
    return sides.source(sql_tpch.columns(world), classes, **KEYS[world])


def questions(world, dialect):
    found = sql_tpch.questions(FILES.get((world, dialect), "shop.sql"))
    return [one for one in found if one.name[0] != NOT_OF[dialect]]


def fill(world, connection, rows):
    script = getattr(connection, "executescript", connection.execute)
    script(sql_tpch.schema(world))
    for table, those in rows.items():
        sides.insert(connection, table, those)


def masked(world):
    """The rows as the actions make them, without any database."""
    columns = sql_tpch.columns(world)
    return {
        table: [
            tuple(_shown(table, column, value) for column, value in zip(columns[table], row, strict=True))
            for row in those
        ]
        for table, those in sql_tpch.rows(world).items()
    }


def _shown(table, column, value):
    _, kind = sql_tpch.SHOWN.get(table, {}).get(column, (None, None))
    return value if kind is None else shape(EXPOSURE[kind], kind, value, sides.TASK_KEY)


@contextmanager
def pair(world, dialect, folder, server=None):
    """(what agents ask, what an admin asks where every private value is masked already)."""
    said, more = source(world), {"exposure": EXPOSURE}
    with ExitStack() as stack:
        made = []
        for name, rows in (("real", sql_tpch.rows(world)), ("masked", masked(world))):

            def filled(connection, rows=rows):
                fill(world, connection, rows)

            if dialect == "sqlite":
                made.append(sides.sqlite_side(folder / f"{world}-{name}.db", said, filled, **more))
            else:
                made.append(sides.postgres_side(stack.enter_context(server.database()), said, filled, **more))
        yield made


def asked(question, real, twin):
    """Equal to what an admin is answered: by the same database, or, where masked columns are used, by their twin."""
    answer = real.ask(question.sql)
    facts = {"name": question.name, "sql": question.sql, "accepted": answer.verdict == "ran"}
    if answer.verdict != "ran":
        return Found(**facts, equal=None, by="", said=f"{answer.verdict}: {answer.said} {answer.cause or ''}".strip())
    hidden = {(table, column) for table, columns in sql_tpch.SHOWN.items() for column in columns} & answer.guarded.reads
    admin, by = (twin, "the masked twin") if hidden else (real, "the same database")
    theirs = admin.clear(question.sql)
    in_order = sides.ordered(question.sql, real.dialect)
    return Found(**facts, equal=sides.same(answer.rows, theirs, in_order=in_order), by=by, said="")
