"""Every name of a statement made plain: each column with its table, each star spelled out, each table a listed one."""

from __future__ import annotations

from typing import assert_never

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.normalize_identifiers import normalize_identifiers

from broker.adapters.sql.resolved import Resolved, named, parameters, projections, qualified
from broker.adapters.sql.source import Tables
from broker.adapters.sql.statement import POSTGRES, Statement, strange
from broker.adapters.sql.write import delete, insert, update
from broker.model.tool import Effect


def resolve(statement: Statement, tables: Tables) -> Resolved | str:
    """Or, in one sentence, why not. `statement` is used up."""
    dialect = tables.engine.dialect
    try:
        if dialect == POSTGRES:
            # What is not quoted means the name in lower case, and so are its views called. SQLite knows no case at all.
            normalize_identifiers(statement, dialect=dialect)
        trouble = _strange_tables(statement, tables)
        found = trouble if trouble is not None else _resolved(statement, tables)
        # Once more, of what will run: what the reader made of a name may be something else than a name.
        wrong = None if isinstance(found, str) else strange(found.statement, dialect)
    except SqlglotError as error:
        return str(error).partition(". Line:")[0].partition("\n")[0].lower()
    except RecursionError:
        return "less deeply nested SQL"
    return found if wrong is None else wrong


def _resolved(statement: Statement, tables: Tables) -> Resolved | str:
    match statement:
        case exp.Insert():
            return insert(statement, tables)
        case exp.Update():
            return update(statement, tables)
        case exp.Delete():
            return delete(statement, tables)
        case exp.Query():
            return _select(statement, tables)
        case _:
            assert_never(statement)


def _strange_tables(statement: Statement, tables: Tables) -> str | None:
    """A name stands for a listed table or for a WITH, never for both, so that no scope can make it the other.

    SQLite and other readers disagree on where the name of a WITH is seen; one that shadows a table has leaked rows.
    """
    withs = [with_.alias.lower() for with_ in statement.find_all(exp.CTE)]
    for name in withs:
        if name in tables.tables:
            return f"`{name}` is a table; give the WITH another name"
        if withs.count(name) > 1:
            return f"`{name}` stands for two WITHs; give one another name"
    for table in statement.find_all(exp.Table):
        if table.name.lower() not in tables.tables and table.name.lower() not in withs:
            return f"`{table.name}` is not a table listed in `tables`"
    return None


def _select(query: exp.Query, tables: Tables) -> Resolved | str:
    names = named(query, tables.engine.dialect)
    if isinstance(names, str):
        return names
    resolved = qualified(query, tables)
    return Resolved(
        statement=resolved,
        effect=Effect.READ,
        target=None,
        written=frozenset(),
        queries=(resolved,),
        names=names,
        columns=projections(resolved),
        stored=(),
        quiet=frozenset(),
        parameters=parameters(resolved),
    )
