"""`broker stdio --key`: each request of the connector is signed with the key that its token is bound to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from httpx2 import URL

from broker.agent.auth import is_meant
from broker.agent.held import Held
from broker.agent.key import Key
from broker.model.faults import ConfigError, Problem, TokenError


@dataclass(slots=True, kw_only=True)
class Proving:
    """`url`: where the connector sends to; None: a socket, and whoever is behind it was named by its path."""

    key: Key
    url: str | None
    _held: Held | None = field(default=None, repr=False)

    def fits(self, token: str) -> None:
        """Raises ConfigError where the key does not hold this token, or it is for another place."""
        try:
            held = Held(token=token, key=self.key)
        except TokenError as error:
            mend = "name its key, or leave --key out where the token is a bearer token"
            raise ConfigError([Problem(file="--key", expected=str(error), mend=mend)]) from None
        if self.url is not None and not is_meant(URL(self.url), held.said.audience):
            expected = f"the token is for `{held.said.audience}`"
            mend = "connect there; a proof names the URL, and the broker compares it with its own `server.url`"
            raise ConfigError([Problem(file="--url", expected=expected, mend=mend)])

    def headers(self, token: str, method: str, body: bytes) -> Mapping[str, str]:
        """Each sending has a proof of its own: one that was used is a stranger's."""
        held = self._held
        if held is None or held.token != token:
            held = self._held = Held(token=token, key=self.key)
        return {"Authorization": f"DPoP {token}", "DPoP": held.proof(method, body)}


def proving(path: Path, url: str | None) -> Proving:
    """Raises ConfigError where the key cannot be used."""
    try:
        return Proving(key=Key.load(path), url=url)
    except TokenError as error:
        mend = "`broker key FILE` makes one"
        raise ConfigError([Problem(file="--key", expected=str(error), mend=mend)]) from None
