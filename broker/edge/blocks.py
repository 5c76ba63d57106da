"""Masked texts and media as MCP content. What the mask dropped is a missing key; no URI of an upstream passes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from mcp import types

from broker.model.label import Json

Block = types.TextContent | types.ImageContent | types.AudioContent | types.EmbeddedResource
Content = types.TextResourceContents | types.BlobResourceContents

_ANY_MIME: Final = "application/octet-stream"
_TEXT_MIME: Final = "text/plain"


def blocks(found: Iterable[Json]) -> list[Block]:
    made = (block(one, place) for place, one in enumerate(found, start=1))
    return [one for one in made if one is not None]


def block(one: Json, place: int) -> Block | None:
    """`place`: which one it is in its result, from 1. None: a text or a name of which nothing may be shown."""
    match one:
        case {"text": str(text)}:
            return _text(text)
        case {"image": {"data": str(data), **rest}}:
            return types.ImageContent(data=data, mime_type=_mime(rest, _ANY_MIME))
        case {"audio": {"data": str(data), **rest}}:
            return types.AudioContent(data=data, mime_type=_mime(rest, _ANY_MIME))
        case {"image": _}:
            return _text("[image]")
        case {"audio": _}:
            return _text("[audio]")
        case {"resource": {"text": _} | {"blob": _} as held}:
            return types.EmbeddedResource(resource=content(held, f"broker:embedded/{place}"))
        case {"resource": _}:
            return _text("[blob]")
        case {"link": {"name": str(name), "about": str(about)}}:
            return _text(f"{name}: {about}")
        case {"link": {"name": str(name)}}:
            return _text(name)
        case _:
            return None


def content(held: Json, uri: str) -> Content:
    """One part of a resource. `uri`: ours, or the one that was asked for, whatever the upstream calls the part."""
    match held:
        case {"blob": str(blob), **rest}:
            return types.BlobResourceContents(uri=uri, mime_type=_mime(rest, _ANY_MIME), blob=blob)
        case {"text": str(text), **rest}:
            return types.TextResourceContents(uri=uri, mime_type=_mime(rest, _TEXT_MIME), text=text)
        case {"text": _}:
            return types.TextResourceContents(uri=uri, mime_type=_TEXT_MIME, text="")
        case _:
            return types.TextResourceContents(uri=uri, mime_type=_TEXT_MIME, text="[blob]")


def _text(text: str) -> types.TextContent:
    return types.TextContent(text=text)


def _mime(rest: Mapping[Json, Json], default: str) -> str:
    said = rest.get("mime")
    return said if isinstance(said, str) else default
