"""The table that the SQL benches print: a measure, its bar, what was measured, and whether that is enough."""

import json
import os
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import Progress, TimeElapsedColumn
from rich.table import Table

from tests import pg

ENGINES = ("sqlite", "postgres")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    measure: str
    bar: str
    measured: str
    ok: bool


class Run:
    """Where a bench tells how far it is, and what it found."""

    def __init__(self, console, progress):
        self.console, self._progress = console, progress

    def watched(self, said, items):
        """The same items, with a bar on a terminal."""
        items = list(items)
        task = self._progress.add_task(said, total=len(items))
        for one in items:
            yield one
            self._progress.advance(task)
        self._progress.remove_task(task)

    def tell(self, line):
        self.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def row(self, measure, *, bar, measured, ok):
        found = Row(measure=measure, bar=bar, measured=measured, ok=ok)
        self.tell(f"{'ok  ' if ok else 'LOW '} {measure}: {measured} (bar: {bar})")
        return found


def given(said):
    """The options that all of them have."""
    said.add_argument("--json", action="store_true", help="print JSON, for programs")
    return said.parse_args()


@contextmanager
def running(*, as_json):
    """(run, an empty folder, a PostgreSQL server)."""
    console = Console(stderr=as_json)
    os.environ.setdefault(pg.PASSWORD_ENV, pg.PASSWORD)
    columns = (*Progress.get_default_columns(), TimeElapsedColumn())
    with (
        tempfile.TemporaryDirectory() as folder,
        pg.serving() as server,
        Progress(*columns, console=console, transient=True) as progress,
    ):
        yield Run(console, progress), Path(folder), server


def printed(said, rows):
    """`rows(run, folder, server)` yields them. Ends the program; 1: something is below its bar."""
    with running(as_json=said.json) as (run, folder, server):
        found = list(rows(run, folder, server))
    if said.json:
        sys.stdout.write(json.dumps([asdict(one) for one in found], indent=2) + "\n")
    else:
        Console().print(drawn(found))
    sys.exit(0 if all(one.ok for one in found) else 1)


def drawn(rows):
    table = Table(title="guarded SELECT")
    for name in ("measure", "bar", "measured", ""):
        table.add_column(name)
    for one in rows:
        table.add_row(one.measure, one.bar, one.measured, "[green]ok" if one.ok else "[red]low")
    return table
