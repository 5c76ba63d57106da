"""`broker sql inspect`: the draft of a source file from a database that is there."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from broker.adapters.sql.access.ground import PUBLIC_SCHEMA
from broker.adapters.sql.inspect.draft import Facts, draft
from broker.adapters.sql.inspect.propose import propose
from broker.adapters.sql.inspect.readers import Live, live
from broker.adapters.sql.inspect.schema import Schema
from broker.catalog import grammar
from broker.catalog.report import Wrong, nearest
from broker.catalog.yaml_text import MAX_BYTES
from broker.cli import say
from broker.cli.going import Step, going
from broker.cli.options import CONFIG, AsJson, Config
from broker.cli.sql_inspect_page import page, printed, steps
from broker.model.faults import ConfigError, Problem, ToolFault
from broker.store.system import SystemClock

_FILE: Final = "source.yaml"
_SUFFIXES: Final = frozenset({".yaml", ".yml"})
_LONGEST: Final = 40


def inspect(
    url: Annotated[str, typer.Argument(metavar="URL", help="sqlite:///data/shop.db or postgresql://user@host/shop.")],
    *,
    source: Annotated[
        str | None, typer.Option(help="What the source is to be called; else as the database is.")
    ] = None,
    owner: Annotated[str, typer.Option(help="Who answers for it.")] = "to-be-named",
    schema: Annotated[str, typer.Option(help="Where the tables lie, on PostgreSQL.")] = PUBLIC_SCHEMA,
    table: Annotated[list[str] | None, typer.Option(help="Only this table; can be said again.")] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE|DIR", help="Where to write it, as in `tools/`; else it is printed."),
    ] = None,
    config: Config = CONFIG,
    as_json: AsJson = False,
) -> None:
    """Draft a source file from a live schema: what each column seems to be, for you to finish.

    Nothing is written to the database. Of each table some rows are looked at; no value is kept, printed or written.
    """
    clock = SystemClock()
    found = live(url, schema, root=config.parent, environ=os.environ, clock=clock.now)
    if not isinstance(found, Live):
        raise typer.BadParameter(f"expected {found[0]}" + (f"; {found[1]}" if found[1] else ""), param_hint="URL")
    name = _name(source, out, found.name)
    if isinstance(grammar.slug(owner), Wrong):
        raise typer.BadParameter("a word of small letters, digits and single `-`", param_hint="--owner")
    place = None if out is None else _place(out, name)
    if place is not None and place.exists():
        raise ConfigError(
            [Problem(file=str(place), expected="is there already", mend="choose another, or move it away")]
        )
    proposal = propose(_chosen(_read(found), table or ()))
    if not proposal.tables:
        mend = f"{len(proposal.left_out)} tables, views or schemas were left out"
        raise ConfigError([Problem(file=found.url, expected="no table that a source file can list", mend=mend)])
    text = draft(proposal, _facts(found, name, owner, clock))
    _held(text, place)
    if place is not None:
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("x", encoding="utf-8") as file:
            file.write(text)
    if as_json:
        say.as_json(printed(proposal, text, name, place))
        return
    if place is None:
        sys.stdout.write(text)
    console = say.errors() if place is None else say.out()
    for part in page(proposal, name, place, steps(proposal, name, place, schema if found.is_postgres else None)):
        console.print(part)


def _read(found: Live) -> Schema:
    def watch(total: int) -> AbstractContextManager[Step]:
        return going("looking at tables", total)

    try:
        return found.read(watch)
    except ToolFault as fault:
        mend = "PGPASSWORD may hold the password" if found.is_postgres else ""
        raise ConfigError([Problem(file=found.url, expected=str(fault), mend=mend)]) from fault


def _chosen(schema: Schema, names: Iterable[str]) -> Schema:
    wanted = frozenset(names)
    if not wanted:
        return schema
    known = {table.name for table in schema.tables}
    lost = sorted(wanted - known)
    if lost:
        raise typer.BadParameter(f"no table `{lost[0]}`; {nearest(lost[0], known)}".rstrip("; "), param_hint="--table")
    return replace(schema, tables=tuple(table for table in schema.tables if table.name in wanted))


def _facts(found: Live, name: str, owner: str, clock: SystemClock) -> Facts:
    upper = name.upper()
    url = re.sub(r"(?<=://)[^@/]+(?=@)", f"broker_{name}", found.url) if found.is_postgres else found.url
    return Facts(
        source=name,
        url=f"${{{upper}_DB_URL:-{url}}}",
        password=f"env:{upper}_DB_PASSWORD" if found.is_postgres else None,
        owner=owner,
        today=datetime.fromtimestamp(clock.now(), UTC).date(),
    )


def _name(said: str | None, out: Path | None, database: str) -> str:
    """What `--source` says, or the folder it is written into, or the database's own name."""
    if said is not None:
        if isinstance(grammar.name(said), Wrong):
            mend = f"a name of small letters, digits and single `_`, of at most {_LONGEST} characters"
            raise typer.BadParameter(mend, param_hint="--source")
        return said
    folder = out.parent.name if out is not None and out.name == _FILE else ""
    for candidate in (folder, re.sub(r"[^a-z0-9]+", "_", database.lower())[:_LONGEST].strip("_")):
        if isinstance(grammar.name(candidate), str):
            return candidate
    raise typer.BadParameter(f"`{database}` can name no source; say `--source NAME`", param_hint="--source")


def _place(out: Path, name: str) -> Path:
    """A source file lies in a folder of its own name."""
    if out.suffix in _SUFFIXES and not out.is_dir():
        return out
    return out / _FILE if out.name == name else out / name / _FILE


def _held(text: str, place: Path | None) -> None:
    if len(text.encode()) > MAX_BYTES:
        expected = f"the draft has {len(text.encode()) // 1024} KiB, and a source file at most {MAX_BYTES // 1024}"
        mend = "choose tables with `--table`, and make several sources of it"
        raise ConfigError([Problem(file=str(place or _FILE), expected=expected, mend=mend)])
