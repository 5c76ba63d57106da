"""Is everything as it should be? Each check is one line with its mend."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

from broker.catalog.source import overdue
from broker.cli.check import Check
from broker.cli.check_certificate import certificate
from broker.cli.check_identity import identity
from broker.cli.check_log import checked
from broker.cli.check_open import User, openings
from broker.cli.check_roles import roles
from broker.cli.record_line import read as read_record
from broker.main.books import Books, books
from broker.main.custody import FILE
from broker.main.keys import exposed
from broker.main.keys import read as read_keys
from broker.main.rules import catalog
from broker.model.faults import ConfigError, StoreFault
from broker.ports import Catalog
from broker.settings import Custody, Server, Settings
from broker.settings import read as read_settings
from broker.store.engine import DBAPI, journal_mode
from broker.store.sqlite import path_of

_NEWEST_BEHIND = 5.0  # seconds that two clocks may differ


def checks(config: Path, now: float, environ: Mapping[str, str], agents: User | None = None) -> Iterator[Check]:
    """`now`: unix seconds. `agents`: whom they run as, where that is known."""
    yield Check(name="python", state="ok", said=sys.version.partition(" ")[0])
    yield _sqlite()
    try:
        settings = read_settings(config)
    except ConfigError as error:
        yield from _failed("config", error)
        return
    yield Check(name="config", state="ok", said=str(config))
    yield from _keys(settings)
    yield from openings(settings, environ, agents)
    today = datetime.fromtimestamp(now, UTC).date()
    yield from _catalog(settings, today)
    yield from identity(settings, today)
    yield from certificate(settings, now)
    yield from _store(settings, now)
    if settings.server.tcp:
        yield _port(settings.server)


def _sqlite() -> Check:
    mode = journal_mode()
    said = f"{DBAPI.sqlite_version}, journal mode {mode}"
    if mode == "wal":
        return Check(name="sqlite", state="ok", said=said)
    mend = "safe, but slower: install `pysqlite3`, or an SQLite of 3.51.3 or newer"
    return Check(name="sqlite", state="warn", said=said, mend=mend)


def _keys(settings: Settings) -> Iterator[Check]:
    folder = settings.at(settings.keys)
    problems = exposed(folder, settings.custody)
    for one in problems:
        yield Check(name="keys", state="fail", said=f"{one.file}: {one.expected}", mend=one.mend)
    if problems:
        return
    try:
        with closing(read_keys(folder, settings.custody)):
            outside = [f"{name} from {where}" for name, where in _places(settings.custody).items() if where != FILE]
    except ConfigError as error:
        yield from _failed("keys", error)
        return
    said = "; ".join([f"{folder}, for this user alone", *outside])
    yield Check(name="keys", state="ok", said=said)


def _places(custody: Custody) -> Mapping[str, str]:
    return {"token": custody.token, "log": custody.log, "vault": custody.vault, "digest": custody.digest}


def _catalog(settings: Settings, today: date) -> Iterator[Check]:
    try:
        found, warnings = catalog(settings)
    except ConfigError as error:
        yield from _failed("catalog", error)
        return
    counted = f"{len(found.specs())} tools, {len(found.scopes())} scopes"
    yield Check(name="catalog", state="ok", said=counted)
    for warning in warnings:
        yield Check(name="catalog", state="warn", said=warning)
    yield _reviews(found, today)
    yield from _sources(found)
    yield from roles(found)


def _sources(found: Catalog) -> Iterator[Check]:
    """A source that is not there keeps nobody from starting; its tools will say `source_unavailable`."""
    for source in sorted({one.source for one in found.specs()}):
        tools = [one.name for one in found.specs() if one.source == source]
        wrong = next((said for name in tools if (said := found.tool(name).missing()) is not None), None)
        if wrong is not None:
            mend = f"see what the file of the source `{source}` says of where it is"
            yield Check(name="source", state="warn", said=f"{source}: {wrong}", mend=mend)
        else:
            yield Check(name="source", state="ok", said=f"{source}: all that its tools touch is there")


def _reviews(found: Catalog, today: date) -> Check:
    late = sorted({f"{one.source} ({one.owner})" for one in found.specs() if overdue(one.review_by, today)})
    if late:
        mend = "look at it again and move `review_by`"
        return Check(name="reviews", state="warn", said=f"overdue: {', '.join(late)}", mend=mend)
    return Check(name="reviews", state="ok", said="none is overdue")


def _store(settings: Settings, now: float) -> Iterator[Check]:
    try:
        if not path_of(settings.store.url, settings.root).exists():
            yield Check(name="store", state="ok", said="none yet: it is made when the broker first serves")
            yield _clock(now, 0.0)
            return
        with books(settings) as found:
            yield Check(name="store", state="ok", said=settings.store.url)
            yield from _log(found)
            yield from _frozen(found)
            yield _clock(now, _newest(found))
    except ConfigError as error:
        yield from _failed("store", error)
    except StoreFault as fault:
        yield Check(name="store", state="fail", said=str(fault))


def _frozen(found: Books) -> Iterator[Check]:
    standing = found.archive.stops()
    if standing:
        said = f"on hold: {', '.join(str(one.target) for one in standing)}"
        mend = "`broker freeze` says since when, by whom and why; `broker thaw` lets it go on"
        yield Check(name="frozen", state="warn", said=said, mend=mend)


def _log(found: Books) -> Iterator[Check]:
    try:
        report = checked(found.archive, found.vkey)
    except ConfigError as error:
        # An empty log is what a fresh store has; one that has records and cannot be checked is not.
        if found.archive.head().size == 0:
            yield Check(name="log", state="ok", said="nothing is on record yet")
        else:
            yield from _failed("log", error)
        return
    for problem in report.problems:
        yield Check(
            name="log", state="fail", said=problem, mend="keep a copy of the database, and find out who wrote it"
        )
    if not report.problems:
        yield Check(
            name="log", state="ok", said=f"{report.records:,} records verify; no witness keeps its checkpoints yet"
        )


def _newest(found: Books) -> float:
    """Unix seconds of the newest record; 0 where there is none that can be read."""
    size = found.archive.head().size
    for index, body in found.archive.entries(max(0, size - 1), size):
        try:
            return datetime.fromisoformat(str(read_record(index, body).fields.get("at"))).timestamp()
        except ValueError:
            return 0.0
    return 0.0


def _clock(now: float, newest: float) -> Check:
    if newest > now + _NEWEST_BEHIND:
        said = f"it stands {newest - now:.0f} s before the newest record"
        return Check(name="clock", state="fail", said=said, mend="set it: tokens and budgets count by it")
    return Check(name="clock", state="ok", said=datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S UTC"))


def _port(server: Server) -> Check:
    place = f"{server.host}:{server.port}"
    try:
        family = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)[0][0]
        socket.create_server((server.host, server.port), family=family).close()
    except OSError as error:
        said = f"{place}: {(error.strerror or type(error).__name__).lower()}"
        mend = "all is well if that is this broker, serving; else choose another port"
        return Check(name="port", state="warn", said=said, mend=mend)
    return Check(name="port", state="ok", said=f"{place} is free")


def _failed(name: str, error: ConfigError) -> Iterator[Check]:
    for one in error.problems:
        place = f"{one.file}:{one.line}:{one.column}" if one.line else one.file
        about = f" `{one.field}`" if one.field else ""
        yield Check(name=name, state="fail", said=f"{place}:{about} {one.expected}", mend=one.mend)
