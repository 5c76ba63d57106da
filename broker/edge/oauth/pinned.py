"""Where an issuer's name leads: every address is looked at before it is called, and what was looked at is called."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

import anyio
from httpx2 import AsyncBaseTransport, ConnectError, ConnectTimeout, Request, Response

from broker.settings import LOOPBACK

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""The addresses of a name. Raises OSError, and ValueError for what is no name."""

_SELF: Final = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
_GLOBAL: Final = ip_network("2000::/3")  # what is given out of IPv6; outside lie the inside, and IPv4 in disguise
_6TO4: Final = ip_network("2002::/16")  # IPv4 in disguise within it (RFC 3056)


class UnansweredError(Exception):
    """Why an issuer says nothing, for the record."""


class Pinned(AsyncBaseTransport):
    """A name that leads to where this machine stands could make the broker ask what only its neighbours may.

    A name is resolved once, here, and the connection goes to the address that was looked at: a second answer of the
    name server's, a moment later, changes nothing. The certificate is still held against the name. Raises
    UnansweredError.
    """

    def __init__(self, inner: AsyncBaseTransport, inside: Mapping[str, Sequence[Network]], resolve: Resolve) -> None:
        """`inside`: host -> networks that are not the internet's, and in which an admin says that it lies."""
        self._inner = inner
        self._inside = inside
        self._resolve = resolve

    async def handle_async_request(self, request: Request) -> Response:
        host = request.url.raw_host.decode("ascii")
        last: ConnectError | ConnectTimeout | None = None
        for one in await self._addresses(host):
            asked = Request(
                request.method,
                request.url.copy_with(host=one),
                headers=request.headers,  # with the Host that was meant
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": host},
            )
            try:
                return await self._inner.handle_async_request(asked)
            except (ConnectError, ConnectTimeout) as error:
                last = error
        raise UnansweredError(f"the issuer cannot be reached ({type(last).__name__})")

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _addresses(self, host: str) -> Sequence[str]:
        """All of them, or none where one leads elsewhere: a name that leads to both is to be trusted with neither."""
        try:
            found = list(dict.fromkeys(await self._resolve(host)))
            addresses = [ip_address(one) for one in found]
        except (OSError, ValueError):
            raise UnansweredError("the issuer's name leads nowhere") from None
        listed = _SELF if host in LOOPBACK else self._inside.get(host, ())
        if not all(_is_open(one, host) or any(one in network for network in listed) for one in addresses):
            raise UnansweredError(
                "the issuer's name leads into a network that is not the internet: write `networks` in broker.toml if "
                "that is right"
            )
        return found


def _is_open(address: Address, host: str) -> bool:
    """Is it an address of the internet, for a name that may lead there? States what is open, so the rest is inside."""
    if host in LOOPBACK or not address.is_global or address.is_multicast:
        return False
    return isinstance(address, IPv4Address) or (address in _GLOBAL and address not in _6TO4)


async def resolved(host: str) -> Sequence[str]:
    """Raises OSError, and ValueError for what is no name."""
    found = await anyio.getaddrinfo(host, None, type=1)
    return [str(one[4][0]) for one in found]
