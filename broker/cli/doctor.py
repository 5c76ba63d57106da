"""`broker doctor`: what is well, what is not, and what to do about it."""

from __future__ import annotations

import os
import pwd
from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from broker.cli import say
from broker.cli.calm import NO
from broker.cli.check import Check
from broker.cli.check_open import User
from broker.cli.checks import checks
from broker.cli.options import CONFIG, AsJson, Config
from broker.store.system import SystemClock

_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def doctor(
    *,
    config: Config = CONFIG,
    agents: Annotated[
        str | None, typer.Option("--agents", metavar="USER", help="Whom agents run as: can that user read the keys?")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look at everything the broker needs."""
    found = list(checks(config, SystemClock().now(), os.environ, None if agents is None else _user(agents)))
    if as_json:
        for one in found:
            say.as_json(asdict(one))
    else:
        _tell(found)
    if any(one.state == "fail" for one in found):
        raise typer.Exit(NO)


def _user(name: str) -> User:
    try:
        known = pwd.getpwnam(name)
    except KeyError:
        raise typer.BadParameter(f"there is no user `{name}`", param_hint="--agents") from None
    return User(name=name, uid=known.pw_uid, groups=frozenset(os.getgrouplist(name, known.pw_gid)))


def _tell(found: list[Check]) -> None:
    table = say.table("", "", "")
    table.show_header = False
    for one in found:
        said = say.text(one.said)
        if one.mend:
            said = said + say.text(f"\n{one.mend}", "dim")
        table.add_row(say.text(one.state, _STYLES[one.state]), say.text(one.name, "dim"), said)
    console = say.out()
    console.print(table)
    console.print()
    console.print(_verdict(found))


def _verdict(found: list[Check]) -> Text:
    failed, warned = (sum(one.state == state for one in found) for state in ("fail", "warn"))
    if failed:
        return say.text(f"{failed} to mend before it can serve", "bold red")
    if warned:
        return say.text(f"It can serve; {warned} to look at", "bold yellow")
    return say.text("All is well.", "bold green")
