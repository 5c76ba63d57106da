"""Every command in its place."""

from __future__ import annotations

import sys
from typing import TextIO

import typer

from broker.cli import audit, scopes, task, tools
from broker.cli.calm import Calm
from broker.cli.demo import demo
from broker.cli.doctor import doctor
from broker.cli.grant import grant
from broker.cli.init import init
from broker.cli.schema import schema
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
    root.add_typer(_task(), name="task")
    root.add_typer(_tools(), name="tools")
    root.add_typer(_scopes(), name="scopes")
    root.add_typer(_audit(), name="audit")
    root.command(epilog="Example: broker doctor")(doctor)
    root.command(epilog="Example: broker schema scope > scope.schema.json")(schema)
    return root


def _group(about: str) -> typer.Typer:
    return typer.Typer(cls=Calm, no_args_is_help=True, pretty_exceptions_enable=False, help=about)


def _scopes() -> typer.Typer:
    group = _group("Who may do what: list it, read it, rehearse it.")
    group.command("list", epilog="Example: broker scopes list")(scopes.list_)
    group.command("show", epilog="Example: broker scopes show support-refund")(scopes.show)
    group.command("test", epilog="Example: broker scopes test support-refund")(scopes.rehearsed)
    return group


def _task() -> typer.Typer:
    group = _group("Tasks: which are open, what became of them, end one.")
    group.command("list", epilog="Example: broker task list --all")(task.list_)
    group.command("show", epilog="Example: broker task show 5f3kq")(task.show)
    group.command("end", epilog="Example: broker task end 5f3kq --why 'ticket closed'")(task.end)
    return group


def _tools() -> typer.Typer:
    group = _group("What an agent could be granted.")
    group.command("list", epilog="Example: broker tools list")(tools.list_)
    return group


def _audit() -> typer.Typer:
    group = _group("The log: read it, check it, hand it over.")
    group.command("tail", epilog="Example: broker audit tail -n 50 --follow")(audit.tail)
    group.command("show", epilog="Example: broker audit show 17")(audit.show)
    group.command("verify", epilog="Example: broker audit verify --json")(audit.verify)
    group.command("export", epilog="Example: broker audit export /mnt/evidence/2026-11")(audit.export)
    return group


def run() -> None:
    for stream in (sys.stdout, sys.stderr):
        _bear(stream)
    app()()


def _bear(stream: TextIO) -> None:
    """A terminal that cannot spell a character gets its number."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
