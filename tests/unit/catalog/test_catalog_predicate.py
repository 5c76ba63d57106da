"""Where each constraint ends, to the value."""

from decimal import Decimal

import pytest

from broker.catalog.predicate import meets, opens_inside
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
    NoLinks,
    OneOf,
    Param,
    Range,
)

ONE_TO_NINE = Range(Decimal(1), Decimal(9))
AB = Fields((("a", Field(ONE_TO_NINE)), ("b", Field(Anything(), optional=True))))


@pytest.mark.requirement("predicate-is-schema")
@pytest.mark.parametrize(
    ("constraint", "value", "inside"),
    [
        (OneOf((1,)), 1.0, True),
        (OneOf((1,)), True, False),
        (OneOf((True,)), 1, False),
        (OneOf((True,)), True, True),
        (OneOf((0,)), False, False),
        (OneOf((5,)), "5", False),
        (OneOf(("5",)), 5, False),
        (OneOf((Param("n"),)), "n", False),
        (Param("n"), "n", False),
        (ONE_TO_NINE, 1, True),
        (ONE_TO_NINE, 9, True),
        (ONE_TO_NINE, 0.999, False),
        (ONE_TO_NINE, 9.001, False),
        (ONE_TO_NINE, True, False),
        (ONE_TO_NINE, "5", False),
        (ONE_TO_NINE, None, False),
        (Range(None, None), float("inf"), False),
        (Range(None, None), float("nan"), False),
        (Length(2, 3), "a", False),
        (Length(2, 3), "ab", True),
        (Length(2, 3), "abc", True),
        (Length(2, 3), "abcd", False),
        (Length(None, 3), ["a"], False),
        (Items(1, 2, None), [], False),
        (Items(1, 2, None), ["a"], True),
        (Items(1, 2, None), ["a", "b"], True),
        (Items(1, 2, None), ["a", "b", "c"], False),
        (Items(None, None, ONE_TO_NINE), [5, 10], False),
        (Items(None, None, ONE_TO_NINE), [5, 9], True),
        (AB, {"a": 1}, True),
        (AB, {"b": 1}, False),
        (AB, {"a": 1, "c": 1}, False),
        (AB, {"a": 0, "b": 1}, False),
        (All((Length(None, 3), Like(("a*",)))), "abc", True),
        (All((Length(None, 3), Like(("a*",)))), "bcd", False),
        (NoLinks(), {"a": [{"b": "see evil.com/x"}]}, False),
        (NoLinks(), {"evil.com/x": 1}, False),
        (NoLinks(), {"a": [{"b": "see this"}, 1, None]}, True),
    ],
    ids=str,
)
def test_a_value_is_inside_or_not_to_the_last_one(constraint, value, inside):
    assert meets(constraint, value, None) is inside


@pytest.mark.requirement("handle-sink")
@pytest.mark.parametrize(
    ("constraint", "admits"),
    [
        (HandleOf(frozenset({"email"})), True),
        (HandleOf(frozenset({"card"})), False),
        (Anything(), True),
        (OneOf(("hdl",)), False),
        (Like(("*",)), False),
        (All((HandleOf(frozenset({"email"})), EmailAt(("example.com",)))), True),
        (All((HandleOf(frozenset({"card"})), EmailAt(("example.com",)))), False),
        (All((HandleOf(frozenset({"email"})), OneOf(("hdl",)))), False),
        (All((Like(("*",)), NoLinks())), False),
    ],
    ids=str,
)
def test_a_handle_stands_where_every_word_on_handles_admits_it(constraint, admits):
    assert meets(constraint, "hdl", "email", frozenset({"email"})) is admits


@pytest.mark.requirement("handle-sink")
def test_the_value_behind_a_handle_meets_what_is_said_of_texts():
    both = All((HandleOf(frozenset({"email"})), EmailAt(("example.com",))))
    assert opens_inside(both, "ann@example.com")
    assert not opens_inside(both, "ann@evil.example")
