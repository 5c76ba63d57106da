"""What PostgreSQL's own parser makes of a text: every node of it, or what about it is not known.

The parser comes with an extra, and is imported when the first text is read. Its tree is read as JSON: as Python's
objects the same tree costs twenty times as much.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from importlib import import_module
from typing import Any, Final

import orjson

from broker.adapters.sql.parser.nodes import PARTS, PLACE, PLAIN, TYPED

Node = Mapping[str, Any]

_TOKEN: Final = re.compile(r'[\w$."]+|\S')
# The parser goes down by recursion: 20,000 operators in a row end the whole process, by a fault that no `except` sees.
# No text nests deeper than half of its tokens.
_MOST_TOKENS: Final = 12_000
_GRAMMAR: Final = "pg_catalog."  # what the grammar itself puts before functions like `trim(x)`, and before types


class UnreadableError(ValueError):
    """Why a text is not read, in one sentence."""


def only(sql: str, *, tokens: int = _MOST_TOKENS) -> tuple[str, Node]:
    """Its one statement, with its kind. Raises UnreadableError.

    `tokens`: as many at most; more than are given here for a text alone whose depth is known to be small.
    """
    if len(sql) > tokens and len(_TOKEN.findall(sql)) > tokens:
        raise UnreadableError("a shorter statement")
    if "\0" in sql:  # where the parser would think that the text ends
        raise UnreadableError("no control characters")
    parser = import_module("pglast.parser")
    try:
        statements = orjson.loads(parser.parse_sql_json(sql)).get("stmts", [])
    except parser.ParseError as error:
        raise UnreadableError(f"not SQL as PostgreSQL has it: {str(error.args[0]).lower()[:120]}") from error
    except orjson.JSONDecodeError as error:
        raise UnreadableError("less deeply nested SQL") from error
    if len(statements) != 1:
        raise UnreadableError(f"exactly one statement, not {len(statements)}")
    [(kind, node)] = statements[0]["stmt"].items()
    return kind, node


def walk(kind: str, root: Node, kinds: AbstractSet[str]) -> Iterator[tuple[str, Node]]:
    """Every node with its kind. Raises UnreadableError at one of another kind, and at a part that is not known.

    Lists inside lists are gone through too: a walk that skipped them has let a file be read.
    """
    rest: list[tuple[str, Any]] = [(kind, root)]
    while rest:
        at, node = rest.pop()
        if at not in kinds or at not in PARTS:
            raise UnreadableError(f"`{at}` is not supported here")
        yield at, node
        for part, value in node.items():
            if part in PARTS[at]:
                rest.extend(_inner(at, part, value))
            elif part != PLACE and part not in PLAIN.get(at, frozenset()):
                raise UnreadableError(f"`{part}` is not supported in `{at}`")


def _inner(at: str, part: str, value: Any) -> Iterator[tuple[str, Any]]:
    typed = TYPED.get((at, part))
    for one in value if isinstance(value, list) else (value,):
        match one:
            case dict() if typed is not None:
                yield typed, one
            case dict() if len(one) == 1:
                yield from one.items()
            case {**nothing} if not nothing:
                continue  # nothing stands in this place of a list
            case _:
                raise UnreadableError(f"`{part}` is not supported in `{at}`")


def dotted(names: Sequence[Node]) -> str:
    """A name as it was written; what is no name in it is a star."""
    return ".".join(str(name["String"].get("sval", "")) if "String" in name else "*" for name in names)


def called(names: Sequence[Node]) -> str:
    """Without the schema of what the grammar itself spells; any other schema is part of the name."""
    return dotted(names).removeprefix(_GRAMMAR)
