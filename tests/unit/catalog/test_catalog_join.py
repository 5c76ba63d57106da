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
PARTS = (
    st.builds(lambda lo, hi: Range(*(None if end is None else Decimal(end) for end in (lo, hi))), ENDS, ENDS)
    | st.builds(Length, ENDS, ENDS)
    | st.builds(lambda values: OneOf(tuple(values)), st.lists(SCALARS, max_size=4))
    | st.sampled_from([TypedOnly(), Like(("a*",)), Like(("*b",))])
)


@pytest.mark.requirement("narrowing")
@given(st.lists(PARTS, max_size=8), SCALARS)
def test_a_value_meets_what_is_joined_where_it_meets_all_of_it(parts, value):
    joined = together(parts)
    assert all(meets(one, value, None) for one in joined) == all(meets(one, value, None) for one in parts)
    assert len(joined) <= 6


def test_a_parameter_is_joined_with_nothing():
    parts = (OneOf((Param("p"),)), OneOf((1,)))
    assert together(parts) == parts
