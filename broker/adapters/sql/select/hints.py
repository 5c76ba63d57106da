"""What a model is told when its query is not run, so that it can write it again.

A hint names nothing but what the query itself says and what may be read: a column that is hidden and one that is not
there give the same words. It holds no value.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlglot import exp
from sqlglot.errors import ErrorLevel

from broker.adapters.sql.select.functions import CALL
from broker.model.faults import BrokerError

LONGEST: Final = 300  # characters of a hint
_SAID: Final = 60  # of what the query says

_NAMES: Final = {"sqlite": "SQLite", "postgres": "PostgreSQL"}
# What models reach for most, and what there is instead.
_INSTEAD: Final = {
    "concat": "write a || b",
    "concat_ws": "write a || b",
    "date_format": "use strftime or to_char",
    "date_trunc": "use strftime or date with a modifier",
    "datediff": "subtract two dates, or two julianday(...)",
    "format": "use round",
    "if": "write CASE WHEN ... THEN ... ELSE ... END",
    "isnull": "use coalesce",
    "lpad": "there is no padding",
    "now": "use current_timestamp",
    "nvl": "use coalesce",
    "printf": "use round",
    "rpad": "there is no padding",
    "str_to_date": "use date or to_date",
    "string_agg": "use group_concat",
    "group_concat": "use string_agg",
    "stddev": "write sqrt(avg(x * x) - avg(x) * avg(x))",
    "to_char": "use strftime",
    "strftime": "use to_char or extract",
    "year": "use strftime or extract",
}


class UnfitError(BrokerError):
    """The query is not run. Its text is the hint."""

    def __init__(self, hint: str) -> None:
        super().__init__(short(hint))


def short(hint: str) -> str:
    return hint if len(hint) <= LONGEST else f"{hint[: LONGEST - 3]}..."


def said(text: str) -> str:
    """As it stands in the query, in one line and not all of it."""
    plain = " ".join("".join(char if char.isprintable() and char != "`" else " " for char in text).split())
    return f"`{plain if len(plain) <= _SAID else plain[:_SAID] + '...'}`"


def written(node: exp.Expr, dialect: str) -> str:
    return node.sql(dialect, comments=False, unsupported_level=ErrorLevel.IGNORE).replace(CALL, "")


def engine(dialect: str) -> str:
    return _NAMES[dialect]


def available(names: Iterable[str]) -> str:
    """As many as there is room for."""
    found, room = "", LONGEST - 2 * _SAID
    for name in names:
        if len(found) + len(name) > room:
            return f"available: {found}, ..."
        found += f", {name}" if found else name
    return f"available: {found}" if found else "nothing is available"


def no_table(name: str, tables: Iterable[str]) -> UnfitError:
    return UnfitError(f"table {said(name)} is not available; {available(tables)}")


def no_column(name: str, columns: Iterable[str], dialect: str, *, quoted: bool) -> UnfitError:
    # SQLite takes "x" for a text where no column is called so, and models write it that way.
    text = "; a text stands in single quotes" if quoted and dialect == "sqlite" else ""
    return UnfitError(f"column {said(name)} is not available; {available(columns)}{text}")


def ambiguous(name: str, tables: Iterable[str]) -> UnfitError:
    return UnfitError(f"column {said(name)} could be of {' or '.join(tables)}: write the table before it")


def no_function(name: str) -> UnfitError:
    instead = _INSTEAD.get(name.lower())
    more = "" if instead is None else f"; {instead}"
    return UnfitError(f"function {said(name + '()')} is not one that can be used here{more}")
