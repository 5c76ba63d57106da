"""`broker init`: a folder to start from, with keys that only its own user may read. It replaces nothing."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from broker.cli import say
from broker.cli.content import inside, shipped
from broker.cli.options import AsJson
from broker.cli.template import IGNORED, TOML
from broker.main.keys import make
from broker.model.faults import ConfigError, Problem
from broker.store.system import SystemIds

_MADE = ("broker.toml", "tools", "scopes", "keys", "data")


def _name(origin: str) -> str:
    if not origin or "+" in origin or not origin.isprintable() or " " in origin:
        raise typer.BadParameter("a name without spaces and `+`, as in `broker.example.com/log`")
    return origin


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Made where it is missing.")] = Path(),
    *,
    origin: Annotated[
        str, typer.Option(callback=_name, help="The log's name in its signed checkpoints; it cannot change afterwards.")
    ] = "toolbroker.local/log",
    as_json: AsJson = False,
) -> None:
    """Make a folder to start from: broker.toml, tools/, scopes/ and keys."""
    _vacant(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("tools", "scopes"):
        for path, content in inside(shipped(name)):
            _write(folder / name / path, content)
    data = folder / "data"
    data.mkdir(mode=0o700)
    make(folder / "keys", origin, SystemIds())
    has_ignored = (folder / ".gitignore").exists()
    if not has_ignored:
        _write(folder / ".gitignore", IGNORED.encode())
    _write(folder / "broker.toml", TOML.encode())  # last: with it the folder is a broker's
    if as_json:
        say.as_json({name.removesuffix(".toml"): str(folder / name) for name in _MADE})
        return
    _welcome(folder)
    if has_ignored:
        say.note(f"`{folder / '.gitignore'}` was there before: see that it names data/ and keys/")


def _vacant(folder: Path) -> None:
    """Raises ConfigError with everything that would be replaced."""
    mend = "choose another folder, or move it away"
    there = [
        Problem(file=str(folder / name), expected="is there already", mend=mend)
        for name in _MADE
        if (folder / name).exists()
    ]
    if folder.exists() and not folder.is_dir():
        there.append(Problem(file=str(folder), expected="is no folder", mend="choose another name"))
    if there:
        raise ConfigError(there)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(content)


def _welcome(folder: Path) -> None:
    config = folder / "broker.toml"
    told = "" if folder.resolve() == Path.cwd() else f" --config {shlex.quote(str(config))}"
    console = say.out()
    console.print(say.text(f"A broker lies in {folder.resolve()}", "bold"), soft_wrap=True)
    console.print(
        say.facts(
            [
                ("broker.toml", "where it listens and keeps things; each key is explained"),
                ("tools/", "what agents can reach; what is not listed does not exist for them"),
                ("scopes/", "who may do what, beside the cases that prove it"),
                ("keys/", "for its own user alone; back them up, commit them never"),
                ("data/", "the log and the tasks"),
            ]
        )
    )
    console.print()
    console.print(say.text("Next", "bold"))
    for words, why in (
        ("doctor", "is everything as it should be?"),
        ("scopes test", "do the scopes permit and deny what they say?"),
        ("serve", "let agents in"),
    ):
        console.print(say.text(f"  broker {words}{told}") + say.text(f"   # {why}", "dim"), soft_wrap=True)
