"""Everything that is measured of the guarded SELECT, as one table: `make bench-sql`.

`--data`: a folder with `attacks/attack.jsonl`, `attacks/benign.jsonl`, `db/chinook.sqlite`, `db/northwind.sqlite`; what
is not there is not measured, and the table says so. `--quick`: fewer statements and a smaller table, for a look.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

from tests.bench import (
    sql_benign,
    sql_cost,
    sql_layers,
    sql_payloads,
    sql_scale,
    sql_schemas,
    sql_shapes,
    sql_table,
    table,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    drawn: int  # statements of a grammar, for each engine
    cost: int  # different statements whose cost is measured
    schema: int  # statements on each of other people's schemas, for each scope and engine
    rows: int  # of the large table
    payloads: int  # each so many-th of the file's


WHOLE = Size(drawn=20_000, cost=sql_cost.DISTINCT, schema=sql_schemas.MOST, rows=sql_scale.ROWS, payloads=1)
QUICK = Size(drawn=400, cost=200, schema=40, rows=sql_scale.QUICK, payloads=40)


def rows(run, folder, server, *, size, data):
    yield from sql_layers.attacks(run, server)
    yield from sql_layers.alone(run, server)
    yield from sql_layers.drawn(run, server, size.drawn)
    yield from sql_payloads.rows(run, folder / "own", server, sql_shapes.SHAPES, "injections of our own")
    attacks = _there(data, "attacks/attack.jsonl")
    if attacks is not None:
        found = [one["payload"] for one in sql_benign.read(attacks) if one["class"] == "sqli"]
        yield from sql_payloads.rows(
            run, folder / "file", server, found[:: size.payloads], "injections of attack.jsonl"
        )
    folder = folder / "more"
    folder.mkdir()
    yield from sql_benign.own(run, folder, server)
    benign = _there(data, "attacks/benign.jsonl")
    if benign is not None:
        yield from sql_benign.others_too(run, benign, server)
    for name in sql_schemas.SUBJECTS:
        path = _there(data, f"db/{name}.sqlite")
        if path is not None:
            yield from sql_schemas.rows(run, folder / name, server, path=path, name=name, most=size.schema)
    yield from sql_cost.rows(run, size.cost)
    yield from sql_scale.rows(run, folder / "large", server, size.rows)
    if data is None:
        yield run.row("other people's statements, payloads and schemas", bar="--data", measured="not measured", ok=True)


def _there(data, name):
    path = None if data is None else data / name
    return path if path is not None and path.is_file() else None


def main():
    said = argparse.ArgumentParser(description=__doc__.partition(":")[0])
    said.add_argument("--data", type=Path, help="a folder of other people's statements and databases")
    said.add_argument("--quick", action="store_true", help="less of everything")
    given = table.given(said)
    size = QUICK if given.quick else WHOLE
    sql_table.printed(given, lambda run, folder, server: rows(run, folder, server, size=size, data=given.data))


if __name__ == "__main__":
    main()
