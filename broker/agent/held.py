"""A token in the hands of its holder: use it, narrow it for somebody else, or seal it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from broker.agent import fresh
from broker.agent.key import Key
from broker.agent.said import Said, read
from broker.model.faults import TokenError
from broker.model.label import Json
from broker.tokens.chain import MAX_BYTES, attenuate, seal
from broker.tokens.dpop import prove
from broker.tokens.keys import from_mapping, public
from broker.tokens.strict import UnreadableError

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Raises TokenError where `key` does not hold `token`."""

    token: str = field(repr=False)
    key: Key
    said: Said = field(init=False)
    clock: Callable[[], float] = field(default=fresh.now, repr=False)

    def __post_init__(self) -> None:
        said = read(self.token)
        if said.is_sealed:
            raise TokenError("a sealed token has no holder: send it as a bearer token")
        if said.holder != self.key.name:
            raise TokenError("the token is bound to another key")
        object.__setattr__(self, "said", said)  # frozen: read once, and never anything else

    def attenuate(
        self,
        *,
        to: Mapping[str, Json],
        name: str,
        tools: Mapping[str, Mapping[str, Json]] | None = None,
        budget: Mapping[str, Json] | None = None,
        expires_in: float | None = None,
        delegate: int | None = None,
    ) -> str:
        """A token for the holder of another key, made offline. It allows what this one does and what is said here does.

        to: the next holder's public key, a JWK
        name: how it is called below this holder; a name grants nothing
        tools: tool -> {"args": {argument: constraint}, "budget": {...}}, in the words of scope files; {}: as it is.
               A tool that is not named is taken away. None: all of them stay
        budget: limits of all its calls together
        expires_in: seconds from now; None: with this token. It never outlives it
        delegate: how many may stand below it; None: as many as are left

        Raises TokenError for what the broker would refuse whole, as far as a holder can know.
        """
        if not _NAME.fullmatch(name):
            raise TokenError(f"`{name[:64]}` is no name: small letters and digits, with single hyphens between")
        if self.said.blocks_left < 1:
            raise TokenError("nobody may stand below this holder")
        if delegate is not None and not 0 <= delegate < self.said.blocks_left:
            raise TokenError(f"at most {self.said.blocks_left - 1} may stand below the next holder")
        now = self.clock()
        wanted = self.said.expires if expires_in is None else now + expires_in
        # Stated as what is accepted, each by itself: NaN is smaller than nothing, and `min` would pass over it.
        if not (now < wanted and now < self.said.expires):
            raise TokenError("it would have run out before it is used")
        expires = min(self.said.expires, wanted)
        block: dict[str, Json] = {"act": {"sub": name}, "jti": fresh.name(), "iat": int(now), "exp": int(expires)}
        if tools is not None:
            block["tools"] = {_toolref(tool): dict(said) for tool, said in tools.items()}
        if budget is not None:
            block["budget"] = dict(budget)
        if delegate is not None:
            block["delegate"] = delegate
        return _short(attenuate(self.token, block, holder=self.key.clear_key, to=_public(to)))

    def seal(self) -> str:
        """A bearer token: whoever has it can use it, and nothing can be added. Raises TokenError."""
        if not self.said.may_be_sealed:
            raise TokenError("its scope gives no bearer tokens: hand it on to a key")
        return _short(seal(self.token, holder=self.key.clear_key))

    def proof(self, method: str, body: bytes) -> str:
        """The `DPoP` header of one request to the token's audience (RFC 9449 4), with this body. It serves once."""
        return prove(
            self.key.clear_key,
            token=self.token,
            method=method,
            url=self.said.audience,
            body=body,
            jti=fresh.name(),
            now=self.clock(),
        )


def _public(written: Mapping[str, Json]) -> Mapping[str, Json]:
    """Of a private key too no more than its public half."""
    try:
        return public(from_mapping(dict(written)))
    except UnreadableError:
        raise TokenError("the next holder's key must be an Ed25519 key as a JWK") from None


def _toolref(tool: str) -> str:
    """Tools are called `source__tool` in lists, and `source.tool` in scopes and tokens."""
    return tool if "." in tool else tool.replace("__", ".", 1)


def _short(token: str) -> str:
    if len(token) > MAX_BYTES:
        raise TokenError(f"the token would be longer than {MAX_BYTES} characters")
    return token
