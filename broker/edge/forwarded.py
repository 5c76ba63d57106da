"""What a named proxy says of the outside (RFC 7239, and the older headers): where a caller is, and that TLS was there.

From anybody else it is taken out, unread. Nothing else that is forwarded is read at all: how agents reach the broker
stands in its settings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import KW_ONLY, dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

Address = IPv4Address | IPv6Address
Networks = Sequence[IPv4Network | IPv6Network]

_LONGEST: Final = 2048  # characters of one header
_MOST: Final = 16  # proxies in a row
_WATCHED: Final = frozenset({"/healthz", "/readyz"})  # which proxies ask by themselves; no credential goes there
_OTHERS: Final = re.compile(rb"(?:x-)?forwarded(?:-.*)?|x-real-ip|true-client-ip|cf-connecting-ip|x-client-ip")
_WORD: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_PAIR: Final = re.compile(rf'[ \t]*({_WORD})=(?:({_WORD})|"((?:[^"\\\x00-\x1f\x7f-\xff]|\\[ -~])*)")[ \t]*')
_NODE: Final = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))(?::[0-9]{1,5})?")
_HIDDEN: Final = re.compile(r"(?:unknown|_[A-Za-z0-9._-]+)(?::(?:[0-9]{1,5}|_[A-Za-z0-9._-]+))?")


class UnclearError(Exception):
    """Why what a proxy said has no one meaning; nothing of it is quoted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One connection, as the proxy that took it saw it. `came_from`: None where it does not say; `scheme`: likewise."""

    came_from: Address | None
    scheme: str | None


@dataclass(frozen=True, slots=True)
class Forwarded:
    """ASGI around everything. `turned_down`: counts what was refused, with why."""

    app: ASGIApp
    _: KW_ONLY
    proxies: Networks
    needs_tls: bool  # agents reach the broker by https
    turned_down: Callable[[str], object]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        said = [(name, value) for name, value in scope["headers"] if _OTHERS.fullmatch(name)]
        kept = {**scope, "headers": [one for one in scope["headers"] if one not in said]}
        if not self._is_named(scope):
            await self.app(kept, receive, send)
            return
        try:
            outside = self._outside(scope, said)
        except UnclearError as unclear:
            self.turned_down(f"forwarded: {unclear}")
            await JSONResponse({"error": "invalid_request"}, 400)(scope, receive, send)
            return
        if outside.scheme is not None:
            kept["scheme"] = outside.scheme
        if said:
            kept["client"] = None if outside.came_from is None else (str(outside.came_from), 0)
        await self.app(kept, receive, send)

    def _outside(self, scope: Scope, said: Sequence[tuple[bytes, bytes]]) -> Hop:
        """A proxy that says nothing of TLS may listen in clear text too, and tokens would come by that unnoticed."""
        found = outermost(hops(said), self.proxies)
        if self.needs_tls and found.scheme == "http":
            raise UnclearError("in clear text outside")
        is_tls = "https" in (found.scheme, scope["scheme"])
        if self.needs_tls and not is_tls and scope["path"] not in _WATCHED:
            raise UnclearError("no word of TLS outside")
        return found

    def _is_named(self, scope: Scope) -> bool:
        """A unix socket has no address, so nobody behind one is named."""
        peer = scope.get("client")
        known = address(peer[0]) if peer else None
        return known is not None and is_among(known, self.proxies)


def outermost(found: Sequence[Hop], proxies: Networks) -> Hop:
    """The hop of whoever is no named proxy, seen from here: all to the left of it can be said by anybody."""
    for hop in reversed(found):
        if hop.came_from is None or not is_among(hop.came_from, proxies):
            return hop
    return found[0] if found else Hop(came_from=None, scheme=None)


def hops(said: Sequence[tuple[bytes, bytes]]) -> Sequence[Hop]:
    """From the outermost to the last before us. Raises UnclearError.

    Each header stands once, and one of the two ways is used: a proxy that adds its own behind a caller's would leave it
    to the reader which of them counts.
    """
    by_name = dict(said)
    if len(by_name) != len(said):
        raise UnclearError("a header that stands twice")
    read = {name: by_name.get(name) for name in (b"forwarded", b"x-forwarded-for", b"x-forwarded-proto")}
    if any(value is not None and (len(value) > _LONGEST or not value.isascii()) for value in read.values()):
        raise UnclearError("too long, or not ASCII")
    new, addresses, schemes = (None if value is None else value.decode("ascii") for value in read.values())
    if new is None:
        return _of_lists(addresses, schemes)
    if addresses is not None or schemes is not None:
        raise UnclearError("two ways to say it")
    return [_element(one) for one in _elements(new)]


def address(text: str) -> Address | None:
    """An IPv4 address inside an IPv6 one is the IPv4 address."""
    try:
        found = ip_address(text)
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, IPv6Address) else None
    return found if mapped is None else mapped


def is_among(one: Address, networks: Networks) -> bool:
    return any(one in network for network in networks)


def _of_lists(addresses: str | None, schemes: str | None) -> Sequence[Hop]:
    """`X-Forwarded-For` and `X-Forwarded-Proto`: one scheme for all, or one for each address."""
    came = [] if addresses is None else [_node(one.strip(" \t")) for one in _split(addresses)]
    said = [] if schemes is None else [_scheme(one.strip(" \t")) for one in _split(schemes)]
    if not came:
        if len(said) > 1:
            raise UnclearError("more schemes than addresses")
        return [Hop(came_from=None, scheme=one) for one in said]
    if len(said) not in {0, 1, len(came)}:
        raise UnclearError("more schemes than addresses")
    each = said if len(said) == len(came) else [said[0] if said else None] * len(came)
    return [Hop(came_from=one, scheme=scheme) for one, scheme in zip(came, each, strict=True)]


def _split(text: str) -> list[str]:
    found = text.split(",")
    if len(found) > _MOST:
        raise UnclearError("more proxies than there are")
    return found


def _elements(text: str) -> Iterator[dict[str, str]]:
    """RFC 7239 4: elements behind commas, of pairs behind semicolons. Raises UnclearError."""
    at, element, count = 0, dict[str, str](), 0
    while True:
        found = _PAIR.match(text, at)
        if found is None:
            raise UnclearError("not the form of RFC 7239")
        name, plain, quoted = found[1].lower(), found[2], found[3]
        if name in element:
            raise UnclearError("a parameter that stands twice")
        element[name] = plain if plain is not None else re.sub(r"\\(.)", r"\1", quoted)
        at = found.end()
        if at == len(text) or text[at] == ",":
            yield element
            element, count = {}, count + 1
            if count > _MOST:
                raise UnclearError("more proxies than there are")
        elif text[at] != ";":
            raise UnclearError("not the form of RFC 7239")
        if at == len(text):
            return
        at += 1


def _element(said: dict[str, str]) -> Hop:
    return Hop(
        came_from=_node(said["for"]) if "for" in said else None,
        scheme=_scheme(said["proto"]) if "proto" in said else None,
    )


def _node(text: str) -> Address | None:
    """RFC 7239 6; and as the older header has it, an IPv6 address without brackets. None: it is not said."""
    if _HIDDEN.fullmatch(text):
        return None
    found = _NODE.fullmatch(text)
    known = address(text if found is None else found[1] or found[2])
    if known is None or "%" in text:  # a zone's name may be any text, and means nothing here
        raise UnclearError("not an address")
    return known


def _scheme(text: str) -> str:
    if text.lower() not in {"http", "https"}:
        raise UnclearError("another scheme")
    return text.lower()
