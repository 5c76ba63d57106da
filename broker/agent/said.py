"""What a token says to whoever holds it. Whether that still counts the broker alone can tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from broker.model.faults import TokenError
from broker.model.label import Json
from broker.tokens.chain import MAX_BLOCKS, MAX_BYTES
from broker.tokens.keys import from_mapping, kid
from broker.tokens.strict import UnreadableError, claims, unb64

_PARTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """`tools`: toolref -> what each block says of it, all of which must hold; None: no block names tools, so whatever
    the scope grants. `blocks_left`: how many may still be added, as far as blocks say; the scope may allow fewer.
    """

    audience: str  # the one URL that it may be sent to
    task: str
    principal: str
    actor: str  # `root/name/...`; names of sub-agents are the holders' words and grant nothing
    purpose: str
    scope: str
    parameters: Mapping[str, Json]
    expires: float  # unix seconds, the earliest of all segments
    tools: Mapping[str, Sequence[Mapping[str, Json]]] | None
    blocks: int
    blocks_left: int
    is_sealed: bool
    may_be_sealed: bool
    holder: str  # thumbprint of the key that may use it and add to it


def read(token: str) -> Said:
    """Raises TokenError. Signatures are not looked at: the broker's key is not here."""
    if len(token) > MAX_BYTES or not token.isascii():
        raise TokenError(f"a token is at most {MAX_BYTES} characters of ASCII")
    try:
        segments = [_content(one) for one in token.split("~")]
        is_sealed = len(segments) > 1 and set(segments[-1]) == {"prev"}
        root, *blocks = segments[:-1] if is_sealed else segments
        return Said(
            audience=str(root["aud"]),
            task=str(root["tid"]),
            principal=str(root["sub"]),
            actor="/".join(str(one["act"]["sub"]) for one in (root, *blocks)),
            purpose=str(root["purpose"]),
            scope=str(root["scope"]),
            parameters={name: one["value"] for name, one in root["params"].items()},
            expires=min(float(one["exp"]) for one in (root, *blocks)),
            tools=_tools([one["tools"] for one in blocks if "tools" in one]),
            blocks=len(blocks),
            blocks_left=reduce(_left, blocks, MAX_BLOCKS),
            is_sealed=is_sealed,
            may_be_sealed=root["pop"] == "optional",
            holder=kid(from_mapping((root, *blocks)[-1]["cnf"]["jwk"])),
        )
    except (UnreadableError, ValueError, KeyError, TypeError, AttributeError):
        raise TokenError("not a token of a broker") from None


def _content(segment: str) -> Mapping[str, Json]:
    parts = segment.split(".")
    if len(parts) != _PARTS:
        raise UnreadableError("not three parts")
    return claims(unb64(parts[1]))


def _tools(said: Sequence[Mapping[str, Mapping[str, Json]]]) -> Mapping[str, Sequence[Mapping[str, Json]]] | None:
    """Only what every block names is left."""
    if not said:
        return None
    return {name: [one[name] for one in said] for name in said[0] if all(name in one for one in said)}


def _left(before: int, block: Mapping[str, Json]) -> int:
    return min(before - 1, int(block.get("delegate", before)))
