"""`broker demo`: agents, tasks, real tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from broker.cli.options import AsJson
from broker.demo import demo as story
from broker.demo.jobs import Play


def demo(
    *,
    only: Annotated[
        list[Play] | None,
        typer.Option(help="This story, which must be told then; may be given again. Else all that can be told here."),
    ] = None,
    postgres: Annotated[
        bool,
        typer.Option("--postgres", help="The shop on PostgreSQL: a server of the demo's own, or BROKER_DEMO_PG_URL."),
    ] = False,
    serve: Annotated[bool, typer.Option("--serve", help="Stay up afterwards, for an agent of your own.")] = False,
    folder: Annotated[Path | None, typer.Option("--dir", metavar="DIR", help="Where all of it is put.")] = None,
    as_json: AsJson = False,
) -> None:
    """Watch agents work, and hijacked ones fail, in one minute."""
    raise typer.Exit(story.run(only or (), postgres=postgres, serve=serve, as_json=as_json, folder=folder))
