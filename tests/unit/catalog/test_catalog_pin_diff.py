"""An admin reads what changed, all of it, with nothing invisible left in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.catalog.pin_diff import Change, changes
from broker.catalog.visible import is_unseen, visible

LONG = "Adds two numbers and returns their sum, as every school teaches it. " * 20

DIFFERENT = {
    "a text": ({"a": "x"}, {"a": "y"}, ("a", "x", "y")),
    "a key that came": ({}, {"a": {"b": 1}}, ("a", None, '{"b": 1}')),
    "a key that went": ({"a": None}, {}, ("a", "null", None)),
    "null is not absence": ({"a": None}, {"a": 1}, ("a", "null", "1")),
    "a number is no text": ({"a": "5"}, {"a": 5}, ("a", '"5"', "5")),
    "true is not one": ({"a": 1}, {"a": True}, ("a", "1", "true")),
    "a whole number is no fraction": ({"a": 1}, {"a": 1.0}, ("a", "1", "1.0")),
    "an object for a text": ({"a": "{}"}, {"a": {}}, ("a", '"{}"', "{}")),
    "a list is read as one": (
        {"required": ["a", "b"]},
        {"required": ["b"]},
        ("required", '["a", "b"]', '["b"]'),
    ),
    "the order of a list": ({"enum": [1, 2]}, {"enum": [2, 1]}, ("enum", "[1, 2]", "[2, 1]")),
    "within a list of objects": (
        {"anyOf": [{"a": 1}, {"b": 1}]},
        {"anyOf": [{"a": 1}, {"b": 2}]},
        ("anyOf[1].b", "1", "2"),
    ),
    "one more object": ({"anyOf": [{"a": 1}]}, {"anyOf": [{"a": 1}, {}]}, ("anyOf[1]", None, "{}")),
    "a key with a dot": ({"a.b": 1}, {"a.b": 2}, ('["a.b"]', "1", "2")),
    "what has no ink": ({"a": "xy"}, {"a": "x\u200by"}, ("a", "xy", "x<U+200B>y")),
    "a turn of the text": ({"a": "xy"}, {"a": "x\u202ey"}, ("a", "xy", "x<U+202E>y")),
    "an escape sequence": ({"a": "xy"}, {"a": "x\x1b[8my"}, ("a", "xy", "x<U+001B>[8my")),
    "a line break": ({"a": "x\n"}, {"a": "x\r\n\t"}, ("a", "x\\n", "x\\r\\n\\t")),
    "space that pushes away": ({"a": "x"}, {"a": "x" + " " * 300 + "y"}, ("a", "x", "x<300 spaces>y")),
    "a key that has no ink": ({}, {"a\u200b": 1}, ('["a<U+200B>"]', None, "1")),
    "the whole": ("x", ["x"], ("", '"x"', '["x"]')),
}


@pytest.mark.parametrize(("before", "after", "change"), DIFFERENT.values(), ids=DIFFERENT)
def test_a_change_is_told_with_its_place(before, after, change):
    assert changes(before, after) == (Change(*change),)


def test_a_long_text_is_shown_around_its_change():
    after = LONG[:700] + "<IMPORTANT>" + LONG[700:]
    [one] = changes({"description": LONG}, {"description": after})
    assert one.before == f"...{LONG[660:740]}..."
    assert one.after == f"...{LONG[660:700]}<IMPORTANT>{LONG[700:740]}..."


def test_a_long_change_shows_its_ends_and_says_what_lies_between():
    [one] = changes({"a": "x"}, {"a": "b" * 3000 + "e" * 3000})
    assert one.after == f"{'b' * 1000} <4000 more characters> {'e' * 1000}"
    [one] = changes({"a": "x"}, {"a": "b" * 3000 + "e" * 3000}, most=10)
    assert one.after == "bbbbb <5990 more characters> eeeee"


def test_two_changes_far_apart_are_both_shown():
    [one] = changes({"a": f"1{LONG[:500]}1"}, {"a": f"2{LONG[:500]}2"})
    assert one.before == f"1{LONG[:500]}1"


def test_each_change_is_told_once_in_the_old_order():
    before = {"name": "a", "gone": 1, "schema": {"x": 1, "y": 1}}
    after = {"new": 1, "schema": {"y": 2, "x": 2}, "name": "b"}
    assert [one.path for one in changes(before, after)] == ["name", "gone", "schema.x", "schema.y", "new"]


def test_keys_that_look_alike_when_shortened_are_two_changes():
    long = "k" * 100
    assert len(changes({f"{long}1": 1, f"{long}2": 1}, {f"{long}1": 2, f"{long}2": 2})) == 2


def test_depth_is_no_error():
    one, other = 1, 2
    for _ in range(5000):
        one, other = {"a": one}, {"a": other}
    assert [(found.before, found.after) for found in changes(one, other)] == [("1", "2")]


TEXTS = st.text(st.characters(exclude_categories=()), max_size=12)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=9,
)


@given(JSON, JSON)
def test_two_definitions_differ_where_their_json_does(one, other):
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (changes(one, other) == ()) is same
    assert changes(one, one) == ()


@given(JSON, JSON)
def test_what_is_shown_can_be_printed(one, other):
    for found in changes(one, other):
        assert not any(is_unseen(char) for side in (found.path, found.before, found.after) for char in side or "")


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P"])))
def test_what_has_ink_is_left_as_it_is(text):
    assert visible(text) == text
