"""A small shop in PostgreSQL with the views of a role, made by hand, and a statement run through the engine alone."""

import threading
import time
from pathlib import Path

from broker.adapters.sql.engine import Footprint, Order, Text
from broker.adapters.sql.engines import engine
from tests import pg

ROLE = "broker_shop"
SCHEMA = f"""
    DO $$ DECLARE one text; BEGIN
        FOREACH one IN ARRAY ARRAY['{ROLE}', '{ROLE}_all', '{ROLE}_raw'] LOOP
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = one) THEN EXECUTE 'CREATE ROLE ' || one; END IF;
        END LOOP;
    END $$;
    ALTER ROLE {ROLE} LOGIN NOINHERIT PASSWORD '{pg.PASSWORD}';
    GRANT {ROLE}_all, {ROLE}_raw TO {ROLE};
    CREATE TABLE product (sku text PRIMARY KEY, title text, price numeric(12, 2) CHECK (price < 1000000));
    INSERT INTO product VALUES ('a', 'A', 1.10), ('b', 'B', 2), ('c', 'C', NULL);
    CREATE TABLE part (sku text REFERENCES product(sku) ON DELETE CASCADE, n int);
    INSERT INTO part SELECT 'a', g FROM generate_series(1, 5) AS g;
    CREATE TABLE secret (sku text, ssn text);
    INSERT INTO secret VALUES ('a', '123-45-6789');
    CREATE SCHEMA {ROLE};
    CREATE SCHEMA {ROLE}_all;
    CREATE SCHEMA {ROLE}_raw;
    CREATE VIEW {ROLE}.product AS SELECT sku, title FROM public.product;
    CREATE VIEW {ROLE}_all.product AS SELECT sku, title FROM public.product;
    CREATE VIEW {ROLE}_raw.product AS
        SELECT sku, title, price FROM public.product WHERE current_setting('broker.raw', true) = 'on';
    GRANT USAGE ON SCHEMA {ROLE} TO {ROLE};
    GRANT USAGE ON SCHEMA {ROLE}_all TO {ROLE}_all;
    GRANT USAGE ON SCHEMA {ROLE}_raw TO {ROLE}_raw;
    GRANT SELECT ON {ROLE}.product TO {ROLE};
    GRANT SELECT ON {ROLE}_all.product TO {ROLE}_all;
    GRANT SELECT, INSERT, UPDATE, DELETE ON {ROLE}_raw.product TO {ROLE}_raw;
"""


def connected(database, monkeypatch, *, url=None, password=pg.PASSWORD):
    """The engine of a source over it."""
    if password is not None:
        monkeypatch.setenv(pg.PASSWORD_ENV, password)
    ref = None if password is None else f"env:{pg.PASSWORD_ENV}"
    found = engine({"url": url or database.url(ROLE), "password": ref}, Path("/"))
    assert not hasattr(found, "expected"), found
    return found


def order(sql, parameters=(), **more):
    """`parameters`: of $1, $2, ... The text is as it is, whatever a source would have made of it."""
    said = {f"p{at}": value for at, value in enumerate(parameters)}
    facts = {
        "text": Text(sql=sql, order=tuple(said)),
        "within": Footprint(),
        "parameters": said,
        "names": ("x",),
        "max_affected": None,
        "rows": 100,
        "bytes": 1 << 20,
        "timeout": 5.0,
    }
    return Order(**{**facts, **more})


def ask(database_engine, sql, parameters=(), **more):
    """What came of it: a result or a fault."""
    return came_of(database_engine.run(order(sql, parameters, **more)))


def came_of(run):
    run()
    assert run.ended.is_set()
    return run.outcome


def column(outcome):
    """The values of a result of one column."""
    return [row["x"] for row in outcome.value["rows"]]


def begun(database_engine, sql, parameters=(), **more):
    """A statement on a thread of its own."""
    run = database_engine.run(order(sql, parameters, **more))
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return run, thread


def sleeping(database, role=ROLE):
    """The process that serves a statement of the role, once it sleeps."""
    until = time.monotonic() + 10
    with database.connect() as admin:
        while time.monotonic() < until:
            asleep = "SELECT pid FROM pg_stat_activity WHERE usename = %s AND wait_event = 'PgSleep'"
            found = admin.execute(asleep, [role]).fetchall()
            if found:
                return found[0][0]
    raise TimeoutError("nothing sleeps")
