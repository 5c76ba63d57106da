"""Masks in SQLite: its columns hold anything, and its patterns are GLOB alone."""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from broker.actions.shapes import redacted
from broker.adapters.sql.select.mask_words import (
    as_text,
    call,
    case,
    either,
    every,
    is_null,
    joined,
    less,
    no,
    number,
    text,
)

PSEUDONYM: Final = "broker_pseudonym"
"""(class, value) -> the value's stand-in: a function that the engine gives each connection."""

_SEPARATORS: Final = " -+()./"  # what stands between the digits of cards, phones and IBANs
_SHORTEST: Final = 8
_LAST4: Final = "[*]" * 4 + "[0-9A-Za-z]" * 4


def pseudonym(kind: str, column: exp.Expr) -> exp.Expr:
    return call(PSEUDONYM, text(kind), column)


def last4(kind: str, column: exp.Expr) -> exp.Expr:
    value = as_text(column)
    plain = value
    for one in _SEPARATORS:
        plain = call("replace", plain, text(one), text(""))
    hidden = text(redacted(kind))
    return case(
        (is_null(column), exp.Null()),
        (_no_text(column), hidden),
        (_like(value, _LAST4), value),
        (either(_like(plain, "*[^0-9A-Za-z]*"), less(call("length", plain), number(_SHORTEST))), hidden),
        otherwise=joined(text("****"), call("substr", plain, number(-4))),
    )


def domain(kind: str, column: exp.Expr) -> exp.Expr:
    value = call("trim", as_text(column))
    at = call("instr", value, text("@"))
    after = call("substr", value, exp.Add(this=at.copy(), expression=number(1)))
    address = every(
        no(_like(value, "*[^!-~]*")),
        exp.Between(this=at.copy(), low=number(1), high=number(65)),
        _like(value, "*@[A-Za-z0-9]*"),
        _like(value, "*[A-Za-z0-9]"),
        no(_like(after, "*[^A-Za-z0-9.-]*")),
        less(call("length", after), number(254)),
    )
    return case(
        (is_null(column), exp.Null()),
        (_no_text(column), text(redacted(kind))),
        (address, joined(text("@"), call("lower", after))),
        otherwise=text(redacted(kind)),
    )


def _no_text(column: exp.Expr) -> exp.Expr:
    """A real has more spellings than one. A blob is no text; nor is what holds a NUL, where functions stop to look."""
    kinds = exp.In(this=call("typeof", column), expressions=[text("real"), text("blob")])
    return either(kinds, less(number(0), call("instr", as_text(column), call("char", number(0)))))


def _like(value: exp.Expr, pattern: str) -> exp.Expr:
    return exp.Glob(this=value.copy(), expression=text(pattern))
