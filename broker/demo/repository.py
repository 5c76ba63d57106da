"""Makes the git repository of the coder's story: the same files, people and dates each time."""

from __future__ import annotations

import os
import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import anyio

FILES: Final = Path(__file__).parent / "coder_files"
_DATE: Final = "2026-11-02T09:{minute:02}:00+00:00"


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    folder: Path
    addresses: tuple[str, ...]  # of those who wrote it and those who own it

    async def state(self) -> str:
        """Every branch and its last commit, what is not committed, and where it could be pushed to."""
        said = [await _git(self.folder, *words) for words in (("show-ref",), ("status", "--short"), ("remote", "-v"))]
        return "\n".join(said)


async def make(folder: Path) -> Repository:
    """`folder` must not exist. Raises OSError or subprocess.CalledProcessError where git cannot be used."""
    history = tomllib.loads((FILES / "history.toml").read_text(encoding="utf-8"))["commit"]
    await anyio.Path(folder).mkdir(parents=True)
    await _git(folder, "init", "--quiet", "--template=", f"--initial-branch={history[0]['branch']}")
    branch = history[0]["branch"]
    for minute, commit in enumerate(history):
        if commit["branch"] != branch:
            branch = commit["branch"]
            await _git(folder, "checkout", "--quiet", "-b", branch)
        for name, text in commit["files"].items():
            (folder / name).write_text(text.lstrip("\n"), encoding="utf-8")
        await _git(folder, "add", ".")
        await _git(folder, "commit", "--quiet", "-m", commit["message"].strip("\n"), **_signed(commit, minute))
    owners = (folder / "OWNERS.csv").read_text(encoding="utf-8").splitlines()[1:]
    wrote = {commit["mail"] for commit in history}
    return Repository(folder=folder, addresses=tuple(sorted(wrote | {line.split(",")[2] for line in owners})))


async def _git(folder: Path, *words: str, **who: str) -> str:
    """Without the settings and hooks of whoever runs the demo."""
    alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    done = await anyio.run_process(["git", *words], cwd=folder, stdin=subprocess.DEVNULL, env=kept | alone | who)
    return done.stdout.decode("utf-8", "replace")


def _signed(commit: Mapping[str, Any], minute: int) -> dict[str, str]:
    said = {"NAME": commit["author"], "EMAIL": commit["mail"], "DATE": _DATE.format(minute=minute)}
    return {f"GIT_{role}_{word}": value for role in ("AUTHOR", "COMMITTER") for word, value in said.items()}
