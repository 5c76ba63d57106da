"""Do the predicate that decides and the schema that agents read say the same?"""

from decimal import Decimal

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.catalog.predicate import meets
from broker.catalog.schema import schema_of
from broker.model.constraint import (
    All,
    Anything,
    EmailAt,
    Field,
    Fields,
    HandleOf,
    Items,
    Length,
    Like,
    OneOf,
    PathUnder,
    Range,
    UrlIn,
)
from broker.model.tool import Argument, Policy

MAX = 2**53 - 1
LETTERS = st.text(alphabet="abAB*?\\.-/@é\n \U0001d4b3", max_size=6)
INTS = st.integers(-5, 5) | st.integers(-MAX, MAX)
DECS = st.decimals(-1000, 1000, places=2, allow_nan=False)
NUMBERS = INTS | st.floats(allow_nan=False, allow_infinity=False) | DECS.map(float)


def argument(kind, policy=None, handles=frozenset(), **keywords):
    return Argument(schema={"type": kind, **keywords}, required=True, policy=policy, handles=handles)


INTEGER, NUMBER = argument("integer"), argument("number")
TEXT = argument("string", Policy.TEXT)
LIST = argument("array", Policy.TEXT, items={"type": "string"})
OBJECT = argument(
    "object",
    Policy.TEXT,
    properties={"a": {"type": "integer"}, "b": {"type": "string"}},
    required=[],
    additionalProperties=False,
)


@st.composite
def ranges(draw):
    ends = sorted([draw(DECS), draw(DECS)])
    return Range(draw(st.sampled_from([ends[0], None])), draw(st.sampled_from([ends[1], None])))


@st.composite
def lengths(draw, make=Length):
    lo, hi = sorted([draw(st.integers(0, 4)), draw(st.integers(0, 4))])
    return make(draw(st.sampled_from([lo, None])), draw(st.sampled_from([hi, None])))


GLOBS = st.text(alphabet="ab?*-.é", max_size=5).map(lambda text: text.replace("**", "*").replace("**", "*"))
LIKES = st.lists(GLOBS, min_size=1, max_size=2).map(lambda globs: Like(tuple(globs)))
TEXTS = st.one_of(
    st.just(Anything()), LIKES, lengths(), st.lists(LETTERS, min_size=1, max_size=3).map(lambda v: OneOf(tuple(v)))
)
NUMERIC = st.one_of(ranges(), st.lists(NUMBERS, min_size=1, max_size=3).map(lambda v: OneOf(tuple(v))))


def several(parts):
    return st.one_of(parts, st.lists(parts, min_size=2, max_size=3).map(lambda found: All(tuple(found))))


ITEMS = st.tuples(lengths(lambda lo, hi: (lo, hi)), st.none() | several(TEXTS)).map(lambda p: Items(*p[0], p[1]))
FIELDS = st.tuples(several(NUMERIC), several(TEXTS), st.booleans(), st.booleans()).map(
    lambda p: Fields((("a", Field(p[0], p[2])), ("b", Field(p[1], p[3]))))
)
ONLY_A = st.tuples(several(NUMERIC), st.booleans()).map(lambda p: Fields((("a", Field(*p)),)))

PAIRS = st.one_of(
    st.tuples(st.just(INTEGER), several(NUMERIC)),
    st.tuples(st.just(NUMBER), several(NUMERIC)),
    st.tuples(st.just(argument("number", minimum=-3, maximum=3.5)), several(NUMERIC)),
    st.tuples(st.just(TEXT), several(TEXTS)),
    st.tuples(st.just(argument("string", Policy.TEXT, enum=["a", "b", "ab"])), several(TEXTS)),
    st.tuples(st.just(LIST), several(ITEMS)),
    st.tuples(st.just(OBJECT), several(FIELDS | ONLY_A)),
)
SMALL = st.one_of(st.none(), st.booleans(), NUMBERS, LETTERS, GLOBS)
VALUES = st.recursive(
    SMALL,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=6,
)

OF_ITS_KIND = {
    "integer": NUMBERS,
    "number": NUMBERS,
    "string": LETTERS | GLOBS,
    "array": st.lists(LETTERS | GLOBS, max_size=5),
    "object": st.fixed_dictionaries({}, optional={"a": INTS, "b": LETTERS | GLOBS, "c": SMALL}),
}


def with_value(pair):
    """Mostly a value that the tool itself would take: of any value at all, nearly none meets anything."""
    likely = OF_ITS_KIND[pair[0].schema["type"]]
    return st.tuples(st.just(pair), st.one_of(likely, likely, VALUES))


def allows(schema, value):
    return jsonschema_rs.Draft202012Validator(schema).is_valid(value)


@pytest.mark.requirement("predicate-is-schema")
@given(PAIRS.flatmap(with_value))
def test_predicate_and_schema_agree_on_every_value(case):
    (known, constraint), value = case
    by_both = allows(dict(known.schema), value) and meets(constraint, value, None)
    assert allows(schema_of(constraint, known), value) == by_both


@pytest.mark.requirement("predicate-is-schema")
@given(PAIRS, st.data())
def test_predicate_and_schema_agree_near_the_ends(pair, data):
    known, constraint = pair
    parts = constraint.parts if isinstance(constraint, All) else (constraint,)
    near = [float(end) for part in parts if isinstance(part, Range) for end in (part.lo, part.hi) if end is not None]
    near += [one for part in parts if isinstance(part, OneOf) for one in part.values]
    value = data.draw(st.sampled_from(near)) if near else None
    by_both = allows(dict(known.schema), value) and meets(constraint, value, None)
    assert allows(schema_of(constraint, known), value) == by_both


HOSTS = st.sampled_from(["example.com", "a-b.example.org"])
PARTS = st.text(alphabet="ab./-_@:#?%&\\ ", max_size=8)
WIDER = st.one_of(
    st.tuples(
        st.just(argument("string", Policy.EMAIL)),
        st.lists(HOSTS, max_size=2).map(lambda hosts: EmailAt(tuple(hosts))),
        st.builds("{}@{}".format, PARTS, HOSTS | PARTS),
    ),
    st.tuples(
        st.just(argument("string", Policy.URL)),
        st.builds(
            UrlIn,
            st.just(("https",)),
            st.none() | st.tuples(HOSTS),
            st.none() | st.just((443,)),
            st.none() | st.just(("/a*",)),
        ),
        st.builds("{}://{}{}{}".format, st.sampled_from(["https", "http"]), HOSTS | PARTS, PARTS, PARTS),
    ),
    st.tuples(
        st.just(argument("string", Policy.PATH)),
        st.sampled_from([PathUnder("."), PathUnder("a/b")]),
        st.sampled_from(["", "a/b/"]).flatmap(lambda start: PARTS.map(lambda rest: start + rest)),
    ),
)


@given(WIDER)
def test_the_schema_never_refuses_an_address_that_the_predicate_permits(case):
    known, constraint, value = case
    assert not meets(constraint, value, None) or allows(schema_of(constraint, known), value)


@given(st.sampled_from([Anything(), HandleOf(frozenset({"email"})), Length(1, 2), Like(("*",)), OneOf(("a",))]))
def test_a_handle_stands_only_where_something_speaks_of_handles(constraint):
    takes = frozenset({"email"})
    speaks = isinstance(constraint, Anything | HandleOf)
    assert meets(constraint, "hdl", "email", takes) == speaks
    assert not meets(constraint, "hdl", "card", takes)
    assert meets(constraint, "hdl", "email") == isinstance(constraint, HandleOf)


@pytest.mark.requirement("handle-sink")
@given(VALUES)
def test_a_typed_value_never_stands_for_a_handle(value):
    assert not meets(HandleOf(frozenset({"email"})), value, None)


def test_a_limit_of_a_file_is_exact_where_a_binary_float_is_not():
    limit = Range(None, Decimal("0.3"))
    assert not meets(limit, 0.1 + 0.2, None)
    assert meets(limit, 0.3, None)
    assert not meets(limit, float("nan"), None)
