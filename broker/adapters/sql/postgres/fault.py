"""What PostgreSQL says went wrong, as one of three closed messages. Its own words hold values, and stay inside."""

from __future__ import annotations

from typing import Final

import psycopg

from broker.model.faults import Effect, ToolFault

UNAVAILABLE: Final = "source unavailable"
FAILED: Final = "the query failed"
_CANCELED: Final = "57014"  # by its statement_timeout, or by us
# https://www.postgresql.org/docs/current/errcodes-appendix.html: the same call may work later.
_CLASSES: Final = frozenset({"08", "28", "3D", "53", "58"})  # connection, authorization, no database, resources, system
_STATES: Final = frozenset(
    {
        *("57P01", "57P02", "57P03", "57P04", "57P05"),  # it goes down, has crashed, comes up, drops us
        *("55P03", "40001", "40P01"),  # another's lock, another's write
        *("25P03", "25P04"),  # we were too slow for it
    }
)


def fault(error: psycopg.Error, effect: Effect, timeout: float) -> ToolFault:
    state = error.sqlstate
    if state == _CANCELED:
        found = ToolFault(f"no answer within {timeout:g} s", effect=effect)
    else:
        # Without a code the server did not speak: it is not there, or the driver refused what it was given.
        gone = isinstance(error, psycopg.OperationalError) if state is None else _may_come_back(state)
        found = ToolFault(UNAVAILABLE if gone else FAILED, effect=effect, is_unreachable=gone)
    found.__cause__ = error
    return found


def was_refused(error: psycopg.Error) -> bool:
    """Whether the server itself said so and went on: then the transaction is undone. What ends a session may come
    after its commit.
    """
    return error.sqlstate is not None and error.diag.severity_nonlocalized == "ERROR"


def _may_come_back(state: str) -> bool:
    return state[:2] in _CLASSES or state in _STATES
