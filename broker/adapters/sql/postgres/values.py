"""Values on their way into PostgreSQL and out of it: a closed list, and whatever else there is comes as its text."""

from __future__ import annotations

from decimal import Decimal
from types import NoneType
from typing import Final

import psycopg
from psycopg.abc import Buffer, Dumper
from psycopg.adapt import AdaptersMap, Loader
from psycopg.types.bool import BoolDumper
from psycopg.types.none import NoneDumper
from psycopg.types.numeric import DecimalDumper, Int4, Int4Dumper, Int8, Int8Dumper, IntDumper
from psycopg.types.string import BytesDumper, StrDumperUnknown

from broker.actions.shapes import shown
from broker.adapters.sql.values import Stored, text
from broker.model.label import Json

_INT4: Final = 2**31


class _Text(Loader):
    def load(self, data: Buffer) -> Json:
        return text(bytes(data))


class _Null(Loader):
    """Bytes are no text."""

    def load(self, data: Buffer) -> Json:  # noqa: ARG002 - the driver's signature
        return None


class _Boolean(Loader):
    def load(self, data: Buffer) -> Json:
        return bytes(data) == b"t"


class _Integer(Loader):
    def load(self, data: Buffer) -> Json:
        return shown(int(bytes(data)))


class _Float(Loader):
    def load(self, data: Buffer) -> Json:
        return shown(float(bytes(data)))


class _Numeric(Loader):
    """A number where readers of JSON read the very same decimal, else text: no cent is lost. NaN is null."""

    def load(self, data: Buffer) -> Json:
        raw = text(bytes(data))
        exact = Decimal(raw)
        if not exact.is_finite():
            return None
        if exact.adjusted() > _DIGITS:
            return raw
        if exact == exact.to_integral_value():
            return shown(int(exact))
        near = float(raw)
        return near if Decimal(repr(near)) == exact else raw


class _Moment(Loader):
    """ISO 8601, as the session's TimeZone and DateStyle make it nearly; `infinity` and years before Christ as told."""

    def load(self, data: Buffer) -> Json:
        raw = text(bytes(data))
        if raw.endswith("+00"):
            raw += ":00"
        return raw.replace(" ", "T", 1) if raw[:1].isdigit() and not raw.endswith("BC") else raw


_DIGITS: Final = 300  # of an integer that is worth making; more can be asked for in a few letters
_ANY_TYPE: Final = 0
_LOADERS: Final[tuple[tuple[str | int, type[Loader]], ...]] = (
    (_ANY_TYPE, _Text),
    ("bool", _Boolean),
    ("bytea", _Null),
    *((name, _Integer) for name in ("int2", "int4", "int8")),
    *((name, _Float) for name in ("float4", "float8")),
    ("numeric", _Numeric),
    *((name, _Moment) for name in ("timestamp", "timestamptz")),
)
_DUMPERS: Final[tuple[tuple[type, type[Dumper]], ...]] = (
    (str, StrDumperUnknown),
    (bool, BoolDumper),
    (int, IntDumper),  # of the driver's own statements
    (Int4, Int4Dumper),
    (Int8, Int8Dumper),
    (Decimal, DecimalDumper),
    (bytes, BytesDumper),
    (NoneType, NoneDumper),
)


def adapters() -> AdaptersMap:
    """For a connection: no other type is known to it, so no object but those of JSON comes out."""
    found = AdaptersMap(types=psycopg.adapters.types)
    for name, loader in _LOADERS:
        found.register_loader(name, loader)
    for cls, dumper in _DUMPERS:
        found.register_dumper(cls, dumper)
    return found


def bound(value: Stored) -> object:
    """A text takes the type of what it meets; a number is one, and a boolean is one."""
    match value:
        case bool():
            return value
        case int():
            # Not more than four bytes where they do: `date + 7` and `left(text, 3)` take no others.
            return Int4(value) if -_INT4 <= value < _INT4 else Int8(value)
        case float():
            return Decimal(repr(value))  # as it was written, and exact beside money
        case _:
            return value
