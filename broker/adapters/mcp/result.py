"""What a server answered, as the value that the mask reads: texts and media in turn, or the JSON that its text is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from broker.leaves.forms import Form, Unparsable
from broker.leaves.texts import parse
from broker.model.faults import ToolFault
from broker.model.label import MEDIA, PUBLIC, Json, Leaf, Writer

_MIME: Final = re.compile(r"[a-z0-9][a-z0-9.+-]{0,63}/[a-z0-9][a-z0-9.+-]{0,63}")
_ANY_MIME: Final = "application/octet-stream"
_ROLES: Final = ("user", "assistant")
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_OURS: Final = Leaf(kind=PUBLIC, writer=Writer.SYSTEM)  # words of our own choosing: a type, a role


def block_leaves(text: Leaf) -> Mapping[str, Leaf]:
    """Of a tool that answers in blocks. `text`: what its words are, wherever they stand."""
    return {"content.*." + path: leaf for path, leaf in _block(text).items()}


def resource_leaves(text: Leaf) -> Mapping[str, Leaf]:
    return {
        "contents.*.text": text,
        "contents.*.mime": _OURS,
        "contents.*.blob": Leaf(kind="blob", writer=text.writer),
    }


def prompt_leaves(text: Leaf) -> Mapping[str, Leaf]:
    messages = {"messages.*.content." + path: leaf for path, leaf in _block(text).items()}
    return {"about": text, "messages.*.role": _OURS, **messages}


def _block(text: Leaf) -> Mapping[str, Leaf]:
    media = {kind: Leaf(kind=kind, writer=text.writer) for kind in MEDIA}
    return {
        "text": text,
        "image.data": media["image"],
        "image.mime": _OURS,
        "audio.data": media["audio"],
        "audio.mime": _OURS,
        "resource.text": text,
        "resource.blob": media["blob"],
        "resource.mime": _OURS,
        "link.name": text,
        "link.about": text,
    }


def of_blocks(wire: Mapping[str, Json]) -> Json:
    """Raises ToolFault where the tool says that it failed, or answers against the protocol."""
    _succeeded(wire)
    return {"content": [_of_block(one) for one in _list(wire, "content")]}


def of_form(wire: Mapping[str, Json], form: Form) -> Json:
    """The JSON that the result is: as the server structured it, or as its one text reads. Raises ToolFault."""
    _succeeded(wire)
    if form is Form.JSON and wire.get("structuredContent") is not None:
        return _read(json.dumps(wire["structuredContent"]), form)  # by the one strict reader, as a text would be
    blocks = _list(wire, "content")
    if len(blocks) != 1 or not isinstance(blocks[0], Mapping) or blocks[0].get("type") != "text":
        raise ToolFault(f"expected one text, as `{form}`")
    return _read(_text(blocks[0], "text"), form)


def _read(text: str, form: Form) -> Json:
    found = parse(text, form)
    if isinstance(found, Unparsable):
        raise ToolFault(f"its text is not `{form}`: {found.why}")
    return found


def of_resource(wire: Mapping[str, Json]) -> Json:
    return {"contents": [_content(one) for one in _list(wire, "contents")]}


def of_prompt(wire: Mapping[str, Json]) -> Json:
    found = {"messages": [_message(one) for one in _list(wire, "messages")]}
    about = wire.get("description")
    return {"about": about, **found} if isinstance(about, str) else found


def _succeeded(wire: Mapping[str, Json]) -> None:
    failed = wire.get("isError")
    if failed is not None and failed is not False:
        # What it says may quote anything. That it failed says nothing of what it did before.
        raise ToolFault("the tool says that it failed")


def _message(one: Json) -> Json:
    if not isinstance(one, Mapping) or one.get("role") not in _ROLES:
        raise _against()
    return {"role": one["role"], "content": _of_block(one.get("content"))}


def _of_block(block: Json) -> Json:
    match block:
        case {"type": "text"}:
            return {"text": _text(block, "text")}
        case {"type": "image" | "audio" as kind}:
            return {kind: {"data": _data(block, "data"), "mime": _mime(block)}}
        case {"type": "resource", "resource": Mapping() as held}:
            return {"resource": _content(held)}
        case {"type": "resource_link"}:
            about = block.get("description")
            return {"link": {"name": _text(block, "name"), "about": about if isinstance(about, str) else None}}
        case _:
            raise _against()


def _content(held: Json) -> Json:
    match held:
        case {"text": str()}:
            return {"mime": _mime(held, "text/plain"), "text": _text(held, "text")}
        case {"blob": str()}:
            return {"mime": _mime(held), "blob": _data(held, "blob")}
        case _:
            raise _against()


def _list(wire: Mapping[str, Json], key: str) -> Sequence[Json]:
    found = wire.get(key)
    if not isinstance(found, list):
        raise _against()
    return found


def _text(block: Mapping[str, Json], key: str) -> str:
    found = block.get(key)
    if not isinstance(found, str):
        raise _against()
    return found


def _data(block: Mapping[str, Json], key: str) -> str:
    """Base64 and nothing else: words in its place would be words that no class names."""
    found = _text(block, key)
    if not _BASE64.fullmatch(found):
        raise _against()
    return found


def _mime(block: Mapping[str, Json], default: str = _ANY_MIME) -> str:
    return mime(block.get("mimeType")) or default


def mime(said: Json) -> str | None:
    """A type that looks like one; anything longer could be a message."""
    return said if isinstance(said, str) and _MIME.fullmatch(said) else None


def _against() -> ToolFault:
    return ToolFault("it answered against the protocol")
