"""`broker keys`: what signs and verifies tokens, and another key in its place."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import anyio
import typer

from broker.audit.journal import Journal
from broker.cli import say
from broker.cli.operator import operator
from broker.cli.options import CONFIG, AsJson, Config, given
from broker.cli.when import moment, rfc3339, span
from broker.main.books import books
from broker.main.keys import read
from broker.main.ring import TOKEN, Old
from broker.main.ring import read as read_ring
from broker.main.rotation import Rotated
from broker.main.rotation import rotate as rotated
from broker.store.system import SystemClock
from broker.tokens.keys import kid


def list_(*, config: Config = CONFIG, as_json: AsJson = False) -> None:
    """The keys of tokens: which one signs, and which verify yet."""
    settings = given(config)
    folder, now = settings.at(settings.keys), SystemClock().now()
    read(folder)  # damaged, missing or open to others is said as everywhere
    found = read_ring(folder)
    since = (folder / TOKEN).stat().st_mtime
    old = [one for one in found.old if now < one.until]
    if as_json:
        say.as_json({"kid": kid(found.signing), "state": "signs", "since": rfc3339(since)})
        for one in old:
            say.as_json({"kid": one.kid, "state": "verifies", "until": rfc3339(one.until)})
        return
    table = say.table("key", "state", "when")
    table.columns[0].no_wrap = True
    table.add_row(*map(say.text, (kid(found.signing), "signs", f"since {moment(since)}")))
    for one in old:
        table.add_row(*map(say.text, (one.kid, "verifies", _until(one, now))))
    say.out().print(table)


def rotate(
    *,
    drop_old: Annotated[
        bool, typer.Option("--drop-old", help="A key has leaked: every token that was given is void at once.")
    ] = False,
    why: Annotated[
        str, typer.Option("--why", metavar="TEXT", help="For the record; with --drop-old it must be said.")
    ] = "",
    config: Config = CONFIG,
    as_json: AsJson = False,
) -> None:
    """Sign tokens with a fresh key from now on, also in a broker that serves; tokens given before stay good."""
    if drop_old and not why:
        raise typer.BadParameter("say why every token is to be void", param_hint="--why")
    settings = given(config)
    folder, now = settings.at(settings.keys), SystemClock().now()
    with books(settings) as found:
        done = anyio.run(_rotated, folder, found.journal, now, why or "routine", drop_old)
    _told(done, now, as_json=as_json)


async def _rotated(folder: Path, journal: Journal, now: float, why: str, drop: bool) -> Rotated:  # noqa: FBT001 - anyio.run
    return await rotated(folder, journal, now, by=operator(), why=why, drop=drop)


def _told(done: Rotated, now: float, *, as_json: bool) -> None:
    if as_json:
        old = [{"kid": one.kid, "until": rfc3339(one.until)} for one in done.old]
        say.as_json({"signs": done.signing, "verify": old, "dropped": list(done.dropped)})
        return
    say.line(f"tokens are signed by {done.signing} from now on")
    for one in done.old:
        say.line(f"those of {one.kid} are good {_until(one, now)}", "dim")
    if done.dropped:
        say.line("every token that was given before is void; `broker task refresh` gives an open task another")


def _until(one: Old, now: float) -> str:
    return f"until {moment(one.until)}, in {span(one.until - now)}"
