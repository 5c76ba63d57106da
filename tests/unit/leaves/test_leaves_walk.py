"""What nobody listed goes, with all that is below it, however the value is built."""

import pytest

from broker.adapters.broken import LEAVES, huge, lies
from broker.leaves.walk import DROP, MAX_DEPTH, field_of, rebuild, tree

SECRET = "canary-7f"
LIES = lies(SECRET)


def seen(value, *paths):
    met = []
    kept = rebuild(value, lambda path, one: met.append((path, one)) or one, tree(paths))
    return kept, met


def test_each_listed_leaf_is_visited_with_its_path():
    value = {"rows": [{"id": 1, "email": None}, {"id": 2}], "truncated": False}
    kept, met = seen(value, "rows.*.id", "rows.*.email", "truncated")
    assert kept == value
    assert met == [("rows.*.id", 1), ("rows.*.email", None), ("rows.*.id", 2), ("truncated", False)]


SHAPES = {
    "a key that is not listed": ({"a": 1, "b": 2}, ["a"], {"a": 1}),
    "a subtree that is not listed": ({"a": {"b": 1, "c": {"d": 2}}}, ["a.b"], {"a": {"b": 1}}),
    "an object where a leaf stands": ({"a": {"b": 1}}, ["a"], {}),
    "an array where a leaf stands": ({"a": [1]}, ["a"], {}),
    "a leaf where an object stands": ({"a": 1}, ["a.b"], {}),
    "a leaf where an array stands": ({"a": 1}, ["a.*"], {}),
    "an object where an array stands": ({"a": {"*": 1, "0": 1}}, ["a.*"], {}),
    "an array where an object stands": ({"a": [{"b": 1}]}, ["a.b"], {}),
    "an array of leaves": ({"a": [1, "x", None]}, ["a.*"], {"a": [1, "x", None]}),
    "an array in an array": ({"a": [[1], 2, [[3]]]}, ["a.*.*"], {"a": [[1], []]}),
    "a leaf or an object": ({"a": [1, {"b": 2}]}, ["a.*", "a.*.b"], {"a": [1, {"b": 2}]}),
    "a key with a dot": ({"a.b": 1, "a": {"b": 2}}, ["a.b"], {"a": {"b": 2}}),
    "a key that is a star": ({"*": 1}, ["*"], DROP),
    "nothing listed": ({"a": 1}, [], DROP),
    "a key that is no text": ({1: 2, None: 3, "a": 4}, ["a", "1", "None"], {"a": 4}),
    "what is no JSON": ({"a": b"x", "b": {1, 2}, "c": object, "d": 1j}, ["a", "b", "c", "d"], {}),
    "a text of another kind": ({"a": type("Text", (str,), {})("x")}, ["a"], {}),
    "a tuple": ({"a": (1, 2)}, ["a.*"], {"a": [1, 2]}),
}


@pytest.mark.requirement("unlisted-dropped")
@pytest.mark.parametrize(("value", "paths", "kept"), SHAPES.values(), ids=SHAPES)
def test_only_what_is_listed_is_kept(value, paths, kept):
    assert seen(value, *paths)[0] == kept


@pytest.mark.parametrize("value", LIES.values(), ids=LIES)
def test_a_lying_tool_is_kept_to_its_leaves(value):
    _, met = seen(value, *LEAVES)
    assert {path for path, _ in met} <= set(LEAVES)
    assert all(isinstance(one, str | int | float | bool | None) for _, one in met)


def test_what_is_dropped_goes_with_its_key_and_its_place():
    def odd(_, one):
        return one if one % 2 else DROP

    assert rebuild({"a": [1, 2, 3], "b": 2}, odd, tree(["a.*", "b"])) == {"a": [1, 3]}


@pytest.mark.parametrize("depth", [31, 32, 33, 1_000, 100_000])
def test_depth_is_never_an_error(depth):
    value = 1
    for _ in range(depth):
        value = {"a": value}
    assert seen(value, "a")[0] == ({"a": 1} if depth == 1 else {})
    path = ".".join(["a"] * min(depth, 2_000))
    assert (seen(value, path)[0] == value) is (depth <= MAX_DEPTH) if depth <= MAX_DEPTH else seen(value, path)[1] == []


def test_a_million_rows_of_unlisted_keys_cost_little():
    assert len(seen(huge(), "rows.*.nope")[0]["rows"]) == 1_000_000


FIELDS = {
    "rows.*.email": "email",
    "rows.*.a.*.b": "a.b",
    "truncated": "truncated",
    "items.*.rows.*.x": "items.rows.x",
    "a.*": "a",
}


@pytest.mark.parametrize(("path", "field"), FIELDS.items())
def test_a_path_as_a_fieldref_names_it(path, field):
    assert field_of(path) == field
