"""What goes into each value of a query that is being resolved, from the inside out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlglot import exp

from broker.adapters.sql.flow import Flow

_NONE = Flow()


class Flows:
    """Remembers what went into the columns and the subqueries of one statement, which must outlive it.

    As in `lineage`: a value is made of its own parts, not of what chose its row.
    """

    def __init__(self) -> None:
        self._known: dict[int, tuple[exp.Expr, Flow]] = {}  # with the node: an id is one's own as long as it lives
        self._bases: dict[tuple[str, str], Flow] = {}
        self._spelled: dict[int, str] = {}  # of the columns

    def base(self, table: str, column: str) -> Flow:
        whole = (table, column)
        found = self._bases.get(whole)
        if found is None:
            found = self._bases[whole] = Flow(columns=frozenset({whole}), plain=whole)
        return found

    def column(self, column: exp.Column, sources: Sequence[Flow], spelled: str) -> None:
        """USING makes one column of several. `spelled`: its name as it was said first."""
        self._known[id(column)] = column, sources[0] if len(sources) == 1 else join(sources)
        self._spelled[id(column)] = spelled

    def set(self, query: exp.Expr, columns: Sequence[Flow]) -> None:
        self._known[id(query)] = query, join(columns)

    def spelled(self, column: exp.Column) -> str:
        return self._spelled[id(column)]

    def knows(self, node: exp.Expr) -> bool:
        return id(node) in self._known

    def all(self, values: Iterable[exp.Expr]) -> Flow:
        return join([self.of(value) for value in values])

    def of(self, value: exp.Expr) -> Flow:
        known = self._known.get(id(value))
        if known is not None:
            return known[1]
        match value:
            case exp.Alias() | exp.Paren():
                return self.of(value.this)
            case exp.Anonymous() if value.name == "count" and _is_name(value.expressions):
                return _NONE  # how many rows there are is not what they hold
            case _:
                return self.all(value.iter_expressions())


def join(flows: Sequence[Flow]) -> Flow:
    found = _NONE
    for flow in flows:
        if flow.columns:
            found = Flow(found.columns | flow.columns)
    return found


def _is_name(arguments: Sequence[exp.Expr]) -> bool:
    """`*`, a column or a DISTINCT column: a condition inside COUNT would be answered by it."""
    counted = [one for each in arguments for one in (each.expressions if isinstance(each, exp.Distinct) else [each])]
    return all(isinstance(one, exp.Star | exp.Column) for one in counted)
