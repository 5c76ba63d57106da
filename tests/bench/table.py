"""The table that benches print: a measure, its bar, what was measured, and whether that is enough."""

import json
import sys
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.progress import Progress, TimeElapsedColumn
from rich.table import Table


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
    """A Run; with JSON asked for, what it tells goes beside it."""
    console = Console(stderr=as_json)
    columns = (*Progress.get_default_columns(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield Run(console, progress)


def printed(title, rows, *, as_json):
    """Ends the program; 1: something is below its bar."""
    if as_json:
        sys.stdout.write(json.dumps([asdict(one) for one in rows], indent=2) + "\n")
    else:
        Console().print(drawn(title, rows))
    sys.exit(0 if all(one.ok for one in rows) else 1)


def drawn(title, rows):
    table = Table(title=title)
    for name in ("measure", "bar", "measured", ""):
        table.add_column(name)
    for one in rows:
        table.add_row(one.measure, one.bar, one.measured, "[green]ok" if one.ok else "[red]low")
    return table
