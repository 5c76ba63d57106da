"""The SDK's own OAuth clients against a `broker serve`: each flow of the suite's client scenarios, a line each.

`python -m tests.conformance.clients`. The suite itself runs those clients against a server of its own; here they meet
the broker as their authorization server. Exit code 0: every flow does what it should, in both eras.
"""

import logging
import sys
import tempfile
import time
from pathlib import Path

import anyio
from rich.console import Console

from tests.oauth_flows import FLOWS, leaves
from tests.oauth_world import fill, free_port, signing_in
from tests.served import Launcher, home
from tests.talk import ERAS

_PATIENCE = 30  # seconds for one flow


async def _works(url, login, name, era):
    """Why it does not; empty: it does."""
    try:
        with anyio.fail_after(_PATIENCE):
            await FLOWS[name](url, login, era)
    except BaseExceptionGroup as errors:
        return f"{errors}: {[str(one) for one in leaves(errors)]}"
    except Exception as error:  # noqa: BLE001 - whatever went wrong is what is shown
        return f"{type(error).__name__}: {error}"
    return ""


def _flows(folder, launcher, login):
    port = free_port()
    with (
        home(folder / "bank", launcher, lambda made: fill(made, port, login.url)) as bank,
        bank.serving("--port", str(port)) as broker,
    ):
        for name in FLOWS:
            for era in ERAS:
                yield name, era, anyio.run(_works, broker.url, login, name, era)


def main():
    began, failed = time.monotonic(), 0
    console, launcher = Console(width=None if sys.stdout.isatty() else 120, highlight=False), Launcher()
    logging.getLogger("mcp").setLevel(logging.CRITICAL)  # what is refused on purpose is no news
    try:
        with tempfile.TemporaryDirectory() as folder, signing_in() as login:
            for name, era, why in _flows(Path(folder), launcher, login):
                failed += bool(why)
                console.print(
                    f"{'failed' if why else 'ok':6}  {era:10}  {name}{f': {why}' if why else ''}", markup=False
                )
    finally:
        launcher.end()
    console.print(f"{failed} of {len(FLOWS) * len(ERAS)} failed, {time.monotonic() - began:.1f} s")
    raise SystemExit(int(bool(failed)))


if __name__ == "__main__":
    main()
