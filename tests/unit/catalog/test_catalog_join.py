"""Constraints that are joined say what each of them said, and no more."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.catalog.join import together
from broker.catalog.predicate import meets
from broker.model.constraint import Length, Like, OneOf, Param, Range, TypedOnly

ENDS = st.none() | st.integers(-3, 3)
SCALARS = st.sampled_from([0, 1, 1.0, True, False, "1", "", "ab", -3, 2.5])
RANGES = st.builds(lambda lo, hi: Range(*(None if end is None else Decimal(end) for end in (lo, hi))), ENDS, ENDS)
LENGTHS = st.builds(Length, ENDS, ENDS)
LISTS = st.builds(lambda values: OneOf(tuple(values)), st.lists(SCALARS, max_size=6))
OTHERS = st.sampled_from([TypedOnly(), Like(("a*",)), Like(("*b",))])
PARTS = st.one_of(*(st.lists(one, max_size=4) for one in (RANGES, LENGTHS, LISTS, RANGES | LENGTHS | LISTS | OTHERS)))


@pytest.mark.requirement("narrowing")
@given(PARTS, SCALARS)
def test_a_value_meets_what_is_joined_where_it_meets_all_of_it(parts, value):
    joined = together(parts)
    assert all(meets(one, value, None) for one in joined) == all(meets(one, value, None) for one in parts)
    assert len(joined) <= 6


def test_a_parameter_is_joined_with_nothing():
    parts = (OneOf((Param("p"),)), OneOf((1,)))
    assert together(parts) == parts


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        (Range(Decimal(1), Decimal(5)), Range(Decimal(3), Decimal(9)), Range(Decimal(3), Decimal(5))),
        (Range(Decimal(3), None), Range(Decimal(1), Decimal(9)), Range(Decimal(3), Decimal(9))),
        (Length(1, 5), Length(3, None), Length(3, 5)),
        (OneOf((1, 2, 3)), OneOf((3, 1, 9)), OneOf((3, 1))),
        (OneOf((1, "1")), OneOf((True, 1.0)), OneOf((1.0,))),
        (OneOf((1,)), OneOf((2,)), OneOf(())),
        (TypedOnly(), TypedOnly(), TypedOnly()),
    ],
)
def test_two_of_a_kind_are_one(one, other, both):
    assert together((one, other)) == (both,)
