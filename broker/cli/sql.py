"""`broker sql grants`: what a database's admin runs, so that the database itself holds a source to its file."""

from __future__ import annotations

import re
import sys
from typing import Annotated, Final

import typer

from broker.adapters.sql.access.ground import PUBLIC_SCHEMA
from broker.adapters.sql.access.page import page
from broker.adapters.sql.access.views import digest
from broker.catalog.report import nearest
from broker.cli import say
from broker.cli.options import CONFIG, AsJson, Config, given
from broker.main.databases import databases
from broker.main.rules import catalog
from broker.model.faults import ConfigError, Problem

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_ -]{0,62}")


def grants(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A source of kind sql on PostgreSQL.")],
    *,
    schema: Annotated[str, typer.Option(metavar="NAME", help="Where its tables lie.")] = PUBLIC_SCHEMA,
    config: Config = CONFIG,
    as_json: AsJson = False,
) -> None:
    """Print the SQL that makes the source's role, its views and its rights. Connects to nothing."""
    if not _NAME.fullmatch(schema):
        raise typer.BadParameter("a name of ASCII letters, digits, `_`, `-`, space", param_hint="--schema")
    found, _ = catalog(given(config))
    known = databases(found, schema)
    if source not in known:
        mend = nearest(source, known) or "name a source whose `url` begins with `postgresql:` and that has tools"
        raise ConfigError([Problem(file=f"source `{source}`", expected="a source on PostgreSQL", mend=mend)])
    ground = known[source].ground
    if as_json:
        said = {"source": source, "role": ground.role, "schemas": [ground.masked, ground.whole, ground.raw]}
        say.as_json({**said, "sha256": digest(ground), "sql": page(ground)})
        return
    sys.stdout.write(page(ground))
