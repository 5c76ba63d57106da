"""`broker keys`: what signs and verifies tokens, and another key in its place."""

from __future__ import annotations

import os
from contextlib import closing
from functools import partial
from typing import Annotated

import anyio
import typer

from broker.cli import say
from broker.cli.operator import operator
from broker.cli.options import CONFIG, AsJson, Config, given
from broker.cli.when import moment, rfc3339, span
from broker.main.books import books
from broker.main.custody import FILE, Places
from broker.main.keys import exposed, read
from broker.main.kms import loaded
from broker.main.ring import TOKEN, Old
from broker.main.ring import read as read_ring
from broker.main.rotation import Rotated
from broker.main.rotation import rotate as rotated
from broker.model.faults import ConfigError, Problem, StoreFault
from broker.model.upkeep import Wrapped
from broker.store.system import SystemClock
from broker.tokens.keys import kid


def list_(*, config: Config = CONFIG, as_json: AsJson = False) -> None:
    """The keys of tokens: which one signs, and which verify yet."""
    settings = given(config)
    folder, now = settings.at(settings.keys), SystemClock().now()
    with closing(read(folder, settings.custody)) as keys:  # damaged, missing or open to others is said as everywhere
        signing = keys.ring.signing
    found = read_ring(folder, signing)
    state = "dropped" if found.is_dropped else "signs"
    where = settings.custody.token
    since = (folder / TOKEN).stat().st_mtime if where == FILE else None
    old = [one for one in found.old if now < one.until]
    if as_json:
        when = {"from": where} if since is None else {"since": rfc3339(since)}
        say.as_json({"kid": kid(signing), "state": state, **when})
        for one in old:
            say.as_json({"kid": one.kid, "state": "verifies", "until": rfc3339(one.until)})
        return
    table = say.table("key", "state", "when")
    table.columns[0].no_wrap = True
    told = f"from {where}" if since is None else f"since {moment(since)}"
    table.add_row(*map(say.text, (kid(signing), state, told)))
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
        outside = None if settings.custody.token == FILE else found.keys.ring.signing
        turn = partial(rotated, by=operator(), why=why or "routine", drop=drop_old, outside=outside)
        done = anyio.run(turn, folder, found.journal, now)
    _told(done, now, settings.custody.token, as_json=as_json)


def wrap(*, config: Config = CONFIG, as_json: AsJson = False) -> None:
    """Wrap, so that the KMS alone opens them, the key files that `[custody]` gives to it; what is wrapped, anew."""
    settings = given(config)
    folder, custody = settings.at(settings.keys), settings.custody
    wrong = exposed(folder, custody)
    if wrong or custody.kms is None:
        raise ConfigError(wrong or [Problem(file=str(config), field="custody.kms", expected="no KMS is named")])
    with closing(loaded(custody.kms, custody.deadline)) as kms:
        places = Places(folder=folder, kept=custody, environ=os.environ, kms=kms)
        done = _wrapped(places)
    if done:  # not before: what `[custody]` gives to the KMS and is not wrapped yet is not read
        with books(settings, makes=True) as found:
            anyio.run(found.journal.upkeep, Wrapped(files=tuple(done), by=operator()))
    if as_json:
        say.as_json({"wrapped": done})
        return
    say.line(f"wrapped: {', '.join(done) or 'none, for `[custody]` gives no file to the KMS'}")
    if done:
        say.note("what lay there in clear may be on the disk yet, and is in every backup")


def _wrapped(places: Places) -> list[str]:
    try:
        return places.wrapped()
    except (StoreFault, ValueError) as error:
        said = str(error) if isinstance(error, StoreFault) else "a key file is damaged"
        raise ConfigError(
            [Problem(file=str(places.folder), expected=said, mend="the other files are as they were")]
        ) from None


def _told(done: Rotated, now: float, where: str, *, as_json: bool) -> None:
    if as_json:
        old = [{"kid": one.kid, "until": rfc3339(one.until)} for one in done.old]
        say.as_json({"signs": done.signing, "verify": old, "dropped": list(done.dropped)})
        return
    if done.signing:
        say.line(f"tokens are signed by {done.signing} from now on")
    else:
        say.line(f"now let {where} give another key, and start each broker anew")
    for one in done.old:
        say.line(f"those of {one.kid} are good {_until(one, now)}", "dim")
    if done.dropped:
        after = "" if done.signing else " once there is another key; until then none is given"
        say.line(f"every token that was given before is void; `broker task refresh` gives an open task another{after}")


def _until(one: Old, now: float) -> str:
    return f"until {moment(one.until)}, in {span(one.until - now)}"
