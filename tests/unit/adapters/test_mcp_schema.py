"""A server's own schema decides what agents may send: nothing is fetched, endless, or let in that it does not name."""

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from broker.adapters.mcp.schema import UnusableError, arguments, names, of_prompt
from broker.model.tool import Policy

TEXT = {"type": "string"}
COLOUR = {"type": "string", "enum": ["red", "blue"], "title": "Colour"}


def of(properties, **more):
    return {"type": "object", "properties": properties, **more}


def one(schema, **more):
    """How a scope reads the one argument of this schema."""
    found, _ = arguments(of({"a": schema}, **more))
    return found["a"]


READ = {
    "plain": (TEXT, {}, TEXT),
    "nothing said": ({}, {}, {}),
    "anything": (True, {}, {}),
    "never": (False, {}, {"enum": []}),
    "a reference is put in its place": ({"$ref": "#/$defs/C"}, {"$defs": {"C": COLOUR}}, COLOUR),
    "of an older draft": ({"$ref": "#/definitions/C"}, {"definitions": {"C": TEXT}}, TEXT),
    "a reference through another": (
        {"$ref": "#/$defs/B"},
        {"$defs": {"B": {"$ref": "#/$defs/C"}, "C": TEXT}},
        TEXT,
    ),
    "with words beside it": (
        {"$ref": "#/$defs/C", "description": "which"},
        {"$defs": {"C": COLOUR}},
        {**COLOUR, "description": "which"},
    ),
    "null is left out": ({"anyOf": [TEXT, {"type": "null"}], "default": None}, {}, TEXT),
    "null among types": ({"type": ["string", "null"]}, {}, TEXT),
    "its own title stays": (
        {"anyOf": [{"$ref": "#/$defs/C"}, {"type": "null"}], "title": "A"},
        {"$defs": {"C": COLOUR}},
        {**COLOUR, "title": "A"},
    ),
    "two ways stay two": ({"anyOf": [TEXT, {"type": "integer"}]}, {}, {"anyOf": [TEXT, {"type": "integer"}]}),
    "an anchor leads nowhere": ({"type": "string", "$anchor": "x"}, {}, TEXT),
    "no header is asked of agents": ({"type": "string", "x-mcp-header": "Region"}, {}, TEXT),
}


@pytest.mark.parametrize(("schema", "more", "read"), READ.values(), ids=READ)
def test_an_argument_stands_by_itself(schema, more, read):
    assert one(schema, **more).schema == read


def test_only_a_text_has_the_rules_of_text():
    assert one(TEXT).policy is Policy.TEXT
    assert one({}).policy is Policy.TEXT
    assert [one({"type": kind}).policy for kind in ("integer", "number", "boolean")] == [None] * 3


def test_what_holds_between_arguments_stays():
    pair = {"dependentRequired": {"a": ["b"]}}
    found, dialect = arguments(of({"a": TEXT, "b": TEXT}, required=["a"], additionalProperties=True, title="t", **pair))
    assert dialect == pair
    assert {name: argument.required for name, argument in found.items()} == {"a": True, "b": False}


def test_agents_are_shown_the_dialect_and_the_shelves_too():
    newest = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    shelf = {"$defs": {"C": {"$anchor": "c", "type": "object", "properties": {"d": {"$ref": "#/$defs/D"}}}, "D": TEXT}}
    found, dialect = arguments(of({"a": {"$ref": "#/$defs/C"}}, **newest, **shelf))
    inner = {"type": "object", "properties": {"d": TEXT}}
    assert found["a"].schema == inner
    assert dialect == {**newest, "$defs": {"C": {"$anchor": "c", **inner}, "D": TEXT}}


LOOP = {"C": {"type": "object", "properties": {"c": {"$ref": "#/$defs/C"}}}}
BOMB = {f"a{n}": {"allOf": [{"$ref": f"#/$defs/a{n + 1}"}] * 4} for n in range(30)} | {"a30": TEXT}
REFUSED = {
    "no object": ({"type": "array"}, "not of an object"),
    "a list of types": ({"type": ["object"]}, "not of an object"),
    "no mapping": ([], "not of an object"),
    "arguments without a name": (of({}, patternProperties={".*": {}}), "does not name"),
    "a file on the network": (of({"a": {"$ref": "http://127.0.0.1/x"}}), "leads elsewhere by `$ref`"),
    "a file beside it": (of({"a": {"$ref": "other.json"}}), "leads elsewhere by `$ref`"),
    "nothing": (of({"a": {"$ref": ""}}), "leads elsewhere by `$ref`"),
    "a place that a scope may take away": (
        of({"a": {"$ref": "#/properties/b"}, "b": TEXT}),
        "leads elsewhere by `$ref`",
    ),
    "itself as a whole": (of({"a": {"$ref": "#"}}), "leads elsewhere by `$ref`"),
    "no such shelf": (of({"a": {"$ref": "#/$defs/C"}}), "leads elsewhere by `$ref`"),
    "deeper than a shelf": (of({"a": {"$ref": "#/$defs/C/items"}}, **{"$defs": {"C": {"items": TEXT}}}), "elsewhere"),
    "a base of its own": (of({"a": {"$id": "http://127.0.0.1/x"}}), "`$id`"),
    "what an anchor names": (of({"a": {"$ref": "#x"}}, **{"$defs": {"C": {"$anchor": "x"}}}), "elsewhere by `$ref`"),
    "a dynamic reference": (of({"a": {"$dynamicRef": "#x"}}), "`$dynamicRef`"),
    "another dialect": (of({}, **{"$schema": "http://127.0.0.1/x"}), "`$schema`"),
    "a dialect inside": (of({"a": {"$schema": "https://json-schema.org/draft/2020-12/schema"}}), "`$schema`"),
    "a circle": (of({"a": {"$ref": "#/$defs/C"}}, **{"$defs": LOOP}), "refers to itself"),
    "a bomb of references": (of({"a": {"$ref": "#/$defs/a0"}}, **{"$defs": BOMB}), "too large"),
    "too many": (of({f"a{n}": TEXT for n in range(3000)}), "too large"),
    "a type that is none": (of({"a": {"type": "strange"}}), "no JSON Schema"),
    "a pattern that takes forever elsewhere": (of({"a": {"pattern": "(?=a)b"}}), "no JSON Schema"),
    "properties that are none": ({"type": "object", "properties": []}, "no JSON Schema"),
    "required that is none": (of({}, required="a"), "no JSON Schema"),
}


@pytest.mark.requirement("linear")
@pytest.mark.parametrize(("schema", "why"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_held_to_is_not_used(schema, why):
    with pytest.raises(UnusableError, match=".*".join(why.replace("$", r"\$").split(" "))):
        arguments(schema)


def test_endless_depth_is_cut():
    deep = TEXT
    for _ in range(100):
        deep = {"type": "array", "items": deep}
    with pytest.raises(UnusableError, match="too large"):
        arguments(of({"a": deep}))


@contextmanager
def listening():
    asked = []

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_):
            """Nothing is said."""

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/schema", asked
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("key", ["$ref", "$schema", "$id", "$dynamicRef", "$recursiveRef"])
@pytest.mark.parametrize("where", ["at the root", "in an argument", "in a shelf", "in data"])
def test_nobody_is_asked_for_a_schema(key, where):
    with listening() as (url, asked):
        leads = {key: url}
        schema = {
            "at the root": of({"a": TEXT}, **leads),
            "in an argument": of({"a": {"type": "string", **leads}}),
            "in a shelf": of({"a": {"$ref": "#/$defs/C"}}, **{"$defs": {"C": leads}}),
            "in data": of({"a": {"enum": [leads]}}),
        }[where]
        with pytest.raises(UnusableError):
            arguments(schema)
        assert asked == []


def test_an_argument_may_be_called_like_a_keyword():
    found, _ = arguments(of({"$ref": TEXT, "$id": TEXT, "$schema": TEXT}))
    assert {name: argument.schema for name, argument in found.items()} == dict.fromkeys(
        ("$ref", "$id", "$schema"), TEXT
    )


@pytest.mark.parametrize("schema", [None, [], "x", {}, {"properties": [], "required": {}}, {"required": [1, None]}])
def test_of_a_definition_that_says_nothing_no_argument_is_known(schema):
    assert names(schema) == (frozenset(), frozenset())


def test_what_a_tool_takes_and_needs():
    assert names(of({"a": {}, "b": {}}, required=["a"])) == ({"a", "b"}, {"a"})


def test_a_prompts_arguments_are_texts_of_a_bound_and_what_is_none_is_passed_over():
    listed = [{"name": "a", "required": True}, {"name": "b"}, {"name": 7}, "c", {"required": True}]
    found = of_prompt({"arguments": listed})
    assert {name: one.required for name, one in found.items()} == {"a": True, "b": False}
    assert all(one.schema == {"type": "string", "maxLength": 16_384} for one in found.values())
    assert of_prompt({"arguments": "all"}) == of_prompt({}) == {}
