"""What becomes of a column inside a query: each action as an expression, the same as `actions/shapes` makes of a value.

No expression raises, whatever a column holds: an engine's error would tell of the value (a cast to a number prints it).
Where SQL cannot spell what `shapes` does, as with letters beyond ASCII, less is shown, never more. NULL stays NULL, and
what was masked already stays as it is, for the engine's own views mask too.
"""

from __future__ import annotations

from sqlglot import exp

from broker.actions.shapes import redacted
from broker.adapters.sql.select import mask_postgres, mask_sqlite
from broker.adapters.sql.select.mask_words import case, is_null, text
from broker.adapters.sql.select.reach import Shown


def masked(shown: Shown, column: exp.Expr, dialect: str) -> exp.Expr:
    """`column` as it may be seen. An action that nobody knows redacts.

    PostgreSQL's pseudonyms hold the placeholders `mask_postgres.PADS`, SQLite's call `mask_sqlite.PSEUDONYM`.
    """
    sqlite = dialect == "sqlite"
    match shown.action:
        case "show":
            return column.copy()
        case "hide":
            return exp.Null() if sqlite else mask_postgres.hidden(column)
        case "pseudonym":
            return (mask_sqlite.pseudonym if sqlite else mask_postgres.pseudonym)(shown.kind, column)
        case "last4":
            return (mask_sqlite.last4 if sqlite else mask_postgres.last4)(shown.kind, column)
        case "domain":
            return (mask_sqlite.domain if sqlite else mask_postgres.domain)(shown.kind, column)
        case _:
            return case((is_null(column.copy()), exp.Null()), otherwise=text(redacted(shown.kind)))
