"""Every command in its place."""

from __future__ import annotations

import sys
from typing import TextIO

import typer

from broker.cli.calm import Calm
from broker.cli.demo import demo
from broker.cli.grant import grant
from broker.cli.init import init
from broker.cli.serve import serve


def app() -> typer.Typer:
    """Made when it is asked for: importing this file does nothing."""
    root = typer.Typer(
        cls=Calm,
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        help="A broker between AI agents and real tools: least authority in, masked results out, every call on record.",
    )
    root.command(epilog="Example: broker init my-broker")(init)
    root.command(epilog="Example: broker serve --port 8750")(serve)
    root.command(epilog="Example: broker demo --serve")(demo)
    root.command(
        epilog="Example: broker grant support-refund --user maria --role support --agent helpdesk-1"
        " --purpose refund --task ticket=42"
    )(grant)
    return root


def run() -> None:
    for stream in (sys.stdout, sys.stderr):
        _bear(stream)
    app()()


def _bear(stream: TextIO) -> None:
    """A terminal that cannot spell a character gets its number."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
