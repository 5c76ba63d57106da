"""How large a query becomes where each name stands for what it is made of.

Both engines put a WITH and a derived table in the place of their names while they plan. A chain of them, each naming
the one before it twice, has a thousand letters and 2^40 parts, and SQLite looks at no clock until it has put all of
them together. So they are counted first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from sqlglot import exp

from broker.adapters.sql.select.hints import UnfitError

MAX_SIZE: Final = 20_000  # parts; SQLite puts about 50,000 of them together in a second

_OWN_TURN: Final = frozenset({"with_", "from_", "joins", "expressions"})


class Grown(NamedTuple):
    columns: Mapping[str, int]  # of a result, with the parts that each stands for
    whole: int


def hold(root: exp.Query) -> None:
    """Of a query as it runs: no two WITHs or things after FROM have one name. Raises UnfitError."""
    _Growth().query(root)


class _Growth:
    def __init__(self) -> None:
        self._withs: dict[str, Grown] = {}
        self._columns: dict[tuple[str, str], int] = {}  # (what is after FROM, its column)

    def query(self, query: exp.Expr) -> Grown:
        with_ = query.args.get("with_")
        for one in with_.expressions if with_ is not None else ():
            self._withs[one.alias] = self.query(one.this)
        match query:
            case exp.Subquery():
                return self.query(query.this)
            case exp.SetOperation():
                left, right = self.query(query.this), self.query(query.expression)
                return Grown(left.columns, _held(left.whole + right.whole))
            case _:
                return self._select(query)

    def _select(self, select: exp.Expr) -> Grown:
        from_ = select.args.get("from_")
        whole = 1 if from_ is None else self._item(from_.this)
        joins = select.args.get("joins") or ()
        whole += sum(self._item(join.this) for join in joins)
        whole += self._size(join.args.get("on") for join in joins)
        columns = {one.alias: self._size((one,)) for one in select.expressions}
        whole += sum(columns.values())
        whole += self._size(part for key, part in select.args.items() if key not in _OWN_TURN)
        return Grown(columns, _held(whole))

    def _item(self, item: exp.Expr) -> int:
        """One thing after FROM, all of it."""
        match item:
            case exp.Table():
                # What is no WITH is a table behind its mask.
                found = self._withs.get(item.name, Grown({}, 1))
            case exp.Subquery() if not isinstance(item.this, exp.Query) or not item.alias:
                found = Grown({}, self._item(item.this))
            case exp.Subquery():
                found = self.query(item.this)
            case _:
                found = Grown({}, self._size(item.iter_expressions()))
        self._columns.update({(item.alias_or_name, name): size for name, size in found.columns.items()})
        joins = item.args.get("joins") or ()
        beside = sum(self._item(join.this) for join in joins)
        return _held(found.whole + beside + self._size(join.args.get("on") for join in joins))

    def _size(self, parts: Iterable[object]) -> int:
        rest = [part for part in parts if isinstance(part, exp.Expr)]
        size = 0
        while rest:
            node = rest.pop()
            match node:
                case exp.Column():
                    size += self._columns.get((node.table, node.name), 1)
                case exp.Query():
                    size += self.query(node).whole
                case _:
                    size += 1
                    rest += node.iter_expressions()
        return _held(size)


def _held(size: int) -> int:
    if size > MAX_SIZE:
        raise UnfitError(
            "it becomes too large: a WITH and a subquery count as often as they are named, write it flatter"
        )
    return size
