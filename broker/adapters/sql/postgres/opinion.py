"""A second opinion by PostgreSQL's own parser: does this text read and call nothing but what is listed?

The text was made by another reader of SQL. What the two understand differently is what an attack is made of, so each
node, and each part of a node, is one that somebody has thought about, or the text is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final

from broker.adapters.sql.parser.nodes import NOISE, PARTS, PLAIN
from broker.adapters.sql.parser.read import parsed
from broker.adapters.sql.parser.words import CLOCKS, COLLATIONS, FUNCTIONS, OPERATORS, TYPES

READS: Final = frozenset({"SelectStmt"})
WRITES: Final = frozenset({"InsertStmt", "UpdateStmt", "DeleteStmt"})

_TOKEN: Final = re.compile(r'[\w$."]+|\S')
# The parser makes its tree by recursion: 20,000 operators in a row end the whole process, by a fault that no `except`
# sees. No text has deeper nesting than half of its tokens.
_MOST_TOKENS: Final = 12_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a text may be made of. Names as PostgreSQL folds them."""

    relations: Mapping[str, AbstractSet[str]]  # name -> columns
    kinds: AbstractSet[str] = READS
    functions: AbstractSet[str] = FUNCTIONS


def opinion(sql: str, listed: Listed) -> str | None:
    """Why the text is not one to run, in one sentence; None: it is."""
    if len(_TOKEN.findall(sql)) > _MOST_TOKENS:
        return "a shorter statement"
    if "\0" in sql:  # where the parser would think that the text ends
        return "no control characters"
    try:
        statements = parsed(sql)
    except ValueError as error:
        return f"not SQL as PostgreSQL has it: {str(error).lower()[:120]}"
    if len(statements) != 1:
        return f"exactly one statement, not {len(statements)}"
    root = statements[0].stmt
    if _kind(root) not in listed.kinds:
        return "a statement of another kind than it seemed"
    nodes = list(_walk(root))
    named = _named(nodes, listed)
    for node in sorted(
        nodes, key=lambda one: _kind(one) == "ColumnRef"
    ):  # a column of no table says less than the table
        trouble = _unknown(node) or _unlisted(node, named, listed)
        if trouble is not None:
            return trouble
    inner = {_kind(node) for node in nodes[1:]} & WRITES
    return "no statement inside a statement" if inner else None


def _walk(root: Any) -> Iterator[Any]:
    """Every node, whatever holds it: lists inside lists too, for a walk that skipped them has let a file be read."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple | list):
            waiting.extend(node)
        elif node is not None:
            yield node
            waiting.extend(getattr(node, part) for part in sorted(PARTS.get(_kind(node), ())))


def _kind(node: Any) -> str:
    return type(node).__name__


def _unknown(node: Any) -> str | None:
    kind = _kind(node)
    if kind not in PARTS:
        return f"`{kind}` is not supported here"
    known = PARTS[kind] | PLAIN.get(kind, frozenset()) | NOISE
    # Unset is None, false, a zero of a number or of an enumeration, or nothing in a list.
    more = sorted(part for part in type(node).__slots__ if part not in known and getattr(node, part))
    return f"`{more[0]}` is not supported in `{kind}`" if more else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Named:
    """What a text gives names to."""

    withs: tuple[str, ...]
    relations: AbstractSet[str]  # tables, and what stands for one
    columns: AbstractSet[str]  # of its tables, and of results, inner ones too


def _named(nodes: list[Any], listed: Listed) -> _Named:
    of: dict[str, list[Any]] = {}
    for node in nodes:
        of.setdefault(_kind(node), []).append(node)
    withs, aliases = of.get("CommonTableExpr", []), of.get("Alias", [])
    tables = {str(one.relname) for one in of.get("RangeVar", [])}
    lists = [*(one.aliascolnames or () for one in withs), *(one.colnames or () for one in aliases)]
    return _Named(
        withs=tuple(str(one.ctename) for one in withs),
        relations=tables | {str(one.ctename) for one in withs} | {str(one.aliasname) for one in aliases},
        columns={str(name.sval) for names in lists for name in names}
        | {str(one.name) for one in of.get("ResTarget", []) if one.name}
        | {column for table in tables for column in listed.relations.get(table, ())},
    )


def _unlisted(node: Any, named: _Named, listed: Listed) -> str | None:
    rule = _RULES.get(_kind(node))
    return None if rule is None else rule(node, named, listed)


def _relation(node: Any, named: _Named, listed: Listed) -> str | None:
    if not node.inh or node.relpersistence != "p":
        return f"`{node.relname}` as a plain table"
    return _not_in("table", str(node.relname), listed.relations.keys() | set(named.withs))


def _with(node: Any, named: _Named, listed: Listed) -> str | None:
    """Readers of SQL disagree on where the name of a WITH is seen."""
    shadows = node.ctename in listed.relations or named.withs.count(node.ctename) > 1
    return f"`{node.ctename}` stands for two things" if shadows else None


def _column(node: Any, named: _Named, _listed: Listed) -> str | None:
    """A table's name alone is a whole row, and `t.f` may call the function `f` with one."""
    parts = [str(part.sval) if _kind(part) == "String" else "*" for part in node.fields]
    table, column = parts[:-1], parts[-1]
    if len(table) > 1 or column == "*" or (not table and column in named.relations):
        return f"`{'.'.join(parts)}` as a column of a table"
    return _not_in("column", column, named.columns)


def _function(node: Any, _named: _Named, listed: Listed) -> str | None:
    return _not_in("function", _spelled(node.funcname), listed.functions)


def _type(node: Any, _named: _Named, _listed: Listed) -> str | None:
    return _not_in("type", _spelled(node.names), TYPES)


def _operator(node: Any, _named: _Named, _listed: Listed) -> str | None:
    name = node.operName if _kind(node) == "SubLink" else node.name
    return None if name is None else _not_in("operator", _dotted(name), OPERATORS)


def _collation(node: Any, _named: _Named, _listed: Listed) -> str | None:
    return _not_in("collation", _dotted(node.collname), COLLATIONS)


def _current(node: Any, _named: _Named, _listed: Listed) -> str | None:
    return _not_in("function", str(node.op.name).removeprefix("SVFOP_").lower(), CLOCKS)


def _conflict(node: Any, _named: _Named, _listed: Listed) -> str | None:
    known = node.action.name in {"ONCONFLICT_NOTHING", "ONCONFLICT_UPDATE"}
    return None if known else "ON CONFLICT DO NOTHING or DO UPDATE"


_RULES: Final[Mapping[str, Callable[[Any, _Named, Listed], str | None]]] = {
    "RangeVar": _relation,
    "CommonTableExpr": _with,
    "ColumnRef": _column,
    "FuncCall": _function,
    "TypeName": _type,
    "A_Expr": _operator,
    "SubLink": _operator,
    "CollateClause": _collation,
    "OnConflictClause": _conflict,
    "SQLValueFunction": _current,
}


def _spelled(name: Any) -> str:
    """Without the schema that the grammar itself puts before `trim(x)`; any other schema is part of the name."""
    return _dotted(name).removeprefix("pg_catalog.")


def _dotted(name: Any) -> str:
    return ".".join(str(part.sval) for part in name)


def _not_in(what: str, name: str, names: AbstractSet[str]) -> str | None:
    return None if name in names else f"`{name}` is not a {what} that can be used"
