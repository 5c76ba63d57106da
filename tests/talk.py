"""How tests speak to a broker: the real MCP client in both eras, and plain HTTP for what no client would send."""

import json
from contextlib import asynccontextmanager

import anyio
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

MODERN, LEGACY = "2026-07-28", "2025-11-25"
ERAS = ("legacy", MODERN)
_META = {
    "io.modelcontextprotocol/protocolVersion": MODERN,
    "io.modelcontextprotocol/clientCapabilities": {},
}
_ACCEPT = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


@asynccontextmanager
async def http(token=None, **more):
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    # No TLS is spoken here, and reading the authorities' certificates takes 40 ms a client.
    async with httpx2.AsyncClient(headers=headers, timeout=30, verify=False, **more) as client:
        yield client


@asynccontextmanager
async def connected(url, token, era, **more):
    """The real client, bearing `token`."""
    async with (
        http(token) as client,
        Client(streamable_http_client(url, http_client=client), mode=era, cache=None, **more) as mcp,
    ):
        yield mcp


def refusal(result):
    """Code and whether a retry may help; the hint is there."""
    assert result.is_error
    assert result.structured_content is None
    said = json.loads(result.content[0].text)
    assert set(said) == {"refused", "hint", "retryable"}
    assert said["hint"]
    return said["refused"], said["retryable"]


def call(name, arguments, n=1, **params):
    """Body and headers of one modern call."""
    return asked("tools/call", {"name": name, "arguments": arguments, **params}, name, n)


def asked(method, params, name=None, n=1):
    """Body and headers of one modern request; `name`: what `Mcp-Name` says, where the method has one."""
    body = {"jsonrpc": "2.0", "id": n, "method": method, "params": {"_meta": _META, **params}}
    named = {} if name is None else {"Mcp-Name": name}
    return body, {**_ACCEPT, "MCP-Protocol-Version": MODERN, "Mcp-Method": method, **named}


async def post(client, url, body, headers):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await client.post(url, content=content, headers=headers)


async def one_call(url, token, name, arguments):
    """A modern call without a client; the whole response."""
    async with http(token) as client:
        return await post(client, url, *call(name, arguments))


async def true_soon(claim):
    """Waits for what another process does: it sets no event of ours."""
    with anyio.fail_after(20):
        while not claim():  # noqa: ASYNC110 - see above
            await anyio.sleep(0.02)


class Session:
    """A session of the older protocol by hand, so that each request may bear another token."""

    def __init__(self, client, url):
        self._client, self._url, self._id = client, url, None

    async def opened(self, token):
        params = {"protocolVersion": LEGACY, "capabilities": {}, "clientInfo": {"name": "t", "version": "0"}}
        response = await self._send(token, "initialize", params)
        self._id = response.headers["mcp-session-id"]
        await self._send(token, "notifications/initialized", {}, n=None)
        return self

    def standing(self, token):
        """The stream of what the broker says by itself."""
        return self._client.stream("GET", self._url, headers=self._headers(token))

    async def ask(self, token, method, params, n=2):
        response = await self._send(token, method, params, n)
        events = [line.removeprefix("data: ") for line in response.text.splitlines() if line.startswith("data: ")]
        return response, next((json.loads(one) for one in events if one), None)

    async def named_by(self, token, tool, arguments):
        """A request of the newer protocol, in which nobody looks at sessions, that says the name of this one."""
        body, headers = call(tool, arguments)
        sent = {**headers, "Mcp-Session-Id": self._id, "Authorization": f"Bearer {token}"}
        return await post(self._client, self._url, body, sent)

    async def _send(self, token, method, params, n=1):
        body = {"jsonrpc": "2.0", "method": method, "params": params} | ({} if n is None else {"id": n})
        return await post(self._client, self._url, body, self._headers(token))

    def _headers(self, token):
        headers = {**_ACCEPT, "Authorization": f"Bearer {token}"}
        if self._id is not None:
            headers |= {"Mcp-Session-Id": self._id, "MCP-Protocol-Version": LEGACY}
        return headers
