"""URIs of resources: a template with `{name}` in it, and what lies at it (RFC 6570, level 1)."""

from __future__ import annotations

import re
from typing import Final

from broker.catalog.glob import literal, matches
from broker.catalog.report import Wrong

LONGEST: Final = 2048
_VARIABLE: Final = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]{0,39})\}")
_URI: Final = re.compile(r"[a-z][a-z0-9+.-]{0,31}:[A-Za-z0-9._~!$&'()*+,;=:@%/?#\[\]-]*")
_VALUE: Final = "[A-Za-z0-9_~-][A-Za-z0-9._~-]*"  # unreserved, no leading dot: no value can climb or end a segment
_GLOBBED: Final = frozenset("*?\\")


def template(text: str) -> str | Wrong:
    """A URI, or a template of one whose variables stand apart."""
    bare = _VARIABLE.sub("x", text)
    if len(text) > LONGEST or not _URI.fullmatch(bare):
        return Wrong("expected a URI, or a template with `{name}` in it", "as in `docs://page/{id}`")
    if "}{" in text:
        return Wrong("expected something between two variables", "as in `{year}/{month}`")
    return text


def has_variables(uri: str) -> bool:
    return _VARIABLE.search(uri) is not None


def pattern(uri: str) -> str:
    """The URIs of a template, as a pattern of JSON Schema (ECMA 262)."""
    return "^" + "".join(_VALUE if turn % 2 else literal(part) for turn, part in enumerate(_parts(uri))) + "$"


def lies_at(uri: str, where: str) -> bool:
    """Whether `where` may be one of the template's URIs: wider than `pattern`, and linear in what an agent wrote."""
    if len(where) > LONGEST:
        return False
    escaped = ["".join(f"\\{char}" if char in _GLOBBED else char for char in part) for part in _parts(uri)[::2]]
    return matches("*".join(escaped), where)


def _parts(uri: str) -> list[str]:
    """Literal, variable, literal, ..."""
    return _VARIABLE.split(uri)
