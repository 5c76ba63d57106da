"""The shop of `sql_kit` behind SQLite's own veil, asked in raw SQL: as if no guard had looked at it."""

import sqlite3
from contextlib import closing
from dataclasses import replace

from broker.adapters.sql.engine import Order, Text, Veil
from broker.adapters.sql.kind import Sql
from broker.adapters.sql.reaching import Selection, inside
from broker.adapters.sql.source import read_tables
from broker.adapters.sql.sqlite.connect import empty
from broker.adapters.sql.sqlite.run import Run
from broker.adapters.sql.sqlite.veil import Curtains, hang
from broker.model.scope import RowsSubject
from broker.model.tool import Compiled
from broker.pipeline import NOBODY
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


def seen(folder, sql, found=None, *, subject=1, parameters=False, curtains=None):
    """Its rows, or the error as SQLite says it. `parameters`: it names them too, as what a guard makes does."""
    found = reach(folder) if found is None else found
    known = {"_row_subject": subject, "_row_0": "x"}
    with closing(empty()) as database:
        hang(
            database,
            folder / "shop.db",
            Veil(reach=found, mask_key=KEY),
            Curtains() if curtains is None else curtains,
            known,
        )
        try:
            return database.execute(sql, known if parameters else ()).fetchall()
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


def tool(folder, source=sql_kit.SOURCE, listed=LISTED, rows=ROWS, timeout=5.0, **said):
    """What the kind makes of `select: {tables: listed, ...}`, admitted under `rows`."""
    select = {"tables": listed, "max_rows": None, "timeout": None, **said}
    found = Sql(root=folder).compile(source, "query", {"select": select, "timeout": timeout}, folder)
    assert len(found) == 2, found
    assert isinstance(found[0], Compiled), found
    trouble = found[1].admit(rows)
    assert trouble is None, trouble
    return found


def opened(found, sql, *, rows=ROWS, exposure=EXPOSURE, parameters=None, limits=(100, 1 << 20)):
    """A call of it, as the pipeline would hand it over."""
    parameters = {"customer": 1} if parameters is None else parameters
    one = sql_kit.opened(found, rows, {"sql": sql}, said=found[0].derived, parameters=parameters, limits=limits)
    permit = replace(one.intended.permit, exposure=exposure)
    return replace(one, intended=replace(one.intended, permit=permit))


async def asked(found, sql, **more):
    """Its result, or how it could be asked."""
    one = opened(found, sql, **more)
    hint = await found[1].unfit(one.intended.permit)
    return await found[1].invoke(one, NOBODY.progress) if hint is None else hint
