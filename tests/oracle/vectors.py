"""Attacks as files: `vectors/<class>.yaml`, statements for one engine or both."""

from pathlib import Path

from ruamel.yaml import YAML

FOLDER = Path(__file__).parent / "vectors"
ENGINES = ("sqlite", "postgres")
LONG = {
    "brackets": "SELECT " + "(" * 400 + "1" + ")" * 400,
    "ors": "SELECT id FROM customer WHERE " + " OR ".join(["phone = '0'"] * 3_000),
    "arms": " UNION ALL ".join(["SELECT phone FROM customer"] * 600),
    "subqueries": "SELECT * FROM (" * 60 + "SELECT phone FROM customer" + ") x" * 60,
    "not": "SELECT " + "NOT " * 5_000 + "true",
    "sum": "SELECT " + " + ".join(["1"] * 20_000),
    "columns": "SELECT " + ", ".join(["phone"] * 3_000) + " FROM customer",
    "list": "SELECT id FROM customer WHERE id IN (" + ", ".join(map(str, range(20_000))) + ")",
    "text": "SELECT '" + "x" * 1_000_000 + "'",
    "joins": "SELECT count(*) FROM " + ", ".join(f"customer c{n}" for n in range(70)),
    "withs": "WITH " + ", ".join(f"w{n} AS (SELECT * FROM customer)" for n in range(300)) + " SELECT 1 FROM w1",
    "doubling": "WITH w0 AS (SELECT 'x' AS a), "
    + ", ".join(f"w{n} AS (SELECT p.a || q.a AS a FROM w{n - 1} p, w{n - 1} q)" for n in range(1, 40))
    + " SELECT a FROM w39",
}
"""Statements that are attacks by their size, of both engines."""


def vectors(engine):
    """(class, statement) in the order of the files."""
    found = [("long", sql) for sql in LONG.values()]
    for path in sorted(FOLDER.glob("*.yaml")):
        said = YAML(typ="safe").load(path)
        unknown = set(said) - {"both", *ENGINES}
        if unknown:
            raise ValueError(f"{path.name}: {sorted(unknown)}")
        found += [(path.stem, sql) for key in ("both", engine) for sql in said.get(key, ())]
    return found
