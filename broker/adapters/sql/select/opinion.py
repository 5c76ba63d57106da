"""A second opinion by PostgreSQL's own parser, of the text that runs: does it read and call nothing but what is listed?

The text was written by another reader of SQL. Every node, and every part of a node, is one that somebody has thought
about, or the text is refused; so is every text where that parser is not installed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from broker.adapters.sql.parser.nodes import PARTS, READS, WRITES
from broker.adapters.sql.parser.read import Node, UnreadableError, dotted, only, walk
from broker.adapters.sql.parser.words import CLOCKS, COLLATIONS, MASKS
from broker.adapters.sql.select.frames import RESERVED
from broker.adapters.sql.select.functions import POSTGRES

_MAX_LENGTH: Final = 200_000
_BOUND: Final = re.compile(r"%\(_[a-z0-9_]+\)s")  # as sqlglot writes a named placeholder
_KINDS: Final = PARTS.keys() - WRITES
_GRAMMAR: Final = "pg_catalog."  # what its grammar puts before functions with words between their arguments
_CALLED: Final = frozenset({*POSTGRES, *MASKS})
_SPELLED: Final = frozenset({"extract", "substring", "position", "btrim", "ltrim", "rtrim", "like_escape"})
_TYPES: Final = frozenset(
    {
        *("int2", "int4", "int8", "numeric", "float4", "float8", "bool", "text", "varchar", "bpchar", "uuid"),
        *("date", "time", "timestamp", "timestamptz", "interval", "bytea"),
    }
)
_OPERATORS: Final = frozenset(
    {
        *("=", "<>", "<", ">", "<=", ">=", "+", "-", "*", "/", "%", "||", "^", "&", "|"),
        *("~~", "!~~", "~~*", "!~~*", "BETWEEN", "NOT BETWEEN"),
    }
)
_IN_MASKS: Final = frozenset({"~"})
_SUBQUERIES: Final = frozenset({"EXISTS_SUBLINK", "ANY_SUBLINK", "ALL_SUBLINK", "EXPR_SUBLINK"})


def opinion(sql: str, tables: AbstractSet[str]) -> str | None:
    """Why the text is not one to run, for the record alone; None: it is. `tables`: all that it may read, folded."""
    if len(sql) > _MAX_LENGTH:
        return "a text too long to be looked at twice"
    numbered = _BOUND.sub("$1", sql)  # any number: which parameter it is says nothing of what is read
    withs: set[str] = set()
    try:
        # The guard has held the query's own depth; what it adds is long, and not deep.
        kind, root = only(numbered, tokens=_MAX_LENGTH)
        if kind not in READS:
            return "not a SELECT"
        for at, node in walk(kind, root, _KINDS):
            rule = _RULES.get(at)
            trouble = None if rule is None else rule(node, tables)
            if trouble is None and at == "CommonTableExpr":
                trouble = "a WITH twice" if node["ctename"] in withs else None
                withs.add(node["ctename"])
            if trouble is not None:
                return trouble
    except (UnreadableError, ImportError) as error:
        return f"not SQL as PostgreSQL has it: {error}"
    return None


def _relation(node: Node, tables: AbstractSet[str]) -> str | None:
    name = node["relname"]
    plain = node.get("inh") is True and node.get("relpersistence") == "p"
    return None if plain and (name in tables or RESERVED in name) else f"reads `{name}`"


def _with(node: Node, _tables: AbstractSet[str]) -> str | None:
    return None if RESERVED in node["ctename"] else f"calls a WITH `{node['ctename']}`"


def _column(node: Node, tables: AbstractSet[str]) -> str | None:
    """A table's name alone is a whole row; what is called ours is a table's name."""
    parts = [part["String"]["sval"] if "String" in part else "*" for part in node["fields"]]
    match parts:
        case [column] if RESERVED not in column and column != "*":
            return None
        case [table, column] if (RESERVED in table or table in tables) and column != "*":
            return None
        case _:
            return f"reads `{'.'.join(parts)}`"


def _function(node: Node, _tables: AbstractSet[str]) -> str | None:
    name = dotted(node["funcname"])
    known = name in _CALLED or (name.startswith(_GRAMMAR) and name.removeprefix(_GRAMMAR) in _SPELLED)
    return None if known else f"calls `{name}`"


def _type(node: Node, _tables: AbstractSet[str]) -> str | None:
    name = dotted(node["names"]).removeprefix(_GRAMMAR)
    return None if name in _TYPES else f"casts to `{name}`"


def _operator(node: Node, _tables: AbstractSet[str]) -> str | None:
    name = dotted(node.get("name") or node.get("operName") or [])
    known = not name or name in _OPERATORS or name in _IN_MASKS
    if not known or node.get("subLinkType", "EXPR_SUBLINK") not in _SUBQUERIES:
        return f"uses `{name or node.get('subLinkType')}`"
    return None


def _collation(node: Node, _tables: AbstractSet[str]) -> str | None:
    name = dotted(node["collname"])
    return None if name in COLLATIONS else f"collates by `{name}`"


def _clock(node: Node, _tables: AbstractSet[str]) -> str | None:
    name = str(node["op"]).removeprefix("SVFOP_").lower()
    return None if name in CLOCKS else f"asks for `{name}`"


_RULES: Final[Mapping[str, Callable[[Node, AbstractSet[str]], str | None]]] = {
    "RangeVar": _relation,
    "CommonTableExpr": _with,
    "ColumnRef": _column,
    "FuncCall": _function,
    "TypeName": _type,
    "A_Expr": _operator,
    "SubLink": _operator,
    "CollateClause": _collation,
    "SQLValueFunction": _clock,
}
