"""Bytes into JSON, once and strictly, before any path: what two readers could read differently is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from broker.model.label import Json

MAX_DEPTH = 32
_MAX_INTEGER = 2**53  # beyond it, readers that use binary floats see another number (RFC 7493 2.2)
_MAX_DIGITS = 17
_FIELDS = frozenset({"jsonrpc", "id", "method", "params"})


@dataclass(frozen=True, slots=True)
class UnreadableBody:
    """Why a body is refused: a JSON-RPC error code, and a sentence that quotes nothing of it."""

    code: int
    why: str
    status: int = 400


class _RefusedError(ValueError):
    pass


def message(body: bytes) -> Mapping[str, Json] | UnreadableBody:
    """One JSON-RPC request or notification, in the one form that is accepted."""
    found = document(body)
    if isinstance(found, UnreadableBody):
        return found
    if not isinstance(found, dict) or found.get("jsonrpc") != "2.0" or not isinstance(found.get("method"), str):
        return UnreadableBody(-32600, "not a JSON-RPC 2.0 request")
    if not set(found) <= _FIELDS or not isinstance(found.get("params", {}), dict):
        return UnreadableBody(-32600, "not the fields of a JSON-RPC 2.0 request")
    named = found.get("id", "")
    if isinstance(named, bool) or not isinstance(named, str | int):
        return UnreadableBody(-32600, "an id is a text or an integer")
    if "id" not in found and not found["method"].startswith("notifications/"):
        return UnreadableBody(-32600, "a request needs an id")
    return found


def document(body: bytes) -> Json | UnreadableBody:
    """The JSON value in `body`: no duplicate keys, NaN, infinities, integers beyond 2^53 or lone surrogates."""
    try:
        text = body.decode("utf-8")
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_never, parse_int=_whole, parse_float=_finite)
    except _RefusedError as refused:
        return UnreadableBody(-32700, str(refused))
    except (ValueError, RecursionError):
        return UnreadableBody(-32700, "not JSON in UTF-8")
    trouble = _trouble(found)
    return found if trouble is None else trouble


def _trouble(found: Json) -> UnreadableBody | None:
    level, depth = [found], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            return UnreadableBody(-32700, f"nested deeper than {MAX_DEPTH}")
        below: list[Json] = []
        for value in level:
            match value:
                case str():
                    if _has_surrogate(value):
                        return UnreadableBody(-32700, "a lone surrogate")
                case dict():
                    if any(_has_surrogate(key) for key in value):
                        return UnreadableBody(-32700, "a lone surrogate")
                    below.extend(value.values())
                case list():
                    below.extend(value)
                case _:
                    pass
        level = below
    return None


def _has_surrogate(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text)


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _RefusedError("a key stands twice in one object")
    return found


def _never(_constant: str) -> NoReturn:
    raise _RefusedError("not a JSON number")


def _whole(digits: str) -> int:
    number = int(digits) if len(digits) <= _MAX_DIGITS else _MAX_INTEGER + 1
    if abs(number) > _MAX_INTEGER:
        raise _RefusedError("an integer beyond 2^53")
    return number


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _RefusedError("a number beyond what a double holds")
    return number
