"""`broker task refresh`: another token for a task that is open."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import anyio
import typer

from broker.cli.grant import told
from broker.cli.holder import public_key
from broker.cli.named import named
from broker.cli.operator import operator
from broker.cli.options import CONFIG, AsJson, Config, given
from broker.cli.task import Id
from broker.main.build import opened


def refresh(
    task: Id,
    *,
    holder: Annotated[
        Path | None, typer.Option(metavar="JWK", help="The agent's public key: the token is for its holder alone.")
    ] = None,
    config: Config = CONFIG,
    as_json: AsJson = False,
) -> None:
    """Another token for an open task, which goes on as it is; the last line is the token."""
    key = None if holder is None else public_key(holder)
    with opened(given(config)) as broker:
        about = named(broker.archive, task).task.id
        got = anyio.run(broker.opening.refresh, about, operator(), key)
    told(got, "Another token for an open task", as_json=as_json)
