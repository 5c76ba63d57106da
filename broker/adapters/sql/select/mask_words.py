"""Short words to write an expression with."""

from __future__ import annotations

from sqlglot import exp


def case(*arms: tuple[exp.Expr, exp.Expr], otherwise: exp.Expr) -> exp.Expr:
    """The first arm that holds. What holds of an earlier arm need not hold in a later one: CASE is asked in order."""
    return exp.Case(ifs=[exp.If(this=when, true=then) for when, then in arms], default=otherwise)


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=[one.copy() for one in arguments])


def text(said: str) -> exp.Expr:
    return exp.Literal.string(said)


def number(said: int) -> exp.Expr:
    return exp.Literal.number(said) if said >= 0 else exp.Neg(this=exp.Literal.number(-said))


def as_text(value: exp.Expr) -> exp.Expr:
    return exp.Cast(this=value.copy(), to=exp.DataType(this=exp.DataType.Type.TEXT))


def is_null(value: exp.Expr) -> exp.Expr:
    return exp.Is(this=value.copy(), expression=exp.Null())


def same(first: exp.Expr, second: exp.Expr) -> exp.Expr:
    return exp.EQ(this=first.copy(), expression=second.copy())


def less(first: exp.Expr, second: exp.Expr) -> exp.Expr:
    return exp.LT(this=first.copy(), expression=second.copy())


def joined(first: exp.Expr, *others: exp.Expr) -> exp.Expr:
    found = first.copy()
    for one in others:
        found = exp.DPipe(this=found, expression=one.copy(), safe=True)
    return found


def every(first: exp.Expr, *others: exp.Expr) -> exp.Expr:
    found = first
    for one in others:
        found = exp.And(this=found, expression=one)
    return found


def either(first: exp.Expr, *others: exp.Expr) -> exp.Expr:
    found = first
    for one in others:
        found = exp.Or(this=found, expression=one)
    return found


def no(condition: exp.Expr) -> exp.Expr:
    return exp.Not(this=condition)
