"""A login of the demo's own: it says of anybody what it is asked to say, and so it listens on this machine alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from broker.model.label import Json
from broker.tokens.keys import kid, new_key, public
from broker.tokens.segment import ALGORITHM, sign

LASTS: Final = 3600  # seconds
CLIENT: Final = "dev-app"


@dataclass(frozen=True, slots=True, kw_only=True)
class DevIssuer:
    """An OpenID provider, as far as the broker asks one. Its key is made anew each time it starts."""

    url: str
    now: Callable[[], float]
    name: Callable[[], str]  # what no token before was called
    _key: Json = field(default_factory=new_key, repr=False)

    def token(self, *, sub: str, audience: str, roles: list[str], client: str = CLIENT) -> str:
        """An access token (RFC 9068) for `audience`, the broker's URL."""
        now = int(self.now())
        said = {
            "iss": self.url,
            "aud": audience,
            "sub": sub,
            "client_id": client,
            "roles": roles,
            "iat": now,
            "exp": now + LASTS,
            "jti": self.name(),
        }
        return sign({"typ": "at+jwt", "kid": kid(self._key)}, said, self._key)

    def app(self) -> Starlette:
        metadata: Mapping[str, Json] = {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/jwks",
            "token_endpoint": f"{self.url}/token",
            "response_types_supported": [],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": [ALGORITHM],
        }

        async def configuration(_request: Request) -> JSONResponse:
            return JSONResponse(metadata)

        async def jwks(_request: Request) -> JSONResponse:
            return JSONResponse({"keys": [{**public(self._key), "kid": kid(self._key), "use": "sig"}]})

        async def token(request: Request) -> JSONResponse:
            asked = request.query_params
            if not asked.get("sub") or not asked.get("audience"):
                return JSONResponse({"error": "invalid_request"}, 400)
            said = self.token(
                sub=asked["sub"],
                audience=asked["audience"],
                roles=[one for one in asked.get("roles", "").split(",") if one],
                client=asked.get("client", CLIENT),
            )
            return JSONResponse({"access_token": said, "token_type": "Bearer", "expires_in": LASTS})

        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", configuration),
                Route("/jwks", jwks),
                Route("/token", token, methods=["POST"]),
            ]
        )
