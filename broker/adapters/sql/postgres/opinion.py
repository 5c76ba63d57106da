"""A second opinion by PostgreSQL's own parser: does this text read and call nothing but what is listed?

The text was made by another reader of SQL. What the two understand differently is what an attack is made of, so each
node, and each part of a node, is one that somebody has thought about, or the text is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from broker.adapters.sql.parser.nodes import PARTS, READS, WRITES
from broker.adapters.sql.parser.read import Node, UnreadableError, called, dotted, only, walk
from broker.adapters.sql.parser.words import CLOCKS, COLLATIONS, FUNCTIONS, OPERATORS, TYPES


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a text may be made of. Names as PostgreSQL folds them."""

    relations: Mapping[str, AbstractSet[str]]  # name -> columns
    kinds: AbstractSet[str] = READS
    functions: AbstractSet[str] = FUNCTIONS


def opinion(sql: str, listed: Listed) -> str | None:
    """Why the text is not one to run, in one sentence; None: it is."""
    try:
        kind, root = only(sql)
        if kind not in listed.kinds:
            return "a statement of another kind than it seemed"
        nodes = list(walk(kind, root, PARTS.keys()))
    except UnreadableError as error:
        return str(error)
    if any(inner in WRITES for inner, _ in nodes[1:]):
        return "no statement inside a statement"
    named = _named(nodes, listed)
    # Columns last: that a table is not listed says more.
    for at, node in sorted(nodes, key=lambda one: one[0] == "ColumnRef"):
        rule = _RULES.get(at)
        trouble = None if rule is None else rule(node, named, listed)
        if trouble is not None:
            return trouble
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """What a text gives names to."""

    withs: tuple[str, ...]
    relations: AbstractSet[str]  # tables, and what stands for one
    columns: AbstractSet[str]  # of its tables, and of results, inner ones too


def _named(nodes: Sequence[tuple[str, Node]], listed: Listed) -> _Named:
    of: dict[str, list[Node]] = {}
    for kind, node in nodes:
        of.setdefault(kind, []).append(node)
    withs, aliases = of.get("CommonTableExpr", []), of.get("Alias", [])
    tables = {one["relname"] for one in of.get("RangeVar", [])}
    lists = [*(one.get("aliascolnames", ()) for one in withs), *(one.get("colnames", ()) for one in aliases)]
    return _Named(
        withs=tuple(one["ctename"] for one in withs),
        relations=tables | {one["ctename"] for one in withs} | {one["aliasname"] for one in aliases},
        columns={dotted([name]) for names in lists for name in names}
        | {one["name"] for one in of.get("ResTarget", []) if "name" in one}
        | {column for table in tables for column in listed.relations.get(table, ())},
    )


def _relation(node: Node, named: _Named, listed: Listed) -> str | None:
    if node.get("inh") is not True or node.get("relpersistence") != "p":
        return f"`{node['relname']}` as a plain table"
    return _not_in("table", node["relname"], listed.relations.keys() | set(named.withs))


def _with(node: Node, named: _Named, listed: Listed) -> str | None:
    """Readers of SQL disagree on where the name of a WITH is seen."""
    shadows = node["ctename"] in listed.relations or named.withs.count(node["ctename"]) > 1
    return f"`{node['ctename']}` stands for two things" if shadows else None


def _column(node: Node, named: _Named, _listed: Listed) -> str | None:
    """A table's name alone is a whole row, and `t.f` may call the function `f` with one."""
    *tables, column = (dotted([part]) for part in node["fields"])
    if len(tables) > 1 or column == "*" or (not tables and column in named.relations):
        return f"`{dotted(node['fields'])}` as a column of a table"
    return _not_in("column", column, named.columns)


def _function(node: Node, _named: _Named, listed: Listed) -> str | None:
    return _not_in("function", called(node["funcname"]), listed.functions)


def _type(node: Node, _named: _Named, _listed: Listed) -> str | None:
    return _not_in("type", called(node["names"]), TYPES)


def _operator(node: Node, _named: _Named, _listed: Listed) -> str | None:
    name = node.get("name") or node.get("operName")
    return None if name is None else _not_in("operator", dotted(name), OPERATORS)


def _collation(node: Node, _named: _Named, _listed: Listed) -> str | None:
    return _not_in("collation", dotted(node["collname"]), COLLATIONS)


def _current(node: Node, _named: _Named, _listed: Listed) -> str | None:
    return _not_in("function", str(node["op"]).removeprefix("SVFOP_").lower(), CLOCKS)


def _insert(node: Node, _named: _Named, _listed: Listed) -> str | None:
    return None if node["override"] == "OVERRIDING_NOT_SET" else "INSERT without OVERRIDING"


def _conflict(node: Node, _named: _Named, _listed: Listed) -> str | None:
    known = node["action"] in {"ONCONFLICT_NOTHING", "ONCONFLICT_UPDATE"}
    return None if known else "ON CONFLICT DO NOTHING or DO UPDATE"


_RULES: Final[Mapping[str, Callable[[Node, _Named, Listed], str | None]]] = {
    "RangeVar": _relation,
    "CommonTableExpr": _with,
    "ColumnRef": _column,
    "FuncCall": _function,
    "TypeName": _type,
    "A_Expr": _operator,
    "SubLink": _operator,
    "CollateClause": _collation,
    "SQLValueFunction": _current,
    "InsertStmt": _insert,
    "OnConflictClause": _conflict,
}


def _not_in(what: str, name: str, names: AbstractSet[str]) -> str | None:
    return None if name in names else f"`{name}` is not a {what} that can be used"
