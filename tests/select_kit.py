"""A shop as a guarded SELECT sees it: columns shown, masked and hidden, and a table of which not all rows are there."""

from sqlglot import exp

from broker.adapters.sql.select.guard import guard
from broker.adapters.sql.select.reach import Guarded, Reach, Shown, View

DIALECTS = ("sqlite", "postgres")
PUBLIC = Shown("show", "public")


def own(table, column, parameter):
    """`"table"."column" = :parameter`"""
    home = exp.column(exp.to_identifier(column, quoted=True), table=exp.to_identifier(table, quoted=True))
    return exp.EQ(this=home, expression=exp.Placeholder(this=parameter))


REACH = Reach(
    views={
        "customer": View(
            columns={
                "id": PUBLIC,
                "name": Shown("show", "person"),
                "email": Shown("redact", "email"),
                "iban": Shown("hide", "iban"),
                "country": PUBLIC,
            }
        ),
        "order": View(
            columns={"id": PUBLIC, "customer_id": PUBLIC, "total": PUBLIC, "placed": PUBLIC},
            where=own("order", "customer_id", "_row_subject"),
        ),
        "order_line": View(columns={"order_id": PUBLIC, "sku": PUBLIC, "qty": PUBLIC}),
    },
    max_rows=500,
)


def guarded(sql, dialect="sqlite", reach=REACH):
    found = guard(sql, reach, dialect)
    assert isinstance(found, Guarded), found
    return found


def text(sql, dialect="sqlite", reach=REACH):
    """What runs."""
    return guarded(sql, dialect, reach).tree.sql(dialect, comments=False)


def hint(sql, dialect="sqlite", reach=REACH):
    found = guard(sql, reach, dialect)
    assert not isinstance(found, Guarded), found.tree.sql(dialect)
    assert len(found.hint) <= 300
    return found.hint
