"""`broker key`: the key of an agent, to which tokens can be bound."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from broker.agent.key import Key
from broker.cli import say
from broker.model.faults import ConfigError, Problem, TokenError


def key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the private key lies, or shall.")],
) -> None:
    """Make a key if there is none, for its user alone, and print its public half: `broker grant --holder` takes it."""
    try:
        say.as_json(dict(_there(file).public))
    except TokenError as error:
        raise ConfigError([Problem(file=str(file), expected=str(error), mend="name another file")]) from None


def _there(file: Path) -> Key:
    made = Key.make()
    try:
        made.save(file)
    except FileExistsError:
        return Key.load(file)
    say.note(f"a new key lies in {file}: keep it where the agent alone can read it")
    return made
