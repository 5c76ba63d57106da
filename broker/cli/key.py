"""`broker key`: the key of an agent, to which tokens can be bound."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from broker.agent.key import Key
from broker.cli import say
from broker.cli.secret_file import digest, made
from broker.model.faults import ConfigError, Problem, TokenError


def key(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where the private key lies, or shall.")],
    *,
    secret: Annotated[
        bool, typer.Option("--secret", help="A secret instead, for an agent that cannot sign; prints its digest.")
    ] = False,
) -> None:
    """Make a key if there is none, for its user alone, and print its public half: `broker grant --holder` takes it."""
    try:
        if secret:
            _secret(file)
        else:
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


def _secret(file: Path) -> None:
    if made(file):
        say.note(f"a new secret lies in {file}: keep it where the agent alone can read it")
    say.line(f'secret_sha256 = "{digest(file)}"')
