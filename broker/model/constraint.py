"""One narrowing of one argument, the same in scope files, token blocks and tools/list (FORMATS 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Anything:
    """Whatever the tool's own schema allows."""


@dataclass(frozen=True, slots=True)
class Param:
    """Equals the task's parameter. Resolved away when a grant is compiled for a task."""

    name: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """Equals one of these, type and all: "5" is not 5, True is not 1. Params are resolved away."""

    values: tuple[Scalar | Param, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """A number from `lo` to `hi`, both included; None is an open end. Decimal, never a binary float."""

    lo: Decimal | None
    hi: Decimal | None


@dataclass(frozen=True, slots=True)
class Like:
    """A text that one of these globs matches as a whole."""

    globs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Length:
    """A text of so many code points after canonicalisation."""

    lo: int | None
    hi: int | None


@dataclass(frozen=True, slots=True)
class Items:
    """An array of so many items, each within `each` where it is given."""

    lo: int | None
    hi: int | None
    each: Constraint | None


@dataclass(frozen=True, slots=True)
class TypedOnly:
    """No handle may stand here: what a token's block says of a value must not be asked of what stands behind one."""


@dataclass(frozen=True, slots=True)
class Field:
    """A constraint on a named argument or field, and whether it may be absent."""

    constraint: Constraint
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Fields:
    """An object; a field not named is denied."""

    fields: tuple[tuple[str, Field], ...]

    def named(self) -> Mapping[str, Field]:
        return dict(self.fields)


@dataclass(frozen=True, slots=True)
class EmailAt:
    """One parsed address at one of these hosts; no hosts: at any."""

    domains: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UrlIn:
    """A parsed URL without userinfo. None: anything there; `paths` are globs."""

    schemes: tuple[str, ...]
    hosts: tuple[str, ...] | None
    ports: tuple[int, ...] | None
    paths: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class PathUnder:
    """A relative, normalised path inside this folder."""

    folder: str


@dataclass(frozen=True, slots=True)
class HandleOf:
    """Only an opaque handle of one of these classes; never a typed value."""

    classes: frozenset[str]


@dataclass(frozen=True, slots=True)
class NoLinks:
    """A text without a URL in it."""


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Constraint, ...]


Constraint = (
    Anything
    | Param
    | OneOf
    | Range
    | Like
    | Length
    | Items
    | Fields
    | EmailAt
    | UrlIn
    | PathUnder
    | HandleOf
    | NoLinks
    | TypedOnly
    | All
)
