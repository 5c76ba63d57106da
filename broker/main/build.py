"""From settings to a broker that can open tasks, serve calls and read its own log."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from broker.adapters.mcp.kind import Mcp
from broker.audit.intact import standing, trouble
from broker.audit.journal import Journal
from broker.catalog.classes import known as known_classes
from broker.grants.audience import Audience
from broker.grants.named import unmeant
from broker.main.books import Books, books
from broker.main.changes import Changes
from broker.main.identity import Known
from broker.main.identity import known as identity
from broker.main.keys import Keys
from broker.main.rules import rules
from broker.model.chain import Claims
from broker.model.faults import ConfigError, Problem, StoreFault
from broker.model.task import Limits
from broker.opening import Opening
from broker.pipeline import Pipeline
from broker.ports import Archive, Catalog
from broker.settings import Settings
from broker.store.system import SystemClock, SystemIds
from broker.tokens.chain import mint, seal
from broker.tokens.keys import from_mapping, new_key

VERSION = "0.1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Everything put together but the network. `journal.recover` first, then serve."""

    settings: Settings
    catalog: Catalog
    warnings: tuple[str, ...]  # what the catalog found that does not keep it from serving
    pipeline: Pipeline
    opening: Opening
    journal: Journal
    archive: Archive
    vkey: str  # of the log
    servers: Mcp  # what its sources stand on
    changes: Changes  # tells when one of them lists other things than before
    identity: Known
    verifying: Callable[[], Sequence[Claims]]  # the public keys that tokens are verified with
    watched: tuple[Callable[[], Awaitable[str | None]], ...]  # what may be in the way besides store and log, and why


def audience(settings: Settings) -> Audience:
    """From broker.toml alone: `broker grant` runs in another process and must name the same."""
    server = settings.server
    scheme = "http" if server.tls_cert is None else "https"
    host = f"[{server.host}]" if ":" in server.host else server.host
    url = server.url or f"{scheme}://{host}:{server.port}/mcp"
    return Audience(issuer=url.removesuffix("/mcp"), url=url)


@contextmanager
def opened(settings: Settings) -> Iterator[Broker]:
    """A broker over its store. Raises ConfigError where a file, a key or the store cannot be used."""
    changes = Changes()
    known = rules(settings, changes)
    who = identity(settings, audience(settings).url)
    with books(settings, makes=True) as kept:
        wrong = trouble(*standing(kept.archive), kept.vkey)
        if wrong is not None:
            mend = "stop, keep a copy, and run `broker audit verify`"
            raise ConfigError([Problem(file=settings.store.url, expected=wrong, mend=mend)])
        dropped = kept.keys.ring.trouble()
        if dropped is not None:
            mend = f"let {settings.custody.token} give another key"
            raise ConfigError([Problem(file="broker.toml", field="custody.token", expected=dropped, mend=mend)])
        pipeline = _pipeline(settings, known.catalog, kept)
        yield Broker(
            settings=settings,
            catalog=known.catalog,
            warnings=(*known.warnings, *_unmeant(who, known.catalog)),
            pipeline=pipeline,
            opening=Opening(
                pipeline=pipeline,
                mint=functools.partial(_minted, kept.keys),
                limits=_limits(settings),
                reviewed={agent.name: agent.reviewed_until for agent in who.agents.values()},
            ),
            journal=kept.journal,
            archive=kept.archive,
            vkey=kept.vkey,
            servers=known.servers,
            changes=changes,
            identity=who,
            verifying=kept.keys.ring.verifying,
            watched=_watched(kept.keys),
        )


def _watched(keys: Keys) -> tuple[Callable[[], Awaitable[str | None]], ...]:
    async def dropped() -> str | None:
        return keys.ring.trouble()

    return (dropped,) if keys.outside is None else (dropped, keys.outside.trouble)


def _unmeant(who: Known, catalog: Catalog) -> Iterator[str]:
    """Its clients would hear `invalid_scope` and no more, so whoever can mend it is told when the broker starts."""
    for agent in who.agents.values():
        why = None if agent.scope is None else unmeant(agent.scope, agent.name, catalog)
        if why is not None:
            yield f"agent `{agent.name}` gets nothing where it names no scope: {why}"


def _limits(settings: Settings) -> Limits:
    return Limits(open=settings.tasks.open, per_hour=settings.tasks.per_hour)


def _pipeline(settings: Settings, known: Catalog, kept: Books) -> Pipeline:
    return Pipeline(
        unseal=kept.keys.ring.unseal,
        audience=audience(settings),
        defaults={name: rule.action for name, rule in known_classes(settings.classes).items()},
        catalog=known,
        tasks=kept.archive,
        handles=kept.archive,
        journal=kept.journal,
        clock=SystemClock(),
        ids=SystemIds(),
    )


async def _minted(keys: Keys, claims: Claims, holder: Claims | None) -> str:
    """Without a holder the key is thrown away: a sealed token needs none, and nothing can stand behind its seal.

    Raises StoreFault, also where the key was dropped: it signs until it is changed, and nobody would take it.
    """
    trouble = keys.ring.trouble()
    if trouble is not None:
        raise StoreFault(trouble)
    whose = new_key() if holder is None else from_mapping(dict(holder))
    if keys.outside is None:
        root = mint(claims, issuer=keys.ring.signing, holder=whose)
    else:
        root = await keys.outside.root(claims, whose)
    return seal(root, holder=whose) if holder is None else root
