"""Guards that leak, each in a way of its own: what the oracle must find, or it could not fail."""

from dataclasses import replace

import sqlglot
from sqlglot import exp

from broker.adapters.sql.select.reach import Shown
from tests.oracle.judge import Seen
from tests.oracle.layers import GuardAlone, Guarding
from tests.oracle.places import ask_postgres, ask_sqlite

HIDDEN = frozenset({"phone", "national_id", "name", "email", "notes", "card", "note", "body"})


class Nobody(Guarding):
    """The statement as it was written, on the tables themselves."""

    def ask(self, place, sql, timeout):
        if self.dialect == "sqlite":
            return ask_sqlite(place, sql, self.world.parameters, timeout)
        return ask_postgres(self.connection(place), sql, (), timeout)


class OnlyOutputs(Nobody):
    """The query runs as it is, and masks are put on the columns of its result."""

    def ask(self, place, sql, timeout):
        try:
            tree = sqlglot.parse_one(sql, read=self.dialect)
        except sqlglot.errors.SqlglotError:
            return Seen(verdict="denied")
        if not isinstance(tree, exp.Select):
            return Seen(verdict="denied")
        for column in list(tree.selects):
            if any(one.name in HIDDEN for one in column.find_all(exp.Column)):
                column.replace(exp.alias_(exp.Literal.string("***"), column.alias_or_name, quoted=True))
        return super().ask(place, tree.sql(dialect=self.dialect), timeout)


class Unfenced(GuardAlone):
    """Nothing keeps a condition of the query from being asked of a row that is hidden."""

    def run(self, place, tree, timeout):
        bare = tree.copy()
        for inner in bare.find_all(exp.Select):
            if inner is not bare and inner.args.get("offset") is not None:
                inner.set("offset", None)
                inner.set("limit", None)
        return super().run(place, bare, timeout)


def unmasked(world, dialect):
    """Each column is shown as it is."""
    reach = world.reach()
    views = {
        table: replace(view, columns={name: Shown("show", shown.kind) for name, shown in view.columns.items()})
        for table, view in reach.views.items()
    }
    return GuardAlone(world, dialect, replace(reach, views=views))


def unfiltered(world, dialect):
    """Each row is there."""
    reach = world.reach()
    views = {table: replace(view, where=None) for table, view in reach.views.items()}
    return GuardAlone(world, dialect, replace(reach, views=views))
