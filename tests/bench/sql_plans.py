"""Which tables a statement goes through from end to end, by what the engines themselves say they would do."""

import sqlite3
from contextlib import closing

PROGRAM = ("addr", "opcode", "p1", "p2", "p3", "p4", "p5", "comment")
"""Columns of SQLite's EXPLAIN."""


def sqlite_trees(path):
    """Root page -> the table whose rows are in it; a table's indexes are it too."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return dict(database.execute("SELECT rootpage, lower(tbl_name) FROM sqlite_master WHERE rootpage > 0"))


def sqlite_scans(program, trees, within):
    """Tables of which every row is visited. `program`: rows of EXPLAIN; `within`: the number of the file's schema.

    A name in EXPLAIN QUERY PLAN may be a view's, a subquery's or a table's; a root page is a table's alone.
    """
    opened = {
        row["p1"]: trees[row["p2"]]
        for row in program
        if row["opcode"] in {"OpenRead", "ReopenIdx"} and row["p3"] == within and row["p2"] in trees
    }
    starts, steps, counts = (
        {row["p1"] for row in program if row["opcode"] in codes}
        for codes in ({"Rewind", "Last", "Sort"}, {"Next", "Prev"}, {"Count"})
    )
    return {opened[cursor] for cursor in (starts & steps) | counts if cursor in opened}


def postgres_scans(plan):
    """The same of `EXPLAIN (FORMAT JSON)`: a scan of the table, or of an index of it without a condition."""
    found, rest = set(), [plan[0]["Plan"]]
    while rest:
        node = rest.pop()
        rest += node.get("Plans", [])
        kind = node["Node Type"]
        if kind == "Seq Scan" or (kind in {"Index Scan", "Index Only Scan"} and "Index Cond" not in node):
            found.add(node["Relation Name"].lower())
    return found


def postgres_lines(plan, depth=0):
    """A plan as a person reads it."""
    node = plan[0]["Plan"] if isinstance(plan, list) else plan
    conditions = [f"{name}: {node[name]}" for name in ("Index Cond", "Filter", "Recheck Cond") if name in node]
    said = " ".join(str(node[name]) for name in ("Node Type", "Index Name", "Relation Name", "Alias") if name in node)
    lines = [f"{'  ' * depth}{said}" + (f"  ({'; '.join(conditions)})" if conditions else "")]
    for one in node.get("Plans", []):
        lines += postgres_lines(one, depth + 1)
    return lines
