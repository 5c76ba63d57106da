"""Requests of another make's to the token endpoints, generated from docs/oauth-openapi.yaml: `make fuzz-oauth`.

schemathesis sends what the page allows and what it does not, first as a stranger and then as a registered agent, and
holds each answer to the page: its status, type, headers and form. Exit code 0: every answer is so, the broker did not
fail, and no stranger got a token. 2: schemathesis cannot be installed.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from tests.clients.environments import EnvironmentFault, uv
from tests.oauth_world import SECRET, fill, free_port, signing_in
from tests.served import Launcher, home

_ROOT = Path(__file__).parents[2]
_PAGE = _ROOT / "docs" / "oauth-openapi.yaml"
_LOCK = Path(__file__).parent / "requirements" / "schemathesis.txt"  # made from schemathesis.in as the clients' are
_CACHE = _ROOT / ".cache" / "schemathesis"
_PATIENCE = 900.0  # seconds for one who asks
_WHO = {"a stranger": (), "a registered agent": ("--auth", f"robot-secret:{SECRET}")}
_CHECKED = (
    *("--checks", "all"),
    # A request may be well formed and refused; whether that was right is for tests that know why.
    *("--exclude-checks", "positive_data_acceptance,ignored_auth"),
    *("--phases", "coverage,fuzzing", "--continue-on-failure", "--generation-database", "none", "--no-color"),
    *("--warnings", "off"),
)
_GENERATED = re.compile(r"^ +(\d+) generated", re.MULTILINE)


def _installed():
    """Wheels alone, as the lock names them, in an environment of their own. Raises EnvironmentFault."""
    seen = _CACHE / "installed.txt"
    if not seen.exists() or seen.read_bytes() != _LOCK.read_bytes():
        shutil.rmtree(_CACHE, ignore_errors=True)
        _run(uv(), "venv", "--quiet", "--python", sys.executable, str(_CACHE))
        words = ("pip", "install", "--quiet", "--only-binary", ":all:", "--no-deps", "--python")
        _run(uv(), *words, str(_CACHE / "bin" / "python"), "-r", str(_LOCK))
        shutil.copy(_LOCK, seen)
    return _CACHE / "bin" / "st"


def _run(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EnvironmentFault(f"`{Path(words[0]).name} {words[1]}` ended with {done.returncode}\n{done.stderr}")


def _asked(program, url, who, given, folder):
    """Exit code, and what it said."""
    words = [str(program), "run", str(_PAGE), "--url", url, *_CHECKED, *_WHO[who]]
    words += ["--max-examples", str(given.examples), "--seed", str(given.seed)]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    return done.returncode, done.stdout + done.stderr


def _all(console, given):
    program, launcher, codes = _installed(), Launcher(), []
    port = free_port()
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            signing_in() as login,
            home(Path(folder) / "bank", launcher, lambda made: fill(made, port, login.url)) as bank,
            bank.serving("--port", str(port)) as broker,
        ):
            for who in _WHO:
                before = len(bank.kinds("task.opened"))
                code, said = _asked(program, broker.base, who, given, folder)
                opened = len(bank.kinds("task.opened")) - before
                is_wrong = code != 0 or (who == "a stranger" and opened > 0) or broker._ended() is not None
                codes.append(is_wrong)
                count = sum(map(int, _GENERATED.findall(said)))
                verdict = "not as the page says" if code else "each answer as the page says"
                console.print(
                    Text(f"{who}: {count:,} requests, {opened} tokens, {verdict}", "red" if is_wrong else "green")
                )
                if is_wrong:
                    console.print(said, markup=False)
    finally:
        launcher.end()
    return any(codes)


def main():
    said = argparse.ArgumentParser(prog="python -m tests.fuzz.oauth", description=__doc__.partition("\n")[0])
    said.add_argument("--examples", type=int, default=2500, help="of each operation, for each who asks")
    said.add_argument("--seed", type=int, default=1)
    console = Console()
    try:
        return int(_all(console, said.parse_args()))
    except EnvironmentFault as fault:
        console.print(Text(str(fault), "red"))
        return 2


if __name__ == "__main__":
    sys.exit(main())
