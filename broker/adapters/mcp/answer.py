"""A server's answer, before anybody reads it: whole, finite, small enough, and no question."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from mcp_types import SERVER_INFO_META_KEY
from pydantic import RootModel

from broker.model.faults import ToolFault
from broker.model.label import Json

_COMPLETE: Final = "complete"


class Raw(RootModel[dict[str, Json]]):
    """A result as it came over the wire; the SDK has held it against the protocol's version."""


def judged(result: dict[str, Json], max_bytes: int) -> Mapping[str, Json]:
    """The result without what the server says of itself. Raises ToolFault: by now it may have done anything."""
    match result.get("resultType", _COMPLETE):
        case "complete":
            pass
        case "input_required":
            raise ToolFault("it asked for input, which no server gets from here")
        case _:
            raise ToolFault("it answered with a kind of result that is not known here")
    try:
        size = len(json.dumps(result, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode())
    except (ValueError, RecursionError):
        raise ToolFault("it answered with what is not JSON") from None
    if size > max_bytes:
        raise ToolFault(f"it answered with {size} bytes; {max_bytes} are the most")
    meta = result.get("_meta")
    if isinstance(meta, dict) and SERVER_INFO_META_KEY in meta:
        kept = {key: value for key, value in meta.items() if key != SERVER_INFO_META_KEY}
        result = {**result, "_meta": kept}
    return result
