"""Other people's servers behind a started broker, each in an environment of its own: `make check-servers`.

Each is listed, approved, called, refused and masked in both protocol eras, leaves one chain of records a call, and is
neither served with edited pins nor started with a changed package. Exit code 0: all of it is so.
"""

import argparse
import json
import logging
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tests.clients.environments import EnvironmentFault
from tests.served import Launcher
from tests.servers import environments
from tests.servers.roster import SERVERS
from tests.servers.stage import staged, web
from tests.servers.story import Check, Story


def _environments(wanted, told):
    began = time.monotonic()
    if any(one.is_node for one in wanted):
        told("environment of npm")
        environments.node()
    for one in wanted:
        if not one.is_node:
            told(f"environment of {one.name}")
            environments.python(one.name)
    return time.monotonic() - began


def _checked(server, folder, launcher, told):
    """Its checks, and seconds."""
    began = time.monotonic()
    with web() as (page, asked):
        with staged(server, folder, launcher, page) as stage:
            story = Story(server=server, stage=stage, page=page, told=told)
            try:
                checks = story.run()
            except Exception as error:  # noqa: BLE001 - one server's failure is told beside the others
                checks = [*story.checks, Check("the story", f"{type(error).__name__}: {error}")]
        strange = sorted({*asked} - {"/open", "/robots.txt"})
        checks.append(Check("asked for nothing else", f"{strange}" if strange else ""))
    return checks, time.monotonic() - began


def _show(console, found, seconds):
    table = Table(box=None, pad_edge=False, header_style="dim")
    for name in ("server", "checks", "failed", "seconds"):
        table.add_column(name, justify="left" if name == "server" else "right")
    for name, (checks, took) in found.items():
        failed = sum(bool(one.trouble) for one in checks)
        table.add_row(name, str(len(checks)), Text(str(failed or ""), "bold red"), f"{took:.1f}")
    console.print(table)
    for name, (checks, _) in found.items():
        for one in checks:
            if one.trouble:
                console.print(Text(f"{name}: {one.what}: ", "red") + Text(one.trouble))
    console.print(f"environments {seconds:.1f} s, servers {sum(took for _, took in found.values()):.1f} s")


def main():
    said = argparse.ArgumentParser(prog="python -m tests.servers.run", description=__doc__.partition("\n")[0])
    said.add_argument("--only", action="append", default=[], metavar="NAME", help="servers with this in their name")
    said.add_argument("--json", action="store_true", help="print JSON, for programs")
    given = said.parse_args()
    wanted = [one for one in SERVERS if not given.only or any(word in one.name for word in given.only)]
    if not wanted:
        said.error(f"no server has {' or '.join(given.only)} in its name")
    console = Console(stderr=given.json)
    logging.getLogger("mcp").setLevel(logging.CRITICAL)  # a client that gives a call up says so as if it were trouble
    launcher = Launcher()
    found = {}
    try:
        with console.status("") as status, tempfile.TemporaryDirectory() as folder:
            seconds = _environments(wanted, status.update)
            for one in wanted:
                found[one.name] = _checked(one, Path(folder), launcher, status.update)
    except EnvironmentFault as fault:
        console.print(Text(str(fault), "red"))
        return 2
    finally:
        launcher.end()
    if given.json:
        rows = [
            {"server": name, "check": one.what, "trouble": one.trouble}
            for name, (checks, _) in found.items()
            for one in checks
        ]
        took = {name: took for name, (_, took) in found.items()}
        sys.stdout.write(json.dumps({"environments": seconds, "servers": took, "checks": rows}) + "\n")
    else:
        _show(console, found, seconds)
    return int(any(one.trouble for checks, _ in found.values() for one in checks))


if __name__ == "__main__":
    sys.exit(main())
