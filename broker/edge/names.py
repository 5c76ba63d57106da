"""The names that agents meet: a tool or prompt is `source__name`, a resource lies at `source+` its own URI."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_SCHEME: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
"""A source's name as it may stand in a URI's scheme (RFC 3986 3.1): with `-` for `_`, which a name never holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a resource lies, as its source says it."""

    source: str
    uri: str


def outside(toolref: str) -> str:
    return toolref.replace(".", "__", 1)


def inside(name: str) -> str:
    """The toolref that an agent means by a name of a list; any other name, a toolref too, becomes none that exists.

    Two names for one tool would be two spellings of one thing in every log and rule on the agent's side.
    """
    source, mark, rest = name.partition("__")
    return f"{source}.{rest}" if mark and "." not in name else outside(name)


def uri_outside(source: str, uri: str) -> str:
    """`uri`: a resource's own, or a template of it."""
    return f"{source.replace('_', '-')}+{uri}"


def uri_inside(uri: str) -> Place | None:
    """None: no source of ours gives out such a URI. Each place has one URI outside, and each URI one place."""
    scheme, mark, own = uri.partition("+")
    if not mark or not _SCHEME.fullmatch(scheme):
        return None
    return Place(source=scheme.replace("-", "_"), uri=own)
