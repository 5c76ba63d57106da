"""No credential stands in a URL: it would be in the logs of everything on its way (RFC 6750 2.3, RFC 9700 4.3.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from typing import Final
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from broker.grants.bearer import PREFIX

_SECRET: Final = frozenset(
    {
        *("access_token", "token", "bearer", "authorization", "dpop", "id_token", "refresh_token", "subject_token"),
        *("actor_token", "assertion", "client_assertion", "client_secret", "password", "api_key"),
    }
)
_BEGIN: Final = ("eyJ", PREFIX)  # every token and assertion: `{"` in base64url; and every static token


@dataclass(frozen=True, slots=True)
class InUrl:
    """ASGI around everything, for also what is not there must not be asked for with a token in the question."""

    app: ASGIApp
    _: KW_ONLY
    turned_down: Callable[[str], object]  # counts it; nothing of the URL is said

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not (scope["query_string"] and holds_a_secret(scope["query_string"])):
            await self.app(scope, receive, send)
            return
        self.turned_down("a credential in the URL")
        # RFC 6750 3.1; whoever sent a good one beside it learns no more than who sent none.
        await JSONResponse({"error": "invalid_request"}, 400, headers={"Cache-Control": "no-store"})(
            scope, receive, send
        )


def holds_a_secret(query: bytes) -> bool:
    """By its name, or by how it begins, whatever it is called."""
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, separator="&")
    return any(name.strip().lower() in _SECRET or value.strip().startswith(_BEGIN) for name, value in pairs)
