"""Does who counts as whom hold together, and can each issuer be asked for its keys right now?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlsplit

import anyio

from broker.cli.check import Check, State
from broker.edge.oauth.issuer_keys import IssuerKeys, client
from broker.main.build import audience
from broker.main.identity import Known, known
from broker.model.faults import ConfigError
from broker.model.identity import Agent
from broker.settings import Settings
from broker.store.system import SystemClock
from broker.tokens.foreign import Keys

SOON: Final = timedelta(days=30)


def identity(settings: Settings, today: date) -> Iterator[Check]:
    """As the broker reads it when it starts; nothing where nobody is listed."""
    if not settings.identity.issuers and not settings.identity.agents:
        return
    try:
        found = known(settings, audience(settings).url)
    except ConfigError as error:
        for one in error.problems:
            yield _said("fail", f"`{one.field}`: {one.expected}", one.mend)
        return
    yield _said("ok", f"{len(found.issuers)} issuers, {len(found.agents)} agents")
    for agent in found.agents.values():
        yield from _review(agent, today)
    for issuer, keys in anyio.run(_asked, found).items():
        yield _keys(issuer, keys)
        if urlsplit(issuer).scheme == "http":
            said = f"{issuer}: in clear text on this machine; whoever has its port can say who anybody is"
            yield _said("warn", said, "for trying things only: list an https issuer where real data is")


def _review(agent: Agent, today: date) -> Iterator[Check]:
    """As `governance` has it with sources, but that an overdue agent always gets nothing."""
    mend = f"ask {agent.owner} whether it is still what it was, and move `review_by`"
    if agent.review_by < today:
        yield _said("warn", f"{agent.name} gets no tokens: its review was due on {agent.review_by}", mend)
    elif agent.review_by <= today + SOON:
        yield _said("warn", f"{agent.name} gets no tokens after {agent.review_by}", mend)


async def _asked(found: Known) -> Mapping[str, Keys | str]:
    """Each issuer's keys, or why there are none; all are asked at once."""
    answers: dict[str, Keys | str] = {}
    async with client(found.inside) as asking:
        keys = IssuerKeys(listed=dict(found.places), clock=SystemClock(), client=asking)

        async def ask(issuer: str) -> None:
            answers[issuer] = await keys.of(issuer, None)

        async with anyio.create_task_group() as tasks:
            for issuer in found.issuers:
                tasks.start_soon(ask, issuer)
    return {issuer: answers[issuer] for issuer in found.issuers}


def _keys(issuer: str, keys: Keys | str) -> Check:
    """A warning: an issuer that is gone for a moment keeps nobody from serving those of the others."""
    if isinstance(keys, str):
        return _said("warn", f"{issuer}: no keys, so nobody is known by it: {keys}", "see docs/identity.md")
    if not len(keys):
        said = f"{issuer}: of its keys none counts: each has a `kid`, and RSA has 2048 bits or more"
        return _said("warn", said, "let it sign with such a key")
    return _said("ok", f"{issuer}: {len(keys)} keys")


def _said(state: State, said: str, mend: str = "") -> Check:
    return Check(name="identity", state=state, said=said, mend=mend)
