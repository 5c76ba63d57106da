"""Requests that prove who sends them, for any client that stands on httpx2, the MCP SDK's among them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from typing import Any, Final

from httpx2 import URL, Auth, Request, Response

from broker.agent.held import Held
from broker.model.faults import TokenError
from broker.tokens.dpop import bare

_SENDS: Final = "send_request_headers.started"

Trace = Callable[[str, Mapping[str, Any]], Awaitable[None]]


class DPoPAuth(Auth):
    """Signs each request anew (RFC 9449): for its method, its URL, its body and this moment.

    `held` may be replaced while a client is open, by a fresh token of the same task. A body that comes as a stream is
    read whole before it is sent, for a proof names its digest. Token and proof go to the token's audience alone.
    """

    def __init__(self, held: Held) -> None:
        self.held = held

    async def async_auth_flow(self, request: Request) -> AsyncGenerator[Request, Response]:
        yield await self.signed(request)

    async def signed(self, request: Request) -> Request:
        """The request with its token and its proof. Raises TokenError where it goes elsewhere."""
        body = await request.aread()
        held = self.held
        if not is_meant(request.url, held.said.audience):
            raise TokenError(f"the token is for `{held.said.audience}` and goes nowhere else; this is `{request.url}`")
        request.headers["Authorization"] = f"DPoP {held.token}"
        request.headers["DPoP"] = held.proof(request.method, body)
        request.extensions = {**request.extensions, "trace": _staying(request)}
        return request

    def sync_auth_flow(self, request: Request) -> Generator[Request, Response]:
        del request
        raise TokenError("an httpx2.AsyncClient is needed")
        yield  # what makes it a generator, as the client expects


def is_meant(url: URL, audience: str) -> bool:
    """Whether a request there goes to the token's audience, which the broker compares a proof with."""
    return bare(str(url)) == bare(str(URL(audience)))


def _staying(request: Request) -> Trace:
    """A client that follows redirects by itself carries a proof along, and to https the token too; so each sending is
    looked at when its headers are about to leave.
    """
    inner = request.extensions.get("trace")
    url = request.url
    meant = (url.raw_scheme, url.raw_host, url.port, url.raw_path)

    async def staying(name: str, about: Mapping[str, Any]) -> None:
        if name.endswith(_SENDS):
            sent = about["request"]
            there = (sent.url.scheme, sent.url.host, sent.url.port, sent.url.target)
            names = {header.lower() for header, _ in sent.headers}
            if there != meant and names & {b"dpop", b"authorization"}:
                raise TokenError("the answer leads elsewhere, and the token does not go there")
        if inner is not None:
            await inner(name, about)

    return staying
