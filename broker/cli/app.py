"""The commands as one program; each is loaded when it is called, for most need no protocol and no SQL."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, TextIO, assert_never

import typer
from typer.main import get_command

from broker.cli.calm import Calm
from broker.cli.closed import close
from broker.cli.table import COMMANDS, Command, Group


class Shelf(Calm):
    """The root: it lists every command from the table, and loads the one that is called."""

    def list_commands(self, ctx: Any) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A stand-in for the list: nothing is loaded."""
        del ctx
        found = COMMANDS.get(cmd_name)
        return None if found is None else _only(cmd_name, _nothing, about=found.about)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        found = COMMANDS.get(args[0])
        return super().resolve_command(ctx, args) if found is None else (args[0], _loaded(args[0], found), args[1:])


def app() -> typer.Typer:
    """Made when it is asked for: importing this file does nothing."""
    about = "A broker between AI agents and real tools: least authority in, masked results out, every call on record."
    root = typer.Typer(
        cls=Shelf, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help=about
    )
    root.callback()(_nothing)
    return root


def run() -> None:
    close()  # before a tool, a server or a KMS's client can start anything: the environment may hold keys
    for stream in (sys.stdout, sys.stderr):
        _bear(stream)
    app()()


def _loaded(name: str, found: Command | Group) -> Any:
    match found:
        case Command():
            return _only(name, _function(found), epilog=f"Example: {found.example}")
        case Group(about=about, commands=commands):
            group = typer.Typer(
                cls=Calm,
                name=name,
                add_completion=False,
                no_args_is_help=True,
                pretty_exceptions_enable=False,
                help=about,
            )
            group.callback()(_nothing)
            for inner, one in commands.items():
                group.command(inner, epilog=f"Example: {one.example}")(_function(one))
            return get_command(group)
        case _:
            assert_never(found)


def _only(name: str, function: Any, *, about: str | None = None, epilog: str | None = None) -> Any:
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(name, help=about, epilog=epilog)(function)
    return get_command(alone)


def _function(command: Command) -> Any:
    module, _, function = command.place.partition(":")
    return getattr(import_module(f"broker.cli.{module}"), function)


def _nothing() -> None:
    """What a group does by itself."""


def _bear(stream: TextIO) -> None:
    """A terminal that cannot spell a character gets its number."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
