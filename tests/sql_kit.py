"""A shop of two customers, and a call of a named query over it as the broker would make it."""

import sqlite3
from contextlib import closing

from broker.adapters.sql.kind import Sql
from broker.catalog.compiled import compile_grant
from broker.decide.arguments import check
from broker.mask.handles import open_handles
from broker.model.call import Call, HandleRef
from broker.model.constraint import Anything, Field
from broker.model.decision import Permit
from broker.model.outcome import Intended
from broker.model.task import Parameter, SaidBy
from broker.model.tool import Argument, Effect, Misfit, Policy
from broker.pipeline import NOBODY
from tests import kit

NUMBER = Argument(schema={"type": "integer"}, required=False, policy=None, handles=frozenset())
TEXT = Argument(schema={"type": "string"}, required=False, policy=Policy.TEXT, handles=frozenset())
LIST = Argument(
    schema={"type": "array", "items": {"type": "integer"}}, required=False, policy=None, handles=frozenset()
)
MAIL = Argument(schema={"type": "string"}, required=False, policy=Policy.EMAIL, handles=frozenset({"email"}))

PUBLIC, PERSON, EMAIL, CARD = kit.leaf(), kit.leaf("person"), kit.leaf("email"), kit.leaf("card")
SOURCE = {
    "url": "sqlite:///shop.db",
    "tables": {
        "customer": {"id": PUBLIC, "name": PERSON, "email": EMAIL, "boss": PUBLIC},
        "order": {"id": PUBLIC, "customer_id": PUBLIC, "total": PUBLIC, "card": CARD},
        "order_line": {"order_id": PUBLIC, "sku": PUBLIC, "qty": PUBLIC},
        "product": {"sku": PUBLIC, "title": PUBLIC},
        "staff": {"id": PUBLIC, "name": PERSON},
    },
    "subject": "customer.id",
    "owner_key": {"order": "customer_id", "order_line": "order_id -> order.id"},
}
SOURCES = {
    "sqlite": SOURCE,
    "postgres": {**SOURCE, "url": "postgresql://broker_shop@127.0.0.1:9/shop", "password": "env:NOBODYS"},
}
"""The same tables in both databases; of PostgreSQL nothing is there to connect to."""
SCHEMA = """
    CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT, email TEXT, boss INTEGER, secret TEXT);
    CREATE TABLE "order" (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customer(id), total REAL, card TEXT);
    CREATE TABLE order_line (order_id INTEGER REFERENCES "order"(id) ON DELETE CASCADE, sku TEXT, qty INTEGER);
    CREATE TABLE product (sku TEXT PRIMARY KEY, title TEXT);
    CREATE TABLE staff (id INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE api_key (name TEXT, value TEXT);
    INSERT INTO customer VALUES (1, 'own-ann', 'own-ann@x.example', 2, 'own'),
        (2, 'alien-bob', 'alien-bob@y.example', 1, 's');
    INSERT INTO "order" VALUES (11, 1, 10.5, 'own-card'), (12, 1, 20, 'own-card'), (21, 2, 777, 'alien-card');
    INSERT INTO order_line VALUES (11, 'own-sku', 1), (12, 'both', 2), (21, 'alien-sku', 888), (21, 'both', 888);
    INSERT INTO product VALUES ('own-sku', 'A'), ('both', 'B'), ('alien-sku', 'C');
    INSERT INTO staff VALUES (1, 'cyd');
    INSERT INTO api_key VALUES ('live', 'sk-canary');
"""
ALIEN = ("alien-bob", "alien-card", "alien-sku", "777", "888", "21")
"""What stands in rows of customer 2 alone."""


def build(folder):
    with closing(sqlite3.connect(folder / "shop.db")) as database:
        # As one transaction that waits for no disk: it is made for each test.
        database.executescript(f"PRAGMA synchronous = OFF; BEGIN; {SCHEMA} COMMIT;")


def ask(folder, sql):
    with closing(sqlite3.connect(folder / "shop.db")) as database:
        return database.execute(sql).fetchall()


def compiled(folder, sql, arguments=None, source=SOURCE, **more):
    (folder / "query.sql").write_text(sql, encoding="utf-8")
    facts = {
        "sql": "query.sql",
        "max_rows": None,
        "max_affected": None,
        "probe": None,
        "returns": {},
        "arguments": arguments or {},
        "bind": {},
        "effects": frozenset({Effect.READ}),
        "timeout": 5.0,
        "max_bytes": 1 << 20,
        "idempotency": None,
    }
    return Sql(root=folder).compile(source, "query", {**facts, **more}, folder)


def readable(folder, sql, source=SOURCE, arguments=None, shown=PERSON, **more):
    """The tool, or why it does not load; each column whose class must be said is `shown`."""
    found = compiled(folder, sql, arguments, source, **more)
    unsaid = [one.path[1] for one in found if isinstance(one, Misfit) and one.path[0] == "returns"]
    returns = dict.fromkeys(unsaid, shown)
    return compiled(folder, sql, arguments, source, returns=returns, **more) if returns else found


def opened(tool, rows, arguments=None, *, said=None, parameters=None, handles=None, limits=(100, 1 << 20), **more):
    """`tool`: what `compiled` gave; `arguments`: as the agent says them; `handles`: handle -> (class, clear value)."""
    found, _ = tool
    kit_spec = kit.spec(
        "shop.query", arguments=said or {}, leaves=found.leaves, owned=found.owned, effects=found.effects, **more
    )
    scope = kit.scope({"shop.query": kit.tool_grant(dict.fromkeys(said or {}, Field(Anything(), optional=True)), rows)})
    known = {name: Parameter(value=value, said_by=SaidBy.PRINCIPAL) for name, value in (parameters or {}).items()}
    task = kit.task(scope, parameters=known)
    grant = compile_grant(scope, task, kit.NOW, {"shop.query": kit_spec})
    refs = {one: HandleRef(handle=one, kind=kind, origin="shop.q.f") for one, (kind, _) in (handles or {}).items()}
    call = Call(id="call-1", grant=grant, tool="shop.query", arguments=arguments or {})
    checked = check(call, grant.tools["shop.query"], refs)
    permit = Permit(checked=checked, exposure={}, claims=())
    intended = Intended(permit=permit, rows=limits[0], bytes=limits[1], shown=limits[1], at=kit.NOW)
    return open_handles(intended, {one: clear for one, (_, clear) in (handles or {}).items()}, b"k" * 32)


async def run(tool, rows, arguments=None, **more):
    trouble = tool[1].admit(rows)
    assert trouble is None, trouble
    return await tool[1].invoke(opened(tool, rows, arguments, **more), NOBODY.progress)
