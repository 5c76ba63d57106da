"""One record in full: its line, and below it every field."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType

from broker.cli import say
from broker.cli.record_line import Read, line

_TOLD = frozenset({"v", "nonce"})  # of use to machines alone
_LINE_WIDTH = 96
_SHORT = 16  # letters of a digest: enough to compare by eye; `--json` has all


def page(one: Read) -> RenderableType:
    fields = {name: value for name, value in one.fields.items() if name not in _TOLD}
    return Group(line(one), say.facts([(f"        {name}", value) for name, value in _flat(fields)]), say.text(""))


def _flat(value: Any, name: str = "") -> Iterator[tuple[str, object]]:
    """Each leaf with its path; a map that fits a line stays one."""
    match value:
        case {"hmac": str(digest), "type": kind, "bytes": size, **more}:
            said = ", ".join(f", {key} {below}" for key, below in more.items())
            yield name, f"{kind} of {size} bytes, hmac {digest[:_SHORT]}...{said}"
        case dict() if (
            not name or len(str(value)) > _LINE_WIDTH or any(isinstance(one, dict) for one in value.values())
        ):
            for key, below in value.items():
                yield from _flat(below, f"{name}.{key}" if name else str(key))
        case dict():
            yield name, ", ".join(f"{key} {below}" for key, below in value.items()) or "none"
        case list():
            yield name, ", ".join(map(str, value)) or "none"
        case _:
            yield name, value
