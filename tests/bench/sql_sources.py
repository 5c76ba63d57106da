"""Other people's databases behind the broker: drafted by `broker sql inspect`, finished by a patch, and made twice."""

import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

from broker import settings
from broker.actions.shapes import shape
from broker.main.rules import catalog
from tests.oracle.worlds import TASK_KEY, hidden

PATCHES = Path(__file__).parents[1] / "vectors" / "sources"
ROOT = Path(__file__).parents[2]
KINDS = (  # of a declared type: as PostgreSQL calls it, and what another value of it looks like
    (r"bytea|blob", "bytea", "bytes"),
    (r"datetime|timestamp", "timestamp", "date"),
    (r"date", "date", "date"),
    (r"numeric\(\d+, ?\d+\)", "numeric", "number"),
    (r"real|double|float|numeric", "double precision", "number"),
    (r"int", "bigint", "number"),
    (r"", "text", "text"),
)
SCOPE = """
scope: {scope}
why: somebody asks
for: {{roles: [staff], agents: ["*"], purposes: [work]}}
{task}
expires: 1h
zones: [default]
tools: {{{tool}: {{args: {{sql: {{any: true}}}}, rows: {rows}}}}}
mask: {{{mask}}}
budget: {{calls: 40}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A table as it was found. `kinds`: column -> see KINDS."""

    kinds: dict
    rows: list


def read(path):
    """Table -> what is in it; names as they are spelled."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {table: _table(database, table) for table in tables if not table.startswith("sqlite_")}


def _table(database, table):
    declared = database.execute("SELECT name, lower(type) FROM pragma_table_info(?)", (table,)).fetchall()
    kinds = {name: next(one for one in KINDS if re.search(one[0], said)) for name, said in declared}
    return Copied(kinds=kinds, rows=database.execute(f'SELECT * FROM "{table}"').fetchall())


def create(copied, dialect):
    """One CREATE TABLE for each. SQLite keeps what it is given."""
    for table, one in copied.items():
        types = {name: "" if dialect == "sqlite" else kind for name, (_, kind, _) in one.kinds.items()}
        yield f'CREATE TABLE "{table}" ({", ".join(f"{quoted(name)} {kind}" for name, kind in types.items())})'


def quoted(name):
    return f'"{name}"'


def drafted(url, folder, name, environ):
    """The draft, by the command that a person runs."""
    path = folder / f"{name}.yaml"
    words = ["sql", "inspect", url, "--source", name, "--out", str(path), "--config", str(folder / "broker.toml")]
    (folder / "broker.toml").touch()
    done = subprocess.run(
        [sys.executable, "-m", "broker", *words],
        cwd=ROOT,
        env=environ,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise RuntimeError(done.stdout + done.stderr)
    return YAML(typ="safe").load(path)


def patched(one, patch):
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    found = dict(one) if isinstance(one, dict) else {}
    for key, value in patch.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = patched(found.get(key), value)
    return found


def by_hand(patch):
    """How many places a person wrote."""
    if isinstance(patch, dict):
        return sum(by_hand(one) for one in patch.values())
    return 1


def loaded(home, source, scopes):
    """The catalog of a folder with this source and these scope files: name -> text."""
    for name in ("tools/" + source["source"], "scopes"):
        (home / name).mkdir(parents=True, exist_ok=True)
    (home / "broker.toml").touch()
    with (home / "tools" / source["source"] / "source.yaml").open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(source, file)
    for name, text in scopes.items():
        (home / "scopes" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return catalog(settings.read(home / "broker.toml"))[0]


def second(copied, tool, rows, exposure, parameters):
    """The other database: what this tool shows under this scope is the same in it, and all else is not."""
    reach = tool.judge("SELECT 1 AS one", rows, exposure).reach
    seen = _seen(copied, reach, parameters)
    keys = {column for _, column in tool.tables.on_the_way() | ({tool.tables.subject} - {None})}
    found = {}
    for table, one in copied.items():
        view = reach.views.get(table.lower())
        changed = []
        for n, row in enumerate(one.rows):
            if n in seen[table]:
                changed.append(tuple(_same(view, name, kind, value, n) for (name, kind), value in _cells(one, row)))
            elif n % 3 != 1:
                changed.append(tuple(_stranger(name, kind, value, n, keys) for (name, kind), value in _cells(one, row)))
        found[table] = Copied(kinds=one.kinds, rows=changed)
    return found


def _cells(one, row):
    return zip(one.kinds.items(), row, strict=True)


def _seen(copied, reach, parameters):
    """Table -> the numbers of its rows that the row filter leaves."""
    with closing(sqlite3.connect(":memory:")) as database:
        for statement in create(copied, "sqlite"):
            database.execute(statement)
        for table, one in copied.items():
            database.executemany(f'INSERT INTO "{table}" VALUES ({", ".join("?" * len(one.kinds))})', one.rows)
        found = {}
        for table in copied:
            view = reach.views.get(table.lower())
            where = "false" if view is None else "true" if view.where is None else view.where.sql(dialect="sqlite")
            numbers = database.execute(f'SELECT rowid - 1 FROM "{table}" WHERE {where}', parameters)
            found[table] = {number for (number,) in numbers}
        return found


def _same(view, name, kind, value, n):
    """Another value that looks the same through the mask; the same one where none is known."""
    shown = view.columns.get(name.lower())
    if shown is None:
        return _other(kind, value, n)
    if shown.action == "show" or value is None:
        return value
    if kind[2] != "text":
        return _other(kind, value, n)
    other = hidden(shown.action, shown.kind, "a text", value, n)
    alike = shape(shown.action, shown.kind, other, TASK_KEY) == shape(shown.action, shown.kind, value, TASK_KEY)
    return other if alike and value.isascii() else value


def _stranger(name, kind, value, n, keys):
    return value if name.lower() in keys else _other(kind, value, n)


def _other(kind, value, n):
    match kind[2]:
        case "bytes":
            return bytes([n % 256, 1])
        case "date":
            return f"19{10 + n % 80}-0{1 + n % 9}-11"
        case "number":
            return 1_000 + n * 7
        case _:
            return None if n % 7 == 3 else f"{(value or 'x')[::-1]}{n % 10}"
