"""Limits, effects and masks in words that read at a glance."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, assert_never

from broker.model.constraint import (
    All,
    Anything,
    Constraint,
    EmailAt,
    Field,
    Fields,
    HandleOf,
    Items,
    Length,
    Like,
    NoLinks,
    OneOf,
    Param,
    PathUnder,
    Range,
    TypedOnly,
    UrlIn,
)
from broker.model.scope import Budget, Hours, Per, Rows, RowsAny, RowsSubject, RowsWhere

ACTIONS: Final[Mapping[str, str]] = {
    "show": "in full",
    "handle": "as a handle: it can be passed on, not read",
    "pseudonym": "as a stand-in: equal values look equal, within the task",
    "last4": "the last four characters",
    "domain": "the domain alone",
    "redact": "the name of its class alone",
    "hide": "as null",
    "drop": "not at all",
}
PER: Final[Mapping[Per, str]] = {
    Per.PRINCIPAL: "a person",
    Per.ACTOR: "an agent",
    Per.SUBJECT: "whose data it is",
}
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_HOUR: Final = 60


def limits(constraint: Constraint) -> str:  # noqa: C901, PLR0912 - one arm for each kind of constraint
    match constraint:
        case Anything():
            return "any"
        case Param(name=name):
            return f"${name}"
        case OneOf(values=values):
            return either([_scalar(one) for one in values])
        case Range(lo=lo, hi=hi):
            return _span(lo, hi)
        case Like(globs=globs):
            return f"like {either(globs)}"
        case Length(lo=lo, hi=hi):
            return f"{_span(lo, hi)} characters"
        case Items(lo=lo, hi=hi, each=each):
            parts = [] if lo is None and hi is None else [f"{_span(lo, hi)} items"]
            return ", ".join([*parts, *([] if each is None else [f"each {limits(each)}"])])
        case Fields():
            return "{" + ", ".join(f"{name}: {argument(one)}" for name, one in constraint.named().items()) + "}"
        case EmailAt(domains=domains):
            return f"an address at {either(domains)}" if domains else "an address"
        case UrlIn(schemes=schemes, hosts=hosts):
            return f"a URL, {either(schemes)}, at {either(hosts) if hosts else 'any host'}"
        case PathUnder(folder=folder):
            return f"a path under {folder}"
        case HandleOf(classes=classes):
            return f"a handle of {either(sorted(classes))}, never a typed value"
        case NoLinks():
            return "no links"
        case TypedOnly():
            return "no handle"
        case All(parts=parts):
            return ", ".join(limits(part) for part in parts)
        case _:
            assert_never(constraint)


def argument(one: Field) -> str:
    return f"{limits(one.constraint)}, or absent" if one.optional else limits(one.constraint)


def rows(reach: Rows | None) -> str:
    match reach:
        case None:
            return ""
        case RowsAny(why=why):
            return f"every row: {why}"
        case RowsSubject(param=param):
            return f"only rows of ${param}"
        case RowsWhere(tables=tables):
            return "; ".join(
                f"{table} where "
                + " and ".join(f"{c.column} = {c.literal if c.param is None else f'${c.param}'}" for c in held)
                for table, held in tables
            )
        case _:
            assert_never(reach)


def budget(limit: Budget) -> str:
    counted = {"call": limit.calls, "row": limit.rows, "person": limit.subjects, "byte": limit.bytes}
    parts = [f"{count} {_many(name, count)}" for name, count in counted.items() if count is not None]
    return ", ".join([*parts, *(f"{name} up to {total} in all" for name, total in limit.sums.items())])


def hours(when: Hours) -> str:
    days = [_DAYS[day] for day in sorted(when.days)]
    return f"{_clock(when.start)} to {_clock(when.end)} {when.zone}, {' '.join(days)}"


def either(words: Collection[str]) -> str:
    *most, last = words or ("nothing",)
    return f"{', '.join(most)} or {last}" if most else last


def _many(name: str, count: int) -> str:
    if count == 1:
        return name
    return "people" if name == "person" else f"{name}s"


def _scalar(value: object) -> str:
    match value:
        case Param(name=name):
            return f"${name}"
        case str():
            return f'"{value}"'
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def _span(lo: object, hi: object) -> str:
    match lo, hi:
        case None, _:
            return f"at most {hi}"
        case _, None:
            return f"at least {lo}"
        case _:
            return f"{lo} to {hi}" if lo != hi else f"{lo}"


def _clock(minutes: int) -> str:
    return f"{minutes // _HOUR:02}:{minutes % _HOUR:02}"
