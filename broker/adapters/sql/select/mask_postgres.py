"""Masks in PostgreSQL: a value of any type has a text, and a pseudonym is HMAC-SHA-256 spelled in SQL."""

from __future__ import annotations

from typing import Final

from sqlglot import exp

from broker.actions.shapes import redacted
from broker.adapters.sql.select.mask_words import any_of, call, case, every, is_null, joined, less, number, same, text

PADS: Final = ("_pad_inner", "_pad_outer")
"""The placeholders of pseudonyms; see `pads`."""

_BLOCK: Final = 64  # bytes, of SHA-256: RFC 2104 section 2
_SHORTEST: Final = 8
_LOCAL: Final = 64  # characters before the `@`, and after it
_HOST: Final = 253
_NAME: Final = 20  # letters that name a value, and then
_SEAL: Final = 12  # letters that seal the name
_SPACES: Final = r"[\x09-\x0d\x1c-\x20]+"  # what Python's split and strip know of ASCII
_SPACE_CHARACTERS: Final = " \t\n\x0b\x0c\r\x1c\x1d\x1e\x1f"
_DIGITS_ONLY: Final = frozenset({"phone", "card"})
_NO_SPACES: Final = frozenset({"iban"})
_CASELESS: Final = frozenset({"email", "person"})


def pads(key: bytes) -> tuple[bytes, bytes]:
    """Inner and outer block of HMAC (RFC 2104 section 2). `key`: `shapes.stand_in_key`, at most 64 bytes."""
    block = key.ljust(_BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def hidden(column: exp.Expr) -> exp.Expr:
    """NULL of the column's own type: a bare NULL is a text to a UNION, and ambiguous to functions of many types."""
    return exp.Case(ifs=[exp.If(this=exp.false(), true=column.copy())])


def last4(kind: str, column: exp.Expr) -> exp.Expr:
    strange = any_of(_like(_text(column), "[^ -~]"), less(call("length", _plain(column)), _SHORTEST))
    return case(
        (is_null(column.copy()), exp.Null()),
        (same(_text(column), text(redacted(kind))), _text(column)),
        (_like(_text(column), "^[*]{4}[0-9A-Za-z]{4}$"), _text(column)),
        (strange, text(redacted(kind))),
        otherwise=joined(text("****"), call("right", _plain(column), number(4))),
    )


def domain(kind: str, column: exp.Expr) -> exp.Expr:
    # Before the `@` whatever is printed and is no `@`. Sizes are counted apart: a pattern's bounds cost 10 us a value.
    address = every(
        _like(_trimmed(column), "^[!-?A-~]*@[0-9A-Za-z]([0-9A-Za-z.-]*[0-9A-Za-z])?$"),
        less(call("strpos", _trimmed(column), text("@")), _LOCAL + 2),
        less(call("length", _host(column)), _HOST + 1),
    )
    return case(
        (is_null(column.copy()), exp.Null()),
        (address, joined(text("@"), call("lower", _host(column)))),
        otherwise=text(redacted(kind)),
    )


def pseudonym(kind: str, column: exp.Expr) -> exp.Expr:
    """See `shapes.pseudonym`. What is a stand-in already costs no more than the look at its seal.

    Queries inside each other give a name to what is needed twice. `OFFSET 0` keeps PostgreSQL from putting each in the
    place of its name again, where it would be computed as often.
    """
    start = f"psn-{kind}-"
    held = call("substr", _text(column), number(len(start) + 1), number(_NAME))
    sealed = every(
        same(call("length", _text(column)), number(len(start) + _NAME + _SEAL)),
        same(call("left", _text(column), number(len(start))), text(start)),
        same(call("right", _text(column), number(_SEAL)), _seal(kind, held)),
    )
    size = call("int8send", call("octet_length", _named("c")))
    mac = _hmac(_parts("pseudonym", kind), joined(size, _named("c")))
    simple = _step(_bytes(canonical(kind, column)), "c", of=None)
    name = _step(_letters(mac, _NAME), "n", of=simple)
    made = exp.Select(
        expressions=[joined(text(start), _named("n"), _seal(kind, _named("n")))], from_=exp.From(this=name)
    )
    return case(
        (is_null(column.copy()), exp.Null()),
        (any_of(same(_text(column), text(redacted(kind))), sealed), _text(column)),
        otherwise=exp.Subquery(this=made),
    )


def canonical(kind: str, column: exp.Expr) -> exp.Expr:
    """See `shapes.canonical`: the same for ASCII; letters beyond it are neither composed nor folded."""
    if kind in _DIGITS_ONLY:
        digits = call("regexp_replace", _text(column), text("[^0-9]+"), text(""), text("g"))
        return call("coalesce", call("nullif", digits, text("")), _text(column))
    if kind in _NO_SPACES:
        return call("lower", call("regexp_replace", _text(column), text(_SPACES), text(""), text("g")))
    if kind in _CASELESS:
        one = call("regexp_replace", _text(column), text(_SPACES), text(" "), text("g"))
        return call("btrim", call("lower", one))
    return call("btrim", _text(column), text(_SPACE_CHARACTERS))


def _step(value: exp.Expr, name: str, *, of: exp.Expr | None) -> exp.Expr:
    query = exp.Select(
        expressions=[exp.Alias(this=value, alias=exp.to_identifier(name))],
        from_=None if of is None else exp.From(this=of),
        offset=exp.Offset(expression=number(0)),
    )
    return exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier("s")))


def _named(name: str) -> exp.Expr:
    return exp.Column(this=exp.to_identifier(name))


def _seal(kind: str, name: exp.Expr) -> exp.Expr:
    return _letters(_hmac(_parts("seal", kind) + _NAME.to_bytes(8, "big"), _bytes(name)), _SEAL)


def _hmac(start: bytes, rest: exp.Expr) -> exp.Expr:
    inner, outer = (exp.Placeholder(this=name) for name in PADS)
    known = call("decode", text(start.hex()), text("hex"))
    return call("sha256", joined(outer, call("sha256", joined(inner, known, rest))))


def _letters(mac: exp.Expr, count: int) -> exp.Expr:
    hexadecimal = call("encode", call("substr", mac, number(1), number(count // 2)), text("hex"))
    return call("translate", hexadecimal, text("0123456789abcdef"), text("abcdefghijklmnop"))


def _parts(*parts: str) -> bytes:
    return b"".join(len(raw).to_bytes(8, "big") + raw for raw in (part.encode("utf-8") for part in parts))


def _bytes(value: exp.Expr) -> exp.Expr:
    return call("convert_to", value, text("UTF8"))


def _trimmed(column: exp.Expr) -> exp.Expr:
    return call("btrim", _text(column))


def _host(column: exp.Expr) -> exp.Expr:
    return call("split_part", _trimmed(column), text("@"), number(2))


def _plain(column: exp.Expr) -> exp.Expr:
    return call("regexp_replace", _text(column), text("[^0-9A-Za-z]+"), text(""), text("g"))


def _text(column: exp.Expr) -> exp.Expr:
    """Under the collation "C": patterns fail under a nondeterministic one, and no locale has a say in what is shown."""
    value = exp.Cast(this=column.copy(), to=exp.DataType(this=exp.DataType.Type.TEXT))
    return exp.Collate(this=value, expression=exp.to_identifier("C", quoted=True))


def _like(value: exp.Expr, pattern: str) -> exp.Expr:
    return exp.RegexpLike(this=value, expression=text(pattern))
