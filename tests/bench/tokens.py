"""Everything that is measured of tokens and tasks, as one table: `make bench-tokens`.

`--quick`: a small part of everything, for a look; `--peer`: see `tokens_cost`.
"""

import argparse
import tempfile
from pathlib import Path

from tests.bench import table, tokens_chain, tokens_cost, tokens_handles, tokens_limits, tokens_revoke

QUICK = 50  # one of so many of everything


def rows(run, folder, *, part, peer):
    yield from tokens_chain.rows(run, part)
    yield from tokens_cost.rows(run, max(5, tokens_cost.BATCHES // part), peer)
    for bench in (tokens_limits, tokens_revoke):
        own = folder / bench.__name__
        own.mkdir()
        yield from bench.rows(run, own, max(5, bench.TRIALS // part))
    yield from tokens_handles.rows(run, max(200, tokens_handles.TRIALS // part))


def main():
    said = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    said.add_argument("--quick", action="store_true", help="a small part of everything")
    said.add_argument("--peer", type=Path, help="a folder with `captoken.py`, to be measured beside ours")
    given = table.given(said)
    with tempfile.TemporaryDirectory() as folder, table.running(as_json=given.json) as run:
        part = QUICK if given.quick else 1
        found = list(rows(run, Path(folder), part=part, peer=given.peer))
    table.printed("tokens and tasks", found, as_json=given.json)


if __name__ == "__main__":
    main()
