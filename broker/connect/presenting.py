"""How a token is shown to the broker with each request: borne as it is, or in a way that whoever starts us brings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Presenting(Protocol):
    def fits(self, token: str) -> None:
        """Raises ConfigError where this token cannot be shown so."""
        ...

    def headers(self, token: str, method: str, body: bytes) -> Mapping[str, str]:
        """For one sending of one request, with a token that fits."""
        ...


class Borne:
    """RFC 6750 2.1: whoever has it may use it."""

    def fits(self, _token: str, /) -> None: ...

    def headers(self, token: str, _method: str, _body: bytes, /) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {token}"}
