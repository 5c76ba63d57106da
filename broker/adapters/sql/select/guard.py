"""THE STORY OF A GUARDED SELECT: what an agent wrote becomes a query that reads nothing but what it may.

1. The text is read as one small tree; each of its parts is known, carries what it may and stands where it may.
2. Every name is resolved against what may be read; whatever is not there does not exist.
3. Each table becomes its permitted columns, masked and without the rows that are hidden; the whole stays small.
4. Nothing stands in the tree that the second step has not seen. PostgreSQL's own parser says so too, of what runs.
"""

from __future__ import annotations

from typing import Final

from sqlglot import exp
from sqlglot.errors import ErrorLevel, SqlglotError

from broker.adapters.sql.select import growth
from broker.adapters.sql.select.frames import RESERVED
from broker.adapters.sql.select.grammar import hold
from broker.adapters.sql.select.hints import UnfitError
from broker.adapters.sql.select.opinion import opinion
from broker.adapters.sql.select.reach import Guarded, Output, Reach, Unfit
from broker.adapters.sql.select.reading import read
from broker.adapters.sql.select.resolve import Resolver
from broker.adapters.sql.select.rewrite import rewrite

_UNCLEAR: Final = "it cannot be read for certain: write it more simply"
# A text that nobody writes can make sqlglot fail in ways of its own. It is the text that is refused then.
_UNREADABLE: Final = (
    *(SqlglotError, RecursionError, ArithmeticError, AssertionError),
    *(AttributeError, LookupError, TypeError, ValueError),
)


def guard(sql: str, reach: Reach, dialect: str) -> Guarded | Unfit:
    """For the dialect `sqlite` or `postgres`. Pure: the same query under the same reach gives the same."""
    try:
        return _guarded(sql, reach, dialect)
    except UnfitError as refused:
        return Unfit(hint=str(refused))
    except _UNREADABLE as error:
        return Unfit(hint=_UNCLEAR, detail=type(error).__name__)


def _guarded(sql: str, reach: Reach, dialect: str) -> Guarded | Unfit:
    # 1: read
    root = _bare(read(sql, dialect))
    hold(root, dialect)
    # 2: resolved
    resolver = Resolver(reach, dialect)
    named = resolver.query(root, {}, None, root=True)
    reads = frozenset((str(source.table), column) for source in resolver.bases for column in source.used)
    all_seen(root, resolver)
    # 3: rewritten
    rewrite(root, resolver.bases, reach, dialect)
    growth.hold(root)
    # 4: asked again
    text = ""
    if dialect == "postgres":
        text = root.sql(dialect, comments=False, copy=False, unsupported_level=ErrorLevel.RAISE)
        trouble = opinion(text, reach.views.keys() | reach.ways.keys())
        if trouble is not None:
            return Unfit(hint=_UNCLEAR, detail=trouble)
    return Guarded(
        tree=root,
        outputs=tuple(Output(name=one.spelled, sources=one.flow.columns, plain=one.flow.plain) for one in named),
        reads=reads,
        parameters=frozenset(str(one.this) for one in root.find_all(exp.Placeholder)),
        text=text,
    )


def _bare(root: exp.Expr) -> exp.Query:
    """Without parentheses around all of it."""
    while isinstance(root, exp.Subquery) and isinstance(root.this, exp.Query):
        if any(value for key, value in root.args.items() if key != "this"):
            raise UnfitError("write nothing behind the last parenthesis")
        root = root.this.pop()
    if not isinstance(root, exp.Select | exp.SetOperation):
        raise UnfitError("write a SELECT")
    return root


def all_seen(root: exp.Query, resolver: Resolver) -> None:
    """No column and no relation has slipped past: what a part hides that nobody walked through is not run."""
    bases = {id(source.node) for source in resolver.bases}
    for node in root.walk():
        seen = True
        if isinstance(node, exp.Column):
            seen = resolver.flows.knows(node)
        elif isinstance(node, exp.Table):
            seen = id(node) in bases or RESERVED in node.name
        if not seen:
            raise UnfitError(_UNCLEAR)
