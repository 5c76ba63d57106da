"""From settings to a broker that can serve, open tasks and read its own log."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

from starlette.types import ASGIApp

from broker.adapters.sql.kind import Sql
from broker.audit.intact import trouble
from broker.audit.journal import Journal
from broker.audit.sequencer import Sequencer
from broker.catalog.catalog import load
from broker.catalog.classes import known as known_classes
from broker.edge.http import app
from broker.grants.audience import Audience
from broker.main.keys import Keys, read
from broker.model.chain import Chain, Claims
from broker.model.faults import ConfigError, Problem, StoreFault
from broker.pipeline import Pipeline
from broker.ports import Archive, Catalog
from broker.settings import Settings
from broker.store.sqlite import Sqlite, path_of
from broker.store.system import SystemClock, SystemIds
from broker.tokens.chain import mint, opener, seal
from broker.tokens.keys import kid, new_key

VERSION = "0.1.0"
_TOKENS_REMEMBERED = 1024  # verified chains; a chain's seals depend on its bytes alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Everything put together. `recover` first, then serve."""

    settings: Settings
    catalog: Catalog
    warnings: tuple[str, ...]  # what the catalog found that does not keep it from serving
    pipeline: Pipeline
    journal: Journal
    archive: Archive
    vkey: str  # of the log
    app: ASGIApp


def audience(settings: Settings) -> Audience:
    server = settings.server
    scheme = "http" if server.tls_cert is None else "https"
    url = server.url or f"{scheme}://{server.host}:{server.port}/mcp"
    return Audience(issuer=url.removesuffix("/mcp"), url=url)


def catalog(settings: Settings) -> tuple[Catalog, tuple[str, ...]]:
    """Source and scope files, checked and compiled. Raises ConfigError with every problem at once."""
    today: date = datetime.fromtimestamp(SystemClock().now(), UTC).date()
    return load(settings, {"sql": Sql(root=settings.root)}, today)


@contextmanager
def opened(settings: Settings) -> Iterator[Broker]:
    """A broker over its store. Raises ConfigError where a file, a key or the store cannot be used."""
    known, warnings = catalog(settings)
    keys = read(settings.at(settings.keys))
    try:
        store = Sqlite(path_of(settings.store.url, settings.root), keys.vault, SystemIds().fresh())
    except StoreFault as fault:
        mend = "is another process holding it, or the disk gone?"
        raise ConfigError([Problem(file=settings.store.url, expected=str(fault), mend=mend)]) from None
    try:
        wrong = trouble(store.head(), store.newest(), keys.signer.vkey)
        if wrong is not None:
            mend = "stop, keep a copy, and run `broker audit verify`"
            raise ConfigError([Problem(file=settings.store.url, expected=wrong, mend=mend)])
        yield _assembled(settings, known, warnings, keys, store)
    finally:
        store.close()


def _assembled(settings: Settings, known: Catalog, warnings: tuple[str, ...], keys: Keys, store: Sqlite) -> Broker:
    clock, ids = SystemClock(), SystemIds()
    sequencer = Sequencer(store, keys.signer, settings.log.deadline)
    journal = Journal(sequencer, clock, ids, keys.digest)
    pipeline = Pipeline(
        unseal=_unseal(keys),
        seal=lambda claims: _sealed(keys, claims),
        audience=audience(settings),
        defaults={name: rule.action for name, rule in known_classes(settings.classes).items()},
        catalog=known,
        tasks=store,
        handles=store,
        journal=journal,
        clock=clock,
        ids=ids,
    )
    return Broker(
        settings=settings,
        catalog=known,
        warnings=warnings,
        pipeline=pipeline,
        journal=journal,
        archive=store,
        vkey=keys.signer.vkey,
        app=app(pipeline, ids, settings.server, VERSION),
    )


def _unseal(keys: Keys) -> functools._lru_cache_wrapper[Chain | None]:
    return functools.lru_cache(_TOKENS_REMEMBERED)(opener({kid(keys.token): keys.token}))


def _sealed(keys: Keys, claims: Claims) -> str:
    """The holder's key is thrown away: a sealed token needs none, and nobody can put a block behind the seal."""
    holder = new_key()
    return seal(mint(claims, issuer=keys.token, holder=holder), holder=holder)
