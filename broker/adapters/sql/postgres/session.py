"""How a transaction begins: in one message, before the statement, and gone with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from psycopg import sql
from sqlglot import exp

from broker.actions.shapes import strictest
from broker.adapters.sql.engine import Order, Veil
from broker.adapters.sql.select.mask_postgres import pads
from broker.adapters.sql.subject import SUBJECT
from broker.adapters.sql.values import Stored

_EVERYBODY: Final = "*"
_NOBODY: Final = ""
_LOCK: Final = 1_000  # milliseconds to wait for another's lock
# What the database or the role may have another opinion of. Literals and dates are read as they were meant.
_FIXED: Final[Mapping[str, str]] = {
    "standard_conforming_strings": "on",
    "transform_null_equals": "off",
    "client_encoding": "UTF8",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "iso_8601",
    "TimeZone": "UTC",
    "extra_float_digits": "1",
    "row_security": "on",
    "work_mem": "4MB",
}


def schema(role: str, *, veiled: bool, everybody: bool = False) -> str:
    """Where bare names lead: to views of masked columns, or, for what an admin wrote, of the columns as they are.

    `everybody`: no row is hidden from it.
    """
    if not veiled:
        return f"{role}_raw"
    return f"{role}_all" if everybody else role


def beginning(role: str, order: Order, seconds: float) -> sql.Composed:
    """`seconds`: what is left of the call's time."""
    milliseconds = max(1, int(seconds * 1000))
    said = _broker(order)
    settings = {
        **_FIXED,
        "statement_timeout": str(milliseconds),
        "lock_timeout": str(min(_LOCK, milliseconds)),
        "idle_in_transaction_session_timeout": str(milliseconds + _LOCK),
        **said,
    }
    access = sql.SQL("READ ONLY" if order.max_affected is None else "READ WRITE")
    # PostgreSQL looks into its own schema and the temporary one first unless they stand in the path.
    veiled, everybody = isinstance(order.within, Veil), said["broker.subject"] == _EVERYBODY
    home = sql.Identifier(schema(role, veiled=veiled, everybody=everybody))
    path = sql.SQL("SET LOCAL search_path TO {}, pg_catalog, pg_temp").format(home)
    begin = sql.SQL("BEGIN ISOLATION LEVEL READ COMMITTED {}").format(access)
    # Each schema has a role of its own, for a condition on a setting is asked too late: of what stands behind a LEFT
    # JOIN, PostgreSQL asks it after the query's own conditions were asked of the rows.
    become = sql.SQL("SET LOCAL ROLE {}").format(home)
    return sql.SQL("; ").join([begin, path, *_set(settings), become])


def _set(settings: Mapping[str, str]) -> Iterator[sql.Composed]:
    for name, value in settings.items():
        yield sql.SQL("SET LOCAL {} TO {}").format(sql.Identifier(*name.split(".")), sql.Literal(value))


def _broker(order: Order) -> Mapping[str, str]:
    """What the views ask: `postgres/views.py`. What is not said here, they show to nobody."""
    if not isinstance(order.within, Veil):
        return {"broker.raw": "on", "broker.subject": _NOBODY}
    inner, outer = pads(order.within.mask_key)
    return {
        "broker.raw": "off",
        "broker.subject": _subject(order.within, order.parameters),
        "broker.pads": (inner + outer).hex(),
        **_actions(order.within),
    }


def _actions(veil: Veil) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for view in (*veil.reach.views.values(), *veil.reach.ways.values()):
        for shown in view.columns.values():
            name = f"broker.act_{shown.kind.replace('-', '_')}"
            found[name] = strictest(found.get(name, shown.action), shown.action)
    return found


def _subject(veil: Veil, parameters: Mapping[str, Stored]) -> str:
    """Whose rows: everybody's where no row filter asks for a subject."""
    filters = [view.where for view in (*veil.reach.views.values(), *veil.reach.ways.values()) if view.where is not None]
    if not any(one.this == SUBJECT for where in filters for one in where.find_all(exp.Placeholder)):
        return _EVERYBODY
    match parameters.get(SUBJECT):
        case None:
            return _NOBODY
        case bool() as subject:
            spelled = str(subject).lower()
        case float() as subject if subject.is_integer():
            spelled = str(int(subject))
        case subject:
            spelled = str(subject)
    return _NOBODY if spelled == _EVERYBODY else spelled  # no subject's own text makes it everybody
