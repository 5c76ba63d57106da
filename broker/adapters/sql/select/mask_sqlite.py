"""Masks in SQLite: a column holds anything, whatever its type says, and patterns are GLOB alone."""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from broker.actions.shapes import redacted
from broker.adapters.sql.select.mask_words import (
    any_of,
    call,
    case,
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

_SEPARATORS: Final = " +()./-"  # between the digits of cards, phones and IBANs; what holds another is only redacted
_SHORTEST: Final = 8
_LAST4: Final = "[*]" * 4 + "[0-9A-Za-z]" * 4
_LOCAL: Final = 64  # characters before the `@`, and after it
_HOST: Final = 253


def pseudonym(kind: str, column: exp.Expr) -> exp.Expr:
    return call(PSEUDONYM, text(kind), column.copy())


def last4(kind: str, column: exp.Expr) -> exp.Expr:
    strange = any_of(_like(_text(column), f"*[^0-9A-Za-z{_SEPARATORS}]*"), less(_size(_plain(column)), _SHORTEST))
    return case(
        (is_null(column.copy()), exp.Null()),
        (_no_text(column), text(redacted(kind))),
        (_like(_text(column), _LAST4), _text(column)),
        (strange, text(redacted(kind))),
        otherwise=joined(text("****"), call("substr", _plain(column), number(-4))),
    )


def domain(kind: str, column: exp.Expr) -> exp.Expr:
    address = every(
        _like(_trimmed(column), "*@[0-9A-Za-z]*"),
        _like(_trimmed(column), "*[0-9A-Za-z]"),
        no(_like(_trimmed(column), "*[^!-~]*")),
        no(_like(_host(column), "*[^0-9A-Za-z.-]*")),
        less(_at(column), _LOCAL + 2),
        less(_size(_host(column)), _HOST + 1),
    )
    return case(
        (is_null(column.copy()), exp.Null()),
        (_no_text(column), text(redacted(kind))),
        (address, joined(text("@"), call("lower", _host(column)))),
        otherwise=text(redacted(kind)),
    )


def _text(column: exp.Expr) -> exp.Expr:
    """As CAST does it, which sqlglot takes a tenth of a millisecond to write."""
    return joined(column.copy(), text(""))


def _trimmed(column: exp.Expr) -> exp.Expr:
    return call("trim", column.copy())


def _plain(column: exp.Expr) -> exp.Expr:
    found = column.copy()
    for one in _SEPARATORS:
        found = call("replace", found, text(one), text(""))
    return found


def _at(column: exp.Expr) -> exp.Expr:
    return call("instr", _trimmed(column), text("@"))


def _host(column: exp.Expr) -> exp.Expr:
    """What follows the first `@`; a second one makes it no host."""
    return call("substr", _trimmed(column), exp.Add(this=_at(column), expression=number(1)))


def _size(value: exp.Expr) -> exp.Expr:
    return call("length", value)


def _no_text(column: exp.Expr) -> exp.Expr:
    """A real has more spellings than one, and a blob none. At a NUL some functions stop to look, and others do not."""
    other = exp.In(this=call("typeof", column.copy()), expressions=[text("real"), text("blob")])
    return any_of(other, call("instr", column.copy(), call("char", number(0))))


def _like(value: exp.Expr, pattern: str) -> exp.Expr:
    return exp.Glob(this=value, expression=text(pattern))
