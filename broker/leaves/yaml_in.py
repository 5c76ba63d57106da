"""A YAML text into JSON: one document, no anchors, aliases, tags or merge keys, scalars by the core schema."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from broker.leaves.forms import Unparsable, UnparsableError
from broker.leaves.strict_json import finite, has_surrogate, whole
from broker.leaves.walk import MAX_DEPTH
from broker.model.label import Json

MAX_CHARS: Final = 128 * 1024
"""The reader takes 50,000 to 100,000 characters a second: this many are two seconds and a half at the worst."""

_DIGITS: Final = 17  # of a number in another base; more are beyond 2^53 anyway
# YAML 1.2.2, 10.3.2. What is none of these is text: `no`, `010` as ten, `2026-11-24`, `1_000`, `12:30`.
_NULL: Final = re.compile(r"null|Null|NULL|~|")
_TRUE: Final = re.compile(r"true|True|TRUE")
_FALSE: Final = re.compile(r"false|False|FALSE")
_WHOLE: Final = re.compile(r"[-+]?[0-9]+")
_OCTAL: Final = re.compile(r"0o([0-7]+)")
_HEX: Final = re.compile(r"0x([0-9a-fA-F]+)")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_NO_NUMBER: Final = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")


def read(text: str, *, max_depth: int = MAX_DEPTH) -> Json | Unparsable:
    """The JSON value that `text` means. Keys are text as written, whatever the core schema makes of them."""
    if len(text) > MAX_CHARS:
        return Unparsable(f"more than {MAX_CHARS} characters of YAML")
    builder = _Builder(max_depth)
    try:
        # Event by event, so that depth is refused before it costs: the reader is quadratic in it.
        for event in YAML(typ="base", pure=True).parse(text):
            builder.take(event)
    except UnparsableError as refused:
        return Unparsable(str(refused))
    except (YAMLError, ValueError, OverflowError):  # the last two: `\U` beyond Unicode, a version of a million digits
        return Unparsable("not YAML")
    return builder.root if builder.documents else Unparsable("no document")


@dataclass(slots=True)
class _Open:
    """A list or map whose end has not come yet."""

    value: list[Json] | dict[str, Json]
    key: str | None = None


@dataclass(slots=True)
class _Builder:
    """Events to a value, without recursion."""

    max_depth: int
    root: Json = None
    documents: int = 0
    open: list[_Open] = field(default_factory=list)

    def take(self, event: Event) -> None:
        """Raises UnparsableError."""
        if isinstance(event, NodeEvent):
            _plainly(event)
        match event:
            case DocumentStartEvent():
                self._document(event)
            case ScalarEvent():
                self._scalar(event)
            case CollectionStartEvent():
                self._begin(_Open({} if isinstance(event, MappingStartEvent) else []))
            case CollectionEndEvent():
                self.open.pop()
            case _:
                pass

    def _document(self, event: DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            raise UnparsableError("more than one document")
        if event.version is not None or event.tags:
            raise UnparsableError("a directive")

    def _begin(self, opened: _Open) -> None:
        if len(self.open) >= self.max_depth:
            raise UnparsableError(f"nested deeper than {self.max_depth}")
        if self._wants_key():
            raise UnparsableError("a list or map as a key")
        self._place(opened.value)
        self.open.append(opened)

    def _scalar(self, event: ScalarEvent) -> None:
        if has_surrogate(event.value):
            raise UnparsableError("a lone surrogate")
        is_plain = event.style is None
        if not self._wants_key():
            self._place(_core(event.value) if is_plain else event.value)
            return
        top = self.open[-1]
        if is_plain and event.value == "<<":
            raise UnparsableError("a merge key")
        if event.value in top.value:
            raise UnparsableError("a key stands twice in one map")
        top.key = event.value

    def _wants_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].value, dict) and self.open[-1].key is None

    def _place(self, value: Json) -> None:
        if not self.open:
            self.root = value
            return
        top = self.open[-1]
        if isinstance(top.value, list):
            top.value.append(value)
        elif top.key is not None:
            top.value[top.key] = value
            top.key = None


def _plainly(event: NodeEvent) -> None:
    if isinstance(event, AliasEvent):
        raise UnparsableError("an alias")
    if event.anchor is not None:
        raise UnparsableError("an anchor")
    if str(getattr(event, "ctag", None)) not in {"None", ""}:
        raise UnparsableError("a tag")


def _core(text: str) -> Json:
    """A plain scalar by the core schema. Raises UnparsableError."""
    if _NULL.fullmatch(text):
        return None
    if _TRUE.fullmatch(text):
        return True
    if _FALSE.fullmatch(text):
        return False
    if _WHOLE.fullmatch(text):
        return whole(_short(text))
    if found := _OCTAL.fullmatch(text):
        return _based(found[1], 8)
    if found := _HEX.fullmatch(text):
        return _based(found[1], 16)
    if _FLOAT.fullmatch(text):
        return finite(text)
    if _NO_NUMBER.fullmatch(text):
        raise UnparsableError("not a JSON number")
    return text


def _short(digits: str) -> str:
    """Without leading zeros, which the core schema allows and which count towards no limit."""
    sign, bare = ("-", digits[1:]) if digits[0] == "-" else ("", digits.lstrip("+"))
    return sign + (bare.lstrip("0") or "0")


def _based(digits: str, base: int) -> int:
    bare = digits.lstrip("0") or "0"
    return whole(str(int(bare, base)) if len(bare) <= _DIGITS else "9" * (_DIGITS + 1))
