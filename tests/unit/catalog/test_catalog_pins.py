"""What was approved is kept whole, is read back as it was, and is believed only where nobody edited it."""

import functools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.catalog import pins
from broker.catalog.pins import Pins, Standing

RUNS = "a" * 64
TOOL = {"name": "t", "description": "d", "inputSchema": {"type": "object"}, "annotations": {"readOnlyHint": True}}
HELD = {
    "tools": {"t": TOOL, "u": {"name": "u", "inputSchema": {}}},
    "resources": {"x:y": {"uri": "x:y", "name": "y"}},
    "templates": {"x:{a}": {"uriTemplate": "x:{a}", "name": "y"}},
    "prompts": {"p": {"name": "p", "arguments": [{"name": "a"}]}},
}
FILE = pins.written("far", Pins(runs=RUNS, held=HELD))


def edited(change):
    """The file after somebody's hand was in it."""
    found = json.loads(FILE)
    change(found)
    return json.dumps(found).encode()


def at(*path, value=None):
    """A change that puts a value at a path, or takes away what is there."""

    def change(found):
        *way, last = path
        for step in way:
            found = found[step]
        if value is None:
            del found[last]
        else:
            found[last] = value

    return change


def test_what_was_approved_is_read_back_as_it_was():
    assert pins.read(FILE, "far") == Pins(runs=RUNS, held=HELD)
    nothing = Pins(runs=None, held={kind: {} for kind in pins.LISTS})
    assert pins.read(pins.written("far", nothing), "far") == nothing


def test_the_file_does_not_depend_on_the_order_of_anything():
    turned = {kind: dict(reversed(list(entries.items()))) for kind, entries in reversed(list(HELD.items()))}
    assert pins.written("far", Pins(runs=RUNS, held=turned)) == FILE


EDITED = {
    "a description": at("tools", "t", "definition", "description", value="other"),
    "a schema": at("tools", "t", "definition", "inputSchema", value={}),
    "a hint": at("tools", "t", "definition", "annotations", "readOnlyHint", value=False),
    "a definition that is gone": at("tools", "t", "definition"),
    "a definition that is none": at("tools", "t", "definition", value="t"),
    "a digest": at("tools", "t", "sha256", value="b" * 64),
    "a digest that is gone": at("tools", "t", "sha256"),
    "an entry that is none": at("tools", "t", value=["t"]),
    "something beside it": at("tools", "t", "why", value="because"),
    "another list": at("gadgets", value={}),
    "a list that is none": at("prompts", value=[]),
    "another source": at("source", value="near"),
    "no source": at("source"),
    "what runs, in no digest": at("runs", value="latest"),
    "what runs, as a number": at("runs", value=5),
}


@pytest.mark.parametrize("change", EDITED.values(), ids=EDITED)
def test_a_file_that_was_edited_is_not_believed(change):
    found = pins.read(edited(change), "far")
    assert isinstance(found, str)
    assert found.endswith("; approve it anew with `broker pins approve far`")


def test_an_approved_definition_cannot_stand_under_another_name():
    def swap(found):
        tools = found["tools"]
        tools["t"], tools["u"] = tools["u"], tools["t"]

    assert isinstance(pins.read(edited(swap), "far"), str)


def test_what_is_never_pinned_is_not_smuggled_in_with_a_digest_of_its_own():
    one = {**TOOL, "icons": ["https://evil.example/x.png"]}
    entry = {"sha256": pins.digest(one), "definition": one}
    assert isinstance(pins.read(edited(at("tools", "t", value=entry)), "far"), str)


UNREADABLE = {
    "nothing": b"",
    "no JSON": b"approved: all",
    "no object": b"[]",
    "not UTF-8": b'{"source": "\xff"}',
    "a key twice": FILE.replace(b'"source": "far"', b'"source": "far", "source": "far"'),
    "cut off": FILE[: len(FILE) // 2],
    "deeper than anything": b'{"source":"far","tools":' + b"[" * 500 + b"]" * 500 + b"}",
}


@pytest.mark.parametrize("raw", UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_cannot_be_read_approves_nothing(raw):
    assert isinstance(pins.read(raw, "far"), str)


PINNED = {
    "name": "other",
    "title": "a title",
    "description": "other",
    "inputSchema": {"type": "object", "properties": {"a": {}}},
    "outputSchema": {"type": "object"},
    "annotations": {"readOnlyHint": False},
}


@pytest.mark.parametrize(("key", "value"), PINNED.items(), ids=list(PINNED))
def test_a_change_in_anything_that_an_agent_or_a_decision_can_meet_is_a_change(key, value):
    (one,) = pins.sights({"tools": {"t": TOOL}}, {"tools": {"t": {**TOOL, key: value}}})
    assert one.standing is Standing.CHANGED


@pytest.mark.parametrize("key", ["icons", "_meta", "execution", "unheard"])
def test_what_nobody_ever_uses_is_not_pinned(key):
    assert pins.essence("tools", {**TOOL, key: "x"}) == TOOL


def test_nothing_said_and_null_are_the_same():
    assert pins.essence("tools", {**TOOL, "title": None}) == TOOL


def test_every_entry_has_its_standing():
    then = {"tools": {"a": {"name": "a"}, "b": {"name": "b"}, "c": {"name": "c"}}, "prompts": {"p": {"name": "p"}}}
    now = {"tools": {"b": {"name": "b", "title": "B"}, "c": {"name": "c"}, "d": {"name": "d"}}}
    found = {(one.kind, one.name): one.standing.value for one in pins.sights(then, now)}
    assert found == {
        ("tools", "a"): "gone",
        ("tools", "b"): "changed",
        ("tools", "c"): "approved",
        ("tools", "d"): "new",
        ("prompts", "p"): "gone",
    }


DIFFERENT = [("5", 5), (1, True), (1, 1.0), (None, {}), ([], {}), ("a", "A"), ("\u00e9", "e\u0301"), ("a", "a\u200b")]


@pytest.mark.parametrize(("one", "other"), DIFFERENT, ids=map(repr, DIFFERENT))
def test_what_is_not_the_same_has_not_the_same_digest(one, other):
    assert pins.digest({"default": one}) != pins.digest({"default": other})


UNFIT = {
    "no number": float("nan"),
    "no end": float("inf"),
    "a number that readers read differently": 2**60,
    "a number beyond 64 bits": 2**80,
    "a number of five thousand digits": 10**5000,
    "half a character": "\ud800",
    "endless depth": functools.reduce(lambda inner, _: [inner], range(5000), 0),
}


@pytest.mark.parametrize("value", UNFIT.values(), ids=UNFIT)
def test_a_hostile_definition_raises_nothing_and_is_never_what_was_approved(value):
    one = {"name": "t", "inputSchema": {"default": value}}
    assert pins.unfit(one) is not None
    assert pins.digest(one) != pins.digest({"name": "t", "inputSchema": {"default": None}})
    (sight,) = pins.sights({"tools": {"t": {"name": "t"}}}, {"tools": {"t": one}})
    assert sight.standing is Standing.CHANGED


scalars = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values = st.recursive(
    scalars | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)


@given(values)
def test_whatever_can_be_pinned_is_read_back(value):
    one = {"name": "t", "inputSchema": value} if value is not None else {"name": "t"}
    assert pins.unfit(one) is None
    found = pins.read(pins.written("far", Pins(runs=None, held={"tools": {"t": one}})), "far")
    assert not isinstance(found, str)
    (sight,) = pins.sights(found.held, {"tools": {"t": one}})
    assert sight.standing is Standing.APPROVED
