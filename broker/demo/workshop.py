"""Gets a third-party MCP server ready for the coder: its own environment, a first look at it, and the approval."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import anyio

from broker.demo.repository import FILES, Repository, make
from broker.demo.stage import Stage

SOURCE: Final = "git"
NEEDED: Final = ("git_log", "git_diff", "git_show", "git_commit")  # by the source file
_WITHIN: Final = 180.0  # seconds, over a slow network


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    server: str  # name and version, as they are pinned
    repository: Repository
    sighted: Mapping[str, Any]  # what `broker pins list` said before anything was approved
    approved: Mapping[str, Any]  # what `broker pins approve` said


async def fit_out(stage: Stage, may_begin: anyio.Event) -> Workshop | str:
    """Or why there is no server here, in words. `may_begin`: before it no file of the broker's folder is touched.

    Raises StageFault where the server is there and the broker cannot use it.
    """
    if shutil.which("git") is None:
        return "there is no `git` on the path"
    trouble = await _install((await anyio.Path(stage.folder).resolve()) / "servers" / SOURCE)
    if trouble is not None:
        return trouble
    repository = await make(stage.folder / "code")
    await may_begin.wait()
    await anyio.to_thread.run_sync(_describe, stage.folder)
    sighted = await stage.command("pins", "list", SOURCE)
    only = [word for name in NEEDED for word in ("--only", name)]
    approved = await stage.command("pins", "approve", SOURCE, "--yes", *only)
    return Workshop(server=_pinned(), repository=repository, sighted=sighted, approved=approved)


def _describe(folder: Path) -> None:
    """What an admin writes: the source, and the scope with its cases."""
    shutil.copytree(FILES / SOURCE, folder / "tools" / SOURCE)
    for file in FILES.glob("*.yaml"):
        shutil.copy(file, folder / "scopes" / file.name)


def _pinned() -> str:
    lines = (FILES / "requirements.txt").read_text(encoding="utf-8").splitlines()
    return next(line.split()[0].replace("==", " ") for line in lines if line.startswith("mcp-server-git=="))


async def _install(home: anyio.Path) -> str | None:
    """An environment in `home` with what requirements.txt pins; why not, in words."""
    await home.parent.mkdir(parents=True)
    with anyio.move_on_after(_WITHIN):
        for words in _commands(Path(home)):
            done = await anyio.run_process(words, cwd=home.parent, stdin=subprocess.DEVNULL, check=False)
            if done.returncode != 0:
                said = done.stderr.decode("utf-8", "replace").strip().splitlines()
                return f"`{Path(words[0]).name}` cannot install it: {said[-1].strip() if said else done.returncode}"
        return None
    return f"it could not be installed within {_WITHIN:g} s"


def _commands(home: Path) -> Sequence[Sequence[str]]:
    """By uv where it is at hand, which takes a second; else by what Python brings. Built packages alone: an
    installation runs nobody's code."""
    python = str(home / "bin" / "python")
    what = ("--require-hashes", "--only-binary", ":all:", "--requirement", str(FILES / "requirements.txt"))
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    uv = shutil.which("uv", path=places)
    if uv is not None:
        return (
            (uv, "venv", "--quiet", "--python", sys.executable, str(home)),
            (uv, "pip", "install", "--quiet", "--python", python, *what),
        )
    return (
        (sys.executable, "-m", "venv", str(home)),
        (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1", *what),
    )
