"""The shop of `sql_kit` behind SQLite's own veil, asked in raw SQL: as if no guard had looked at it."""

import sqlite3
from contextlib import closing

from broker.adapters.sql.engine import Order, Text, Veil
from broker.adapters.sql.reaching import Selection, inside
from broker.adapters.sql.source import read_tables
from broker.adapters.sql.sqlite.connect import empty
from broker.adapters.sql.sqlite.run import Run
from broker.adapters.sql.sqlite.veil import Curtains, hang
from broker.adapters.sql.sqlite.views import curtain
from broker.model.scope import RowsSubject
from tests import sql_kit

KEY = b"k" * 32
ROWS = RowsSubject("customer")
EXPOSURE = {"public": "show", "person": "redact", "email": "pseudonym", "card": "last4"}
LISTED = ("customer", "order", "order_line", "product")


def reach(folder, exposure=EXPOSURE, rows=ROWS, listed=LISTED, source=sql_kit.SOURCE):
    selection = Selection(tables=read_tables(source, folder), listed=listed, max_rows=500)
    admitted = selection.admit(rows)
    assert not isinstance(admitted, str), admitted
    actions = tuple((kind, inside(exposure.get(kind, "redact"))) for kind in selection.kinds())
    return selection.reach(admitted, actions)


def seen(folder, sql, found=None, subject=1, path="shop.db"):
    """Its rows, or the error as SQLite says it."""
    found = reach(folder) if found is None else found
    with closing(empty()) as database:
        hang(database, folder / path, Veil(reach=found, mask_key=KEY), curtain(found), {"_row_subject": subject})
        try:
            return database.execute(sql).fetchall()
        except (sqlite3.Error, sqlite3.Warning) as error:
            return str(error)


def ran(folder, sql, names=("x",), found=None, ready=lambda _: None, **more):
    """What a whole run of it comes to. `ready`: what is done with the run before it starts."""
    limits = {"rows": 100, "bytes": 100_000, "timeout": 5.0, **more}
    veil = Veil(reach=reach(folder) if found is None else found, mask_key=KEY)
    order = Order(
        text=Text(sql=sql, order=()),
        within=veil,
        parameters={"_row_subject": 1},
        names=names,
        max_affected=None,
        **limits,
    )
    run = Run(folder / "shop.db", order, Curtains())
    ready(run)
    run()
    assert run.ended.is_set()
    return run.outcome
