"""Masks in PostgreSQL: any type has a text, and a pseudonym is HMAC-SHA-256 spelled in SQL."""

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
    number,
    same,
    text,
)

_BLOCK: Final = 64  # bytes, of SHA-256: RFC 2104 section 2
_SHORTEST: Final = 8
_NAME: Final = 20  # letters that name a value, and then
_SEAL: Final = 12  # letters that seal the name
_SPACES: Final = r"\x09-\x0d\x1c-\x20"  # what Python's split and strip know of ASCII
_SPACE_CHARACTERS: Final = " \t\n\x0b\x0c\r\x1c\x1d\x1e\x1f"
_DIGITS_ONLY: Final = frozenset({"phone", "card"})
_CASELESS: Final = frozenset({"email", "person"})


def pads(key: bytes) -> tuple[bytes, bytes]:
    """Inner and outer block of HMAC (RFC 2104 section 2). `key`: `shapes.stand_in_key`, at most 64 bytes."""
    block = key.ljust(_BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def bound(name: str) -> exp.Expr:
    return exp.Cast(this=exp.Placeholder(this=name), to=exp.DataType(this=exp.DataType.Type.VARBINARY))


def hidden(column: exp.Expr) -> exp.Expr:
    """NULL of the column's own type: a bare NULL would be a text in UNION and in functions of many types."""
    return exp.Case(ifs=[exp.If(this=exp.false(), true=column.copy())])


def last4(kind: str, column: exp.Expr) -> exp.Expr:
    value = _text(column)
    plain = call("regexp_replace", value, text("[^0-9A-Za-z]"), text(""), text("g"))
    return case(
        (is_null(column), exp.Null()),
        (same(value, text(redacted(kind))), value),
        (_like(value, "^[*]{4}[0-9A-Za-z]{4}$"), value),
        (either(_like(value, "[^ -~]"), less(call("length", plain), number(_SHORTEST))), text(redacted(kind))),
        otherwise=joined(text("****"), call("right", plain, number(4))),
    )


def domain(kind: str, column: exp.Expr) -> exp.Expr:
    value = call("btrim", _text(column))
    # Before the `@` whatever is printed and is no `@`; each range is one of code points, since the collation is "C".
    address = _like(value, "^[!-?A-~]{0,64}@[0-9A-Za-z]([0-9A-Za-z.-]{0,251}[0-9A-Za-z])?$")
    return case(
        (is_null(column), exp.Null()),
        (address, joined(text("@"), call("lower", call("split_part", value, text("@"), number(2))))),
        otherwise=text(redacted(kind)),
    )


def pseudonym(kind: str, column: exp.Expr, inner: exp.Expr, outer: exp.Expr) -> exp.Expr:
    """See `shapes.pseudonym`. `inner`, `outer`: what `pads` gives, as bytea."""
    value = _text(column)
    start = f"psn-{kind}-"
    named = call("substr", value, number(len(start) + 1), number(_NAME))
    sealed = every(
        same(call("left", value, number(len(start))), text(start)),
        same(call("length", value), number(len(start) + _NAME + _SEAL)),
        same(call("right", value, number(_SEAL)), _seal(kind, named, inner, outer)),
    )
    spelled = canonical(kind, column)
    size = call("int8send", call("octet_length", _bytes(spelled)))
    name = _letters(_hmac(_spelled("pseudonym", kind), joined(size, _bytes(spelled)), inner, outer), _NAME // 2)
    return case(
        (is_null(column), exp.Null()),
        (same(value, text(redacted(kind))), value),
        (sealed, value),
        otherwise=joined(text(start), name, _seal(kind, name, inner, outer)),
    )


def canonical(kind: str, column: exp.Expr) -> exp.Expr:
    """See `shapes.canonical`: the same for ASCII; letters beyond it are neither decomposed nor folded."""
    value = _text(column)
    if kind in _DIGITS_ONLY:
        digits = call("regexp_replace", value, text("[^0-9]"), text(""), text("g"))
        return case((same(digits, text("")), value), otherwise=digits)
    if kind == "iban":
        return call("lower", call("regexp_replace", value, text(f"[{_SPACES}]+"), text(""), text("g")))
    if kind in _CASELESS:
        one = call("regexp_replace", value, text(f"[{_SPACES}]+"), text(" "), text("g"))
        return call("btrim", call("lower", one), text(" "))
    return call("btrim", value, text(_SPACE_CHARACTERS))


def _seal(kind: str, name: exp.Expr, inner: exp.Expr, outer: exp.Expr) -> exp.Expr:
    start = _spelled("seal", kind) + _NAME.to_bytes(8, "big")
    return _letters(_hmac(start, _bytes(name), inner, outer), _SEAL // 2)


def _hmac(start: bytes, rest: exp.Expr, inner: exp.Expr, outer: exp.Expr) -> exp.Expr:
    known = call("decode", text(start.hex()), text("hex"))
    return call("sha256", joined(outer, call("sha256", joined(inner, known, rest))))


def _letters(mac: exp.Expr, count: int) -> exp.Expr:
    hexadecimal = call("encode", call("substr", mac, number(1), number(count)), text("hex"))
    return call("translate", hexadecimal, text("0123456789abcdef"), text("abcdefghijklmnop"))


def _spelled(*parts: str) -> bytes:
    return b"".join(len(raw).to_bytes(8, "big") + raw for raw in (part.encode("utf-8") for part in parts))


def _bytes(value: exp.Expr) -> exp.Expr:
    return call("convert_to", value, text("UTF8"))


def _text(column: exp.Expr) -> exp.Expr:
    """Under the collation "C": patterns fail under a nondeterministic one, and no locale has a say in what is shown."""
    return exp.Collate(this=as_text(column), expression=exp.to_identifier("C", quoted=True))


def _like(value: exp.Expr, pattern: str) -> exp.Expr:
    return exp.RegexpLike(this=value.copy(), expression=text(pattern))
