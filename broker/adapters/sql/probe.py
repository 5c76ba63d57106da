"""Does a parameter that an agent sets meet a column that it may not read?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlglot import exp

from broker.adapters.sql.flow import Flow
from broker.adapters.sql.lineage import Lineage
from broker.adapters.sql.resolved import Resolved
from broker.adapters.sql.source import Tables, is_private
from broker.adapters.sql.whole import in_part
from broker.model.label import Writer
from broker.model.tool import Argument, Misfit


def probed(
    resolved: Resolved, lineage: Lineage, tables: Tables, arguments: Mapping[str, Argument]
) -> frozenset[str] | tuple[Misfit, ...]:
    """The arguments that may hold nothing but a handle; or why the statement is none to load.

    Whether `email = :guess` holds can be seen in any result, masked or not (DESIGN 8). Only what meets in one
    comparison counts, through subqueries and WITHs too. What chose the rows elsewhere does not.
    """
    wrong: dict[Misfit, None] = {}
    handles: set[str] = set()
    for flow in (*_compared(resolved, lineage), *lineage.matches(), *lineage.cuts()):
        handles |= _met(flow, tables, arguments)
        for trouble in _between(flow, tables, arguments):
            wrong[trouble] = None
    for flow in (*_predicates(lineage), *lineage.matches()):
        for trouble in _planted(flow, tables, arguments):
            wrong[trouble] = None
    for name in () if wrong else sorted(in_part(resolved, lineage, frozenset(handles))):
        kinds = " or ".join(f"`{kind}`" for kind in sorted(arguments[name].handles))
        expected = f"`:{name}`, which may be a handle of {kinds}, compared by `=`, `<>` or IN alone"
        wrong[Misfit(path=("sql",), expected=expected, mend="or allow `probe: 3` guesses a task")] = None
    return tuple(wrong) if wrong else frozenset(handles)


def _compared(resolved: Resolved, lineage: Lineage) -> Iterator[Flow]:
    for met in lineage.meetings():
        # A stored value is not answered; only a comparison inside it could tell something later.
        yield from (lineage.flow(part) for part in (_decisions(met) if id(met) in resolved.quiet else (met,)))


def _predicates(lineage: Lineage) -> Iterator[Flow]:
    for met in lineage.meetings():
        yield from (lineage.flow(one) for one in met.find_all(exp.Predicate))


def _met(flow: Flow, tables: Tables, arguments: Mapping[str, Argument]) -> frozenset[str]:
    private = any(is_private(tables.leaf(*column)) for column in flow.columns)
    agents = _agents(flow, arguments)
    return frozenset(agents if private or (len(agents) > 1 and _holders(agents, arguments)) else ())


def _between(flow: Flow, tables: Tables, arguments: Mapping[str, Argument]) -> list[Misfit]:
    private = sorted(column for column in flow.columns if is_private(tables.leaf(*column)))
    kinds = {tables.leaf(*column).kind for column in private}
    agents = _agents(flow, arguments)
    holders = _holders(agents, arguments)
    guessed = [name for name in agents if not (arguments[name].handles and kinds <= arguments[name].handles)]
    if not guessed or not (private or holders):
        return []
    if private:
        table, column = private[0]
        what, kind = f"`{table}.{column}`", tables.leaf(table, column).kind
    else:
        # What stands behind one argument's handle would be compared with what another one says.
        what, kind = f"what a handle in `:{holders[0]}` stands for", min(arguments[holders[0]].handles)
    expected = f"an agent could guess {what}, which is `{kind}`, by what it sets for `:{guessed[0]}`"
    mend = f"let the argument take `handle: [{kind}]`, bind it, or allow `probe: 3` guesses a task"
    return [Misfit(path=("sql",), expected=expected, mend=mend)]


def _planted(flow: Flow, tables: Tables, arguments: Mapping[str, Argument]) -> list[Misfit]:
    """What an agent may write into a column is a guess as much as what it says."""
    planted = sorted(column for column in flow.columns if tables.leaf(*column).writer is Writer.AGENT)
    private = sorted(column for column in flow.columns if is_private(tables.leaf(*column)))
    holders = _holders(_agents(flow, arguments), arguments)
    for table, column in planted:
        others = [f"`{home}.{name}`" for home, name in private if (home, name) != (table, column)]
        others += [f"what a handle in `:{name}` stands for" for name in holders]
        if others:
            expected = f"an agent could guess {others[0]} by what it writes into `{table}.{column}`"
            return [Misfit(path=("sql",), expected=expected, mend="allow `probe: 3` guesses a task")]
    return []


def _agents(flow: Flow, arguments: Mapping[str, Argument]) -> list[str]:
    return sorted(name for name in flow.parameters if name in arguments)


def _holders(agents: list[str], arguments: Mapping[str, Argument]) -> list[str]:
    return [name for name in agents if arguments[name].handles]


def _decisions(value: exp.Expr) -> tuple[exp.Expr, ...]:
    return tuple(value.find_all(exp.Predicate, exp.Case, exp.If, exp.Func))
