"""What the SQL benches run on: an empty folder and a PostgreSQL server; their rows are those of `table`."""

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path

from tests import pg
from tests.bench import table

ENGINES = ("sqlite", "postgres")


@contextmanager
def running(*, as_json):
    """(run, an empty folder, a PostgreSQL server)."""
    os.environ.setdefault(pg.PASSWORD_ENV, pg.PASSWORD)
    with (
        tempfile.TemporaryDirectory() as folder,
        pg.serving() as server,
        table.running(as_json=as_json) as run,
    ):
        yield run, Path(folder), server


def printed(said, rows):
    """`rows(run, folder, server)` yields them. Ends the program; 1: something is below its bar."""
    with running(as_json=said.json) as (run, folder, server):
        found = list(rows(run, folder, server))
    table.printed("guarded SELECT", found, as_json=said.json)
