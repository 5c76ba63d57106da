"""Where the broker is: at a URL that a token may travel to, or behind a unix socket."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from pathlib import Path

from httpx2 import URL, AsyncClient, AsyncHTTPTransport, InvalidURL, Limits, Timeout

from broker.model.faults import ConfigError, Problem

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_TIMEOUT = Timeout(connect=5.0, write=30.0, read=60.0, pool=None)  # a broker that thinks says so every 15 seconds
_LIMITS = Limits(max_connections=None, max_keepalive_connections=8, keepalive_expiry=30.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    url: str
    socket: Path | None = None
    authorities: ssl.SSLContext | bool = False  # False: no TLS is spoken here

    def client(self) -> AsyncClient:
        """Proxies that the environment names get no token."""
        way = AsyncHTTPTransport(
            verify=self.authorities,
            trust_env=False,
            limits=_LIMITS,
            uds=None if self.socket is None else str(self.socket),
        )
        return AsyncClient(transport=way, timeout=_TIMEOUT, trust_env=False)


def behind(socket: Path) -> Address:
    return Address(url="http://localhost/mcp", socket=socket)


def at(url: str, ca: Path | None = None) -> Address:
    """`ca`: the authorities that vouch for the broker, in PEM, in place of the system's. Raises ConfigError."""
    try:
        parsed = URL(url)
    except InvalidURL:
        raise _unusable("not a URL") from None
    if parsed.userinfo:
        raise _unusable("a name and password do not belong there")
    if not parsed.host:
        raise _unusable("no host")
    match parsed.scheme:
        case "https":
            return Address(url=url, authorities=_authorities(ca))
        case "http" if parsed.host in _LOOPBACK:
            return Address(url=url)
        case "http":
            raise _unusable("in clear text a token travels over loopback alone; write https")
        case _:
            raise _unusable("neither http nor https")


def _authorities(ca: Path | None) -> ssl.SSLContext | bool:
    if ca is None:
        return True
    try:
        return ssl.create_default_context(cafile=ca)
    except (OSError, ssl.SSLError) as error:
        said = f"cannot be used: {error.strerror or type(error).__name__}"
        raise ConfigError([Problem(file=str(ca), expected=said, mend="name a PEM file with --ca")]) from None


def _unusable(why: str) -> ConfigError:
    return ConfigError([Problem(file="--url", expected=why, mend="as in http://127.0.0.1:8750/mcp")])
