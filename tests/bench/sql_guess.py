"""The smallest schema under which a statement means something, guessed from its own names alone."""

import itertools
from collections import Counter, defaultdict

from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope

COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Between, exp.In, exp.Like, exp.Case, exp.Coalesce)
COUNTED = (exp.Sum, exp.Avg, exp.Mul, exp.Div, exp.Add, exp.Sub, exp.Mod, exp.Neg, exp.Abs, exp.Stddev, exp.StddevSamp)
TYPES = ("TEXT", "NUMERIC", "DATE", "BOOLEAN")


def guess(tree):
    """table -> column -> type; names folded."""
    homes = _homes(tree)
    hints = _hints(tree)
    found = {table: {} for table in sorted({table for _, table in homes.values()} | set(tables(tree)))}
    for name, table in homes.values():
        found[table][name] = found[table].get(name) or (hints[name].most_common(1)[0][0] if hints[name] else None)
    return {
        table: {name: kind or "TEXT" for name, kind in columns.items()} or {"none_used": "TEXT"}
        for table, columns in found.items()
    }


def others(schema, most):
    """The same schema with the type of one column or of a pair changed: at most so many tries."""
    places = [(table, column) for table, columns in schema.items() for column in columns]
    singles = [((place,), (kind,)) for place in places for kind in TYPES]
    pairs = [(two, (kind, kind)) for two in itertools.combinations(places, 2) for kind in TYPES[1:3]]
    for chosen, kinds in itertools.islice(itertools.chain(singles, pairs), most):
        changed = {table: dict(columns) for table, columns in schema.items()}
        for (table, column), kind in zip(chosen, kinds, strict=True):
            changed[table][column] = kind
        yield changed


def tables(tree):
    withs = {one.alias.lower() for one in tree.find_all(exp.CTE)}
    return [one.name.lower() for one in tree.find_all(exp.Table) if one.name.lower() not in withs]


def ddl(schema):
    lines = (
        f'CREATE TABLE "{table}" ({", ".join(f"{chr(34)}{name}{chr(34)} {kind}" for name, kind in columns.items())})'
        for table, columns in schema.items()
    )
    return ";\n".join(lines)


def _homes(tree):
    """id of a node -> the column and the table it is taken for; those of derived tables and aliases are left out."""
    homes, loose, known = {}, [], defaultdict(set)
    for scope in traverse_scope(tree):
        for column in scope.columns:
            if id(column) in homes or not column.name:
                continue
            if column.table:
                source = _source(scope, column.table)
                if isinstance(source, exp.Table):
                    homes[id(column)] = column.name.lower(), source.name.lower()
                    known[source.name.lower()].add(column.name.lower())
            elif not _derived(scope, column.name):
                loose.append((column, _bases(scope)))
    for column, bases in loose:
        name = column.name.lower()
        if bases and id(column) not in homes:
            table = min(bases, key=lambda one: (name not in known[one], *_distance(name, one)))
            homes[id(column)] = name, table
            known[table].add(name)
    return homes


def _source(scope, alias):
    for one in _seen(scope):
        for name, source in one.sources.items():
            if name.lower() == alias.lower():
                return source
    return None


def _seen(scope):
    """The scopes whose columns an expression here may name: its own, and those around a subquery."""
    yield scope
    while scope.is_subquery and scope.parent is not None:
        scope = scope.parent
        yield scope


def _derived(scope, name):
    """Whether a derived table or WITH of this scope or of one around it has such a column, or this SELECT says so."""
    own = {one.alias.lower() for one in getattr(scope.expression, "selects", []) if isinstance(one, exp.Alias)}
    inside = {one.name.lower() for one in scope.columns if one.table and one.name}
    for one in _seen(scope):
        for source in one.sources.values():
            shown = [*source.expression.named_selects, *source.outer_columns] if isinstance(source, Scope) else ()
            if name.lower() in {said.lower() for said in shown}:
                return True
    return name.lower() in own and name.lower() not in inside


def _bases(scope):
    return [two.name.lower() for one in _seen(scope) for two in one.sources.values() if isinstance(two, exp.Table)]


def _distance(name, table):
    """How far a column's prefix is from a table's name: `ss_` is of store_sales, `ps_` of partsupp."""
    prefix, initials = name.partition("_")[0], "".join(word[0] for word in table.split("_") if word)
    if "_" not in name:
        return 2, 0
    letters = iter(table)
    spelled = table[:1] == prefix[:1] and all(letter in letters for letter in prefix)
    return (0 if prefix == initials else 1 if spelled else 2), len(table)


def _hints(tree):
    """column name -> how often what stands beside it looks like which type."""
    hints = defaultdict(Counter)
    for node in tree.find_all(*COMPARED, *COUNTED):
        columns = [one for one in node.iter_expressions() if isinstance(one, exp.Column)]
        beside = [one for one in node.iter_expressions() if not isinstance(one, exp.Column)]
        kinds = {kind for one in beside for kind in _kinds(one)}
        if isinstance(node, COUNTED) and "DATE" not in kinds:
            kinds = {"NUMERIC"}
        for column in columns:
            hints[column.name.lower()].update(kinds)
    for column in tree.find_all(exp.Column):
        if (
            column.name.lower().endswith(("_sk", "_id", "_year", "_key", "_seq", "key"))
            and not hints[column.name.lower()]
        ):
            hints[column.name.lower()]["NUMERIC"] += 1
    return hints


def _kinds(node):
    if node.find(exp.Select):
        return set()
    if node.find(exp.Interval, exp.Date, exp.CurrentDate) or (isinstance(node, exp.Cast) and node.is_type("date")):
        return {"DATE"}
    if isinstance(node, exp.Literal):
        return {"TEXT" if node.is_string else "NUMERIC"}
    if isinstance(node, COUNTED):
        return {"NUMERIC"}
    return set()
