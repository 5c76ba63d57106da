"""`broker bearer`: static tokens, for clients that can hold one word and nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Final

import anyio
import typer

from broker.cli import say
from broker.cli.calm import NO
from broker.cli.operator import operator, reason
from broker.cli.options import CONFIG, AsJson, Config, given
from broker.cli.when import moment, rfc3339, span
from broker.grants import bearer as tokens
from broker.grants.issue import eligible
from broker.main.books import books
from broker.main.build import Broker, opened
from broker.model.bearer import Bearer, BearerFacts
from broker.model.decision import Deny
from broker.model.faults import ConfigError, Problem
from broker.model.stop import revoked
from broker.model.task import Principal
from broker.store.system import SystemClock

_NAME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_LONGEST: Final = 40
_DAY: Final = 86_400.0
_ONCE: Final = "It is shown this once. Whoever bears it may open what it allows; `broker revoke bearer` takes it back."


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called from now on; never given again.")],
    *,
    user: Annotated[str, typer.Option(metavar="U", help="On whose behalf the work is done.")],
    role: Annotated[list[str], typer.Option(metavar="R", help="A role of that user; may be given again.")],
    agent: Annotated[str, typer.Option(metavar="A", help="The agent that bears it.")],
    scope: Annotated[list[str], typer.Option(metavar="S", help="A scope that it may open; may be given again.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="For how long.")],
    why: Annotated[str, typer.Option(help="For the record.")],
    by: Annotated[str | None, typer.Option(metavar="WHO", help="Who decided it, if not you.")] = None,
    issuer: Annotated[str, typer.Option(help="Who vouches for the user.")] = "local",
    config: Config = CONFIG,
    as_json: AsJson = False,
) -> None:
    """Make a static token; the last line is the token, which is kept nowhere."""
    reason(why)
    now = SystemClock().now()
    made = Bearer(
        name=_named(name, "NAME"),
        principal=Principal(issuer=issuer, sub=user),
        roles=frozenset(role),
        actor=_named(agent, "--agent"),
        scopes=frozenset(scope),
        made=now,
        ends=now + days * _DAY,
    )
    with opened(given(config)) as broker:
        _fits(made, broker)
        token = tokens.fresh(broker.pipeline.ids.key())
        if not anyio.run(broker.journal.gave_bearer, made, tokens.digest(token), operator(by), why):
            say.trouble(f"there was a static token `{name}` already: its name stays its own; choose another")
            raise typer.Exit(NO)
    if as_json:
        say.as_json({"token": token, **_printed(made)})
        return
    console = say.out()
    console.print(say.text(f"A static token: {name}", "bold"))
    console.print(say.facts([*_rows(made), ("ends", f"{moment(made.ends)}, in {span(made.ends - now)}")]))
    console.print(say.text(_ONCE, "dim"))
    console.print()
    say.line(token)


def list_(*, config: Config = CONFIG, as_json: AsJson = False) -> None:
    """Every static token there ever was, and what became of it."""
    now = SystemClock().now()
    with books(given(config)) as found:
        known = found.archive.bearers()
    if as_json:
        for one in known:
            say.as_json({**_printed(one.bearer), "state": _state(one, now)})
        return
    if not known:
        say.line("there has been no static token yet", "dim")
        return
    table = say.table("name", "state", "who", "scopes", "ends")
    for one in known:
        it = one.bearer
        words = (
            it.name,
            _state(one, now),
            f"{it.actor} for {it.principal}",
            ", ".join(sorted(it.scopes)),
            moment(it.ends),
        )
        table.add_row(*map(say.text, words))
    say.out().print(table)


def _named(name: str, option: str) -> str:
    if len(name) > _LONGEST or not _NAME.fullmatch(name):
        raise typer.BadParameter("small letters, digits and single `-`, at most 40", param_hint=option)
    return name


def _fits(made: Bearer, broker: Broker) -> None:
    """Raises ConfigError with each scope that it could never open: one that only seems to give something misleads."""
    problems = []
    for name in sorted(made.scopes):
        scope = broker.catalog.scope(name)
        purpose = "" if scope is None else min(scope.purposes, default="")
        said = eligible(replace(tokens.asking(made), scope=name, purpose=purpose), broker.catalog)
        if isinstance(said, Deny):
            problems.append(
                Problem(file="--scope", expected=said.detail, mend="`broker scopes list` says who may what")
            )
    if problems:
        raise ConfigError(problems)


def _state(one: BearerFacts, now: float) -> str:
    if revoked(one.stops) is not None:
        return "revoked"
    return "active" if now < one.bearer.ends else "expired"


def _rows(one: Bearer) -> list[tuple[str, object]]:
    return [
        ("who", f"{one.actor} for {one.principal}, as {', '.join(sorted(one.roles))}"),
        ("scopes", ", ".join(sorted(one.scopes))),
    ]


def _printed(one: Bearer) -> Mapping[str, Any]:
    return {
        "bearer": one.name,
        "principal": {"issuer": one.principal.issuer, "sub": one.principal.sub},
        "roles": sorted(one.roles),
        "agent": one.actor,
        "scopes": sorted(one.scopes),
        "made": rfc3339(one.made),
        "ends": rfc3339(one.ends),
    }
