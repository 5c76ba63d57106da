"""`broker demo`: one agent, one task, one real database."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from broker.cli.options import AsJson
from broker.demo import demo as story


def demo(
    *,
    serve: Annotated[bool, typer.Option("--serve", help="Stay up afterwards, for an agent of your own.")] = False,
    folder: Annotated[Path | None, typer.Option("--dir", metavar="DIR", help="Where all of it is put.")] = None,
    as_json: AsJson = False,
) -> None:
    """Watch an agent work, and a hijacked one fail, in one minute."""
    raise typer.Exit(story.run(serve=serve, as_json=as_json, folder=folder))
