"""Where a PostgreSQL database is and who connects, from a source's `url`: a closed grammar, TLS off this machine."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote

_URL: Final = re.compile(
    r"postgres(?:ql)?://(?P<user>[^@:/?#]+)(?P<password>:[^@/?#]*)?@"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]*)(?::(?P<port>[0-9]{1,5}))?"
    r"/(?P<database>[^/?#]+)(?:\?(?P<more>[^#]*))?"
)
_TAKES: Final = frozenset({"sslmode", "sslrootcert", "host", "port"})
_LOCAL: Final = ("disable", "require", "verify-full")
_SYSTEM: Final = "system"
_MOST: Final = 63  # bytes of a name in PostgreSQL; what is longer is cut, and may then be somebody else's
_PORT: Final = 5432
_PORTS: Final = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    host: str  # a name, an address, or the absolute path of a socket's folder
    port: int
    user: str
    database: str
    sslmode: str
    sslrootcert: str  # a path, or `system`; empty: no certificate is looked at
    password: str | None = field(repr=False)  # where it is kept: `env:NAME` or `file:path`

    @property
    def is_local(self) -> bool:
        """Whether what is said to it stays on this machine."""
        return self.host.startswith("/") or _is_loopback(self.host)


def address(url: str, password: str | None, root: Path) -> Address | tuple[str, str]:
    """Or what is expected of the URL and how to mend it. `password`: a ref; `root`: where relative paths start."""
    found = _URL.fullmatch(url)
    if found is None:
        return "a URL like postgresql://broker_shop@db.example:5432/shop", "user, host and database, no blanks"
    if found["password"] is not None:
        return "a URL without a password", "write `password: env:NAME` beside it"
    more = _parameters(found["more"])
    if isinstance(more, str):
        return more, "it takes `sslmode`, `sslrootcert`, and for a socket `host` and `port`"
    user, database = unquote(found["user"]), unquote(found["database"])
    if any(len(name.encode()) > _MOST or not name.isprintable() for name in (user, database)):
        return f"a user and a database of at most {_MOST} bytes", "write them as PostgreSQL shows them"
    place = _place(found["host"].strip("[]"), found["port"], more)
    if isinstance(place, str):
        return place, "postgresql://user@host:port/database, or postgresql://user@/database?host=/folder/of/the/socket"
    host, port = place
    tls = _tls(host, more, root)
    if isinstance(tls, str):
        return (
            tls,
            "write `?sslmode=verify-full`, with `&sslrootcert=ca.pem` where the system does not know the issuer",
        )
    return Address(
        host=host,
        port=port,
        user=user,
        database=database,
        sslmode=tls[0],
        sslrootcert=tls[1],
        password=password,
    )


def _parameters(more: str | None) -> Mapping[str, str] | str:
    try:
        said = parse_qsl(more or "", keep_blank_values=True, strict_parsing=bool(more), errors="strict")
    except ValueError:
        return "parameters like `sslmode=verify-full`"
    found = dict(said)
    if len(found) < len(said):
        return "each parameter once"
    strange = sorted(set(found) - _TAKES)
    return f"no parameter `{strange[0]}`" if strange else found


def _place(host: str, port: str | None, more: Mapping[str, str]) -> tuple[str, int] | str:
    socket = more.get("host")
    if socket is None:
        if not host or "port" in more:
            return "a host"
    elif host or port is not None or not socket.startswith("/") or "," in socket or not socket.isprintable():
        return "a host once, or the absolute path of a socket's folder"
    number = port or more.get("port", str(_PORT))
    if not number.isascii() or not number.isdecimal() or not 0 < int(number) <= _PORTS:
        return "a port from 1 to 65535"
    # By its number: whoever answers for names must not be asked where this machine is.
    return socket or ("127.0.0.1" if host.lower() == "localhost" else host), int(number)


def _tls(host: str, more: Mapping[str, str], root: Path) -> tuple[str, str] | str:
    """sslmode and sslrootcert. What is said reaches the server that is meant and no other, or it is not said."""
    local = host.startswith("/") or _is_loopback(host)
    mode = more.get("sslmode", "disable" if local else "verify-full")
    if mode not in (_LOCAL if local else ("verify-full",)):
        return f"`sslmode=verify-full` for `{host}`, which is not this machine"
    issuers = more.get("sslrootcert")
    if issuers is not None and (mode != "verify-full" or not issuers.isprintable() or not issuers):
        return "`sslrootcert` together with `sslmode=verify-full`"
    if mode != "verify-full":
        return mode, ""
    return mode, _SYSTEM if issuers in {None, _SYSTEM} else str(root / str(issuers))


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
