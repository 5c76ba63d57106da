"""`make conformance`: the official suite of MCP through the real broker, in both eras.

Behind the broker stands a server of our own that passes all of it (`--bare` shows that), so what fails is the broker's
doing. Exit code 0: every required check passes but those that expected-failures.yaml names, and each of those fails.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table
from ruamel.yaml import YAML

from tests.conformance.suite import CACHE, HERE, REVISIONS, run

_ROOT = HERE.parents[1]
_EXPECTED = HERE / "expected-failures.yaml"
_PATIENCE = 60.0  # seconds for a process to listen
_TOML = "[server]\nport = {port}\n[tasks]\nopen = 1000\nper_hour = 10000\n"


def _port():
    with closing(socket.create_server(("127.0.0.1", 0))) as one:
        return one.getsockname()[1]


def _listens(port):
    with closing(socket.socket()) as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def _running(port, *words, **env):
    """A Python program that listens on a port, for as long as it is needed; what it says is kept in the cache."""
    CACHE.mkdir(parents=True, exist_ok=True)
    said = CACHE / f"{words[1].rpartition('.')[2]}.txt"
    with said.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, *words], cwd=_ROOT, env={**os.environ, **env}, stdout=file, stderr=subprocess.STDOUT
        )
        try:
            end = time.monotonic() + _PATIENCE
            while not _listens(port):
                if process.poll() is not None or time.monotonic() > end:
                    raise SystemExit(f"it does not listen: {' '.join(words)}\n{said.read_text()}")
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}/mcp"
        finally:
            process.terminate()
            process.wait()


def _home(folder, port, **env):
    """What `broker init` makes, with the suite's source and scope in it; the fixture is approved as it is."""
    _broker("init", str(folder), **env)
    for name in ("tools", "scopes"):
        shutil.rmtree(folder / name)
        shutil.copytree(HERE / "house" / name, folder / name)
    config = folder / "broker.toml"
    config.write_text(_TOML.format(port=port))
    _broker("pins", "approve", "fixture", "--yes", "--config", str(config), **env)
    return config


def _broker(*words, **env):
    words = [sys.executable, "-m", "broker", *words]
    done = subprocess.run(words, cwd=_ROOT, env={**os.environ, **env}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(words[2:])} ended with {done.returncode}\n{done.stdout}{done.stderr}")


@contextmanager
def _through_the_broker():
    with ExitStack() as stack:
        upstream = _port()
        url = stack.enter_context(_running(upstream, "-m", "tests.conformance.fixture", "http", str(upstream)))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "home"
        port = _port()
        config = _home(folder, port, FIXTURE_URL=url)
        yield stack.enter_context(_running(port, "-m", "tests.conformance.serving", str(config), FIXTURE_URL=url))


@contextmanager
def _bare():
    port = _port()
    with _running(port, "-m", "tests.conformance.fixture", "http", str(port)) as url:
        yield url


def _table(result, expected):
    table = Table(title=f"{result.revision}: what the revision requires", title_justify="left")
    table.add_column("scenario", overflow="fold")
    for name in ("passed", "expected to fail", "unexpected"):
        table.add_column(name, justify="right")
    total = Counter()
    for scenario in result.scored:
        mine = [one for one in result.checks if one.scenario == scenario]
        bad = [one for one in mine if one.is_bad]
        row = Counter(
            passed=sum(one.status == "SUCCESS" for one in mine), known=sum(one.name in expected for one in bad)
        )
        row["bad"] = len(bad) - row["known"]
        total += row
        table.add_row(scenario, *(str(row[one] or "") for one in ("passed", "known", "bad")))
    table.add_section()
    table.add_row("all", *(str(total[one]) for one in ("passed", "known", "bad")))
    return table


def _show(console, result, expected):
    console.print(_table(result, expected))
    beside = Counter(one.status for one in result.checks if one.scenario not in result.scored)
    said = ", ".join(f"{beside[status]} {status}" for status in ("SUCCESS", "FAILURE", "WARNING"))
    console.print(f"beside them, run and not required: {said}")
    for one in result.checks:
        if one.scenario in result.scored and one.is_bad and one.name not in expected:
            console.print(f"[red]{one.status}[/] {one.name}: ", end="")
            console.print(one.said, markup=False)
    stale = {one.name for one in result.checks if one.status == "SUCCESS"} & expected
    for name in sorted(stale):
        console.print(f"[red]passes, and is expected to fail[/] {name}")
    verdict = "as expected" if result.code == 0 else f"not as expected: {result.said} has every word of the suite"
    console.print(f"{result.revision}: {verdict}\n")


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.conformance.run", description=__doc__.partition("\n")[0])
    parser.add_argument("--bare", action="store_true", help="The fixture alone, without a broker: nothing may fail.")
    parser.add_argument("--revision", choices=REVISIONS, action="append", help="One of them; may be given again.")
    asked = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 120)
    expected = frozenset() if asked.bare else frozenset(YAML(typ="safe").load(_EXPECTED)["server"])
    codes = []
    with _bare() if asked.bare else _through_the_broker() as url:
        for revision in asked.revision or REVISIONS:
            result = run(url, revision, None if asked.bare else _EXPECTED)
            _show(console, result, expected)
            codes.append(result.code)
    raise SystemExit(int(any(codes)))


if __name__ == "__main__":
    main()
