"""Short words to write an expression with. What they are handed becomes a part of what they give: copy it before."""

from __future__ import annotations

from sqlglot import exp


def case(*arms: tuple[exp.Expr, exp.Expr], otherwise: exp.Expr) -> exp.Expr:
    """The first arm that holds."""
    return exp.Case(ifs=[exp.If(this=when, true=then) for when, then in arms], default=otherwise)


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


def text(said: str) -> exp.Expr:
    return exp.Literal.string(said)


def number(said: int) -> exp.Expr:
    return exp.Literal.number(said) if said >= 0 else exp.Neg(this=exp.Literal.number(-said))


def is_null(value: exp.Expr) -> exp.Expr:
    return exp.Is(this=value, expression=exp.Null())


def same(first: exp.Expr, second: exp.Expr) -> exp.Expr:
    return exp.EQ(this=first, expression=second)


def less(first: exp.Expr, most: int) -> exp.Expr:
    return exp.LT(this=first, expression=number(most))


def joined(first: exp.Expr, *others: exp.Expr) -> exp.Expr:
    found = first
    for one in others:
        found = exp.DPipe(this=found, expression=one, safe=True)
    return found


def every(first: exp.Expr, *others: exp.Expr) -> exp.Expr:
    found = first
    for one in others:
        found = exp.And(this=found, expression=one)
    return found


def any_of(first: exp.Expr, *others: exp.Expr) -> exp.Expr:
    found = first
    for one in others:
        found = exp.Or(this=found, expression=one)
    return found


def no(condition: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Paren(this=condition))
