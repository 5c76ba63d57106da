"""Lists in pages, with cursors of our own: an upstream's cursor says nothing here and may say too much."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Final

from mcp import MCPError, types

from broker.model.grant import Shown

SIZE: Final = 100
_MARK: Final = "after"


def page(found: Sequence[Shown], of: str, cursor: str | None) -> tuple[Sequence[Shown], str | None]:
    """The page after `cursor`, and the cursor after it; None where it is the last.

    A cursor names the last thing shown, not its place: whatever comes or goes meanwhile, nothing is skipped and nothing
    shown twice. It needs no seal: a made-up one leads into the caller's own list alone. `of`: the list's method; a
    cursor of another list is none of this. Raises MCPError -32602.
    """
    ordered = sorted(found, key=lambda one: one.spec.name)
    if cursor is not None:
        after = _read(cursor, of)
        ordered = [one for one in ordered if one.spec.name > after]
    last = ordered[SIZE - 1 : SIZE]
    return ordered[:SIZE], _cursor(of, last[0].spec.name) if len(ordered) > SIZE else None


def _cursor(of: str, name: str) -> str:
    return base64.urlsafe_b64encode(f"{_MARK} {of} {name}".encode()).decode()


def _read(cursor: str, of: str) -> str:
    try:
        mark, said, name = base64.b64decode(cursor, altchars=b"-_", validate=True).decode().split(" ")
    except (binascii.Error, ValueError):
        raise _not_ours() from None
    if (mark, said) != (_MARK, of) or _cursor(of, name) != cursor:
        raise _not_ours()
    return name


def _not_ours() -> MCPError:
    return MCPError(types.INVALID_PARAMS, "Not a cursor of this list")
