"""A line is what the strict reader says it is, and its headers say what it says."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp.shared.inbound import InboundModernRoute, classify_inbound_request, decode_header_value, encode_header_value

from broker.connect.spoken import Notification, Reply, Request, Unreadable, envelope, read, spelled
from broker.edge.ingress import UnreadableBody, message
from tests.talk import MODERN

META = {"io.modelcontextprotocol/protocolVersion": MODERN, "io.modelcontextprotocol/clientCapabilities": {}}
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


def line(**fields):
    return json.dumps({"jsonrpc": "2.0", **fields}).encode()


@given(TEXTS)
def test_a_header_gives_back_what_it_was_made_of_and_is_spelled_as_the_sdk_spells_it(value):
    assert spelled(value) == encode_header_value(value)
    assert spelled(value).isascii()
    assert decode_header_value(spelled(value)) == value


@given(st.sampled_from(["tools/call", "prompts/get", "resources/read", "x"]), TEXTS, TEXTS, JSON)
def test_the_headers_of_a_newer_request_pass_the_brokers_own_check(method, name, uri, odd):
    params = {"_meta": META, "name": name, "uri": uri, "odd": odd}
    said = read(line(id=1, method=method, params=params))
    assert isinstance(said, Request)
    headers = {one.lower(): value for one, value in envelope(said).items()}
    assert isinstance(classify_inbound_request(json.loads(said.raw), headers=headers), InboundModernRoute)


@pytest.mark.requirement("one-reading")
@given(st.binary(max_size=60) | JSON.map(lambda one: json.dumps(one).encode()))
def test_any_line_is_read_or_refused_as_the_edge_does(raw):
    found, said = message(raw), read(raw)
    assert isinstance(said, Request | Notification) == (not isinstance(found, UnreadableBody))
    if isinstance(said, Unreadable):
        assert said.why == found


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (line(id=1, method="x"), Request),
        (line(id="", method="x"), Request),
        (line(method="notifications/x"), Notification),
        (line(id=1, result={}), Reply),
        (line(id=1, error={"code": 1}), Reply),
        (line(error={}), Reply),
        (line(id=1, method="x", result={}), Unreadable),
        (line(id=1), Unreadable),
        (line(), Unreadable),
    ],
)
def test_what_a_line_is(raw, kind):
    assert type(read(raw)) is kind


@pytest.mark.parametrize("meta", [None, [], {}, "x", {"io.modelcontextprotocol/protocolVersion": 1}])
def test_without_a_version_in_its_envelope_a_request_is_of_the_older_protocol(meta):
    said = read(line(id=1, method="tools/call", params={"_meta": meta, "name": "x"}))
    assert said.version is None
    assert envelope(said) == {}


@pytest.mark.parametrize(("n", "kept"), [(7, 7), ("a", "a"), (True, None), (1.5, None), (None, None), ([1], None)])
def test_of_what_cannot_be_read_the_id_is_kept_where_it_is_one(n, kept):
    assert read(line(id=n, method="x", more=1)).id == kept


def test_a_name_that_is_no_text_is_in_no_header():
    said = read(line(id=1, method="tools/call", params={"_meta": META, "name": 5}))
    assert set(envelope(said)) == {"MCP-Protocol-Version", "Mcp-Method"}


def test_what_was_said_shows_in_no_message_of_python():
    assert "secret" not in repr(read(line(id=1, method="x", params={"a": "secret"})))
