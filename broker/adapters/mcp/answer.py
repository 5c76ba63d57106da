"""A server's answer, before anybody reads it: whole, finite, small enough, and no question."""

from __future__ import annotations

import json
from collections.abc import Mapping

from mcp_types import SERVER_INFO_META_KEY
from pydantic import RootModel

from broker.model.faults import ToolFault
from broker.model.label import Json


class Raw(RootModel[dict[str, Json]]):
    """A result as it came over the wire; the SDK has held it against the protocol's version."""


def size(value: Json) -> int:
    """Bytes of `value` as JSON. Raises ValueError where no JSON holds it: NaN, half a character, endless depth."""
    try:
        return len(json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode())
    except RecursionError:
        raise ValueError("too deep") from None


def judged(result: dict[str, Json], max_bytes: int) -> Mapping[str, Json]:
    """The result without what the server says of itself. Raises ToolFault: by now it may have done anything."""
    match result.get("resultType", "complete"):
        case "complete":
            pass
        case "input_required":
            raise ToolFault("it asked for input, and no server gets any from here")
        case _:
            raise ToolFault("it answered with a kind of result that is not known here")
    try:
        large = size(result)
    except ValueError:
        raise ToolFault("it answered with what is not JSON") from None
    if large > max_bytes:
        raise ToolFault(f"it answered with {large} bytes; {max_bytes} are the most")
    meta = result.get("_meta")
    if isinstance(meta, dict) and SERVER_INFO_META_KEY in meta:
        return {**result, "_meta": {key: value for key, value in meta.items() if key != SERVER_INFO_META_KEY}}
    return result
