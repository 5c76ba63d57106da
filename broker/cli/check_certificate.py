"""Would an agent believe the certificate that the port shows, and how long yet?"""

from __future__ import annotations

import ssl
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from broker.cli.check import Check, State
from broker.main.certificate import Certificate, Facts, facts, unusable
from broker.settings import Settings

SOON: Final = 14 * 86_400.0  # seconds: what renews certificates does so a month before, and has failed by then
_RENEW: Final = "renew it; a broker that serves takes the new files by itself"


def certificate(settings: Settings, now: float) -> Iterator[Check]:
    """Nothing where there is none. By what it says of itself: who vouches for it, each agent decides."""
    server = settings.server
    if server.tls_cert is None or server.tls_key is None:
        if server.proxies:
            named = ", ".join(map(str, server.proxies))
            yield _said("ok", f"TLS ends at {named}, who alone is believed on what is forwarded")
        return
    cert, key = settings.at(server.tls_cert), settings.at(server.tls_key)
    try:
        Certificate(cert, key)
        found = facts(cert)
    except (OSError, ValueError, ssl.SSLError) as error:
        yield _said("fail", f"{cert}: {unusable(error)}", "both are PEM files, and the key must be the certificate's")
        return
    wrong = [*_open(key), *_time(found, now), *_name(found, server.url or f"https://{server.host}")]
    yield from wrong
    if not wrong:
        yield _said("ok", f"{cert}, until {_day(found.until)}")


def _open(key: Path) -> Iterator[Check]:
    """A group may share it, as the tools that renew certificates have it; everybody is no group."""
    if key.stat().st_mode & stat.S_IRWXO:
        yield _said("warn", f"{key}: everybody may read this key", f"chmod o-rwx {key}")


def _time(found: Facts, now: float) -> Iterator[Check]:
    if not found.since <= now:
        yield _said("fail", f"it begins on {_day(found.since)}", "is the clock right? Agents refuse it until then")
    elif not now < found.until:
        yield _said("fail", f"it ended on {_day(found.until)}, and agents refuse it", _RENEW)
    elif not now < found.until - SOON:
        yield _said("warn", f"it ends on {_day(found.until)}", _RENEW)


def _name(found: Facts, url: str) -> Iterator[Check]:
    host = (urlsplit(url).hostname or "").lower()
    if not is_for(host, found.names):
        names = ", ".join(sorted(found.names)) or "nobody"
        yield _said("fail", f"it is for {names}, and agents ask for `{host}`", "get one for the host of `server.url`")


def is_for(host: str, names: frozenset[str]) -> bool:
    """RFC 9525 6.3: by its whole name, or with a `*` as the whole first label."""
    return host in names or ("." in host and f"*.{host.partition('.')[2]}" in names)


def _day(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")


def _said(state: State, said: str, mend: str = "") -> Check:
    return Check(name="certificate", state=state, said=said, mend=mend)
