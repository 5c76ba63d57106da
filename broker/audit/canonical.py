"""Any value as one canonical form of bytes: bounded, and it cannot fail."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

import orjson

from broker.model.label import Json

LIMIT = 16 * 1024  # bytes of one record
TEXT = 1024  # code points of one text before it is cut
DEEP = 8
MANY = 256
SAFE = 2**53  # a larger integer is not the same number in every reader (RFC 8785 3.2.2.3)


def body(fields: Mapping[str, Json], key: bytes) -> bytes:
    """The record's bytes: equal to RFC 8785 for what is left after `restricted`; at most 16 KiB."""
    kept = {name: restricted(value, key) for name, value in fields.items()}
    coded = _dumps(kept)
    while len(coded) > LIMIT:
        name = max(kept, key=lambda one: len(_dumps(kept[one])))
        kept[name] = cut(_dumps(kept[name]), key)
        coded = _dumps(kept)
    return coded


def restricted(value: Json, key: bytes, depth: int = 0) -> Json:
    """The same value with ASCII keys, no floats, no large integer, no long text, no great depth."""
    match value:
        case None | bool():
            return value
        case int():
            return value if -SAFE < value < SAFE else cut(_int(value), key)
        case str():
            return plain(value) if len(value) <= TEXT else cut(value.encode("utf-8", "surrogatepass"), key)
        case Mapping() | list() | tuple() if depth >= DEEP or len(value) > MANY:
            return cut(digestible(value), key)
        case Mapping():
            return {_key(str(name)): restricted(one, key, depth + 1) for name, one in value.items()}
        case list() | tuple():
            return [restricted(one, key, depth + 1) for one in value]
        case _:
            return plain(str(value)[:TEXT])


def plain(text: str, limit: int = TEXT) -> str:
    """At most `limit` code points, the unprintable ones escaped: a record must not draw on an auditor's screen."""
    short = text[:limit]
    if short.isprintable():
        return short
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in short)


def cut(raw: bytes, key: bytes) -> Json:
    return {"cut": True, "bytes": len(raw), "hmac": keyed(raw, key)}


def keyed(raw: bytes, key: bytes) -> str:
    return hmac.new(key, raw, hashlib.sha256).hexdigest()


def digestible(value: Json) -> bytes:
    """Bytes that stand for a value: its sorted JSON where it has one, else a walk that takes anything, however deep."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (TypeError, RecursionError):
        return _walked(value)


def kind(value: Json) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list() | tuple():
            return "array"
        case Mapping():
            return "object"
        case _:
            return "other"


def _walked(value: Any) -> bytes:
    parts: list[bytes] = []
    todo = [value]
    while todo:
        one = todo.pop()
        match one:
            case str():
                raw = one.encode("utf-8", "surrogatepass")
            case bool() | None | float():
                raw = repr(one).encode()
            case int():
                raw = _int(one)
            case Mapping():
                raw = str(len(one)).encode()
                for name in sorted(one, key=str, reverse=True):
                    todo += (one[name], name)
            case list() | tuple():
                raw = str(len(one)).encode()
                todo.extend(reversed(one))
            case _:
                raw = type(one).__qualname__.encode()
        parts.append(b"%s:%d:%s" % (kind(one).encode(), len(raw), raw))
    return b"".join(parts)


def _int(value: int) -> bytes:
    # Not str(): beyond 4,300 digits Python refuses, and a record may not fail.
    return hex(value).encode()


def _key(name: str) -> str:
    return name if name.isascii() and name.isprintable() and len(name) <= TEXT else ascii(name[:TEXT])


def _dumps(value: Json) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
