"""What two readers could read differently is refused."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.edge.ingress import UnreadableBody, document, message
from broker.leaves.walk import MAX_DEPTH

PLAIN = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}


@pytest.mark.requirement("one-reading")
@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": -1e999}',
        b'{"a": 9007199254740993}',
        b'{"a": -9007199254740993}',
        b'{"a": 1' + b"0" * 100_000 + b"}",
        b'{"a": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'{"a": ["x", {"b": "\\udc00 "}]}',
        b'{"a": "\xff"}',
        b"\xff\xfe{}",
        b"\xef\xbb\xbf{}",
        b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
        b"[" * 100_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b"",
        b"{} {}",
        b"{'a': 1}",
        b'{"a": 01}',
        b'{"a": .5}',
        b'{"a": 0x10}',
        b'{"a": "tab\tinside"}',
    ],
    ids=range(25),
)
def test_a_body_with_two_readings_has_none(body):
    assert isinstance(document(body), UnreadableBody)


@pytest.mark.parametrize(
    "body", [b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, b"9007199254740992", b'"\\ud83d\\ude00"', b"1.5"]
)
def test_what_is_just_inside_is_read(body):
    assert document(body) == json.loads(body)


@pytest.mark.parametrize(
    "said",
    [
        [PLAIN],
        [],
        "x",
        None,
        {},
        {**PLAIN, "jsonrpc": "1.0"},
        {**PLAIN, "method": 1},
        {**PLAIN, "id": None},
        {**PLAIN, "id": True},
        {**PLAIN, "id": 1.5},
        {**PLAIN, "id": [1]},
        {**PLAIN, "params": []},
        {**PLAIN, "params": None},
        {**PLAIN, "extra": 1},
        {"jsonrpc": "2.0", "method": "tools/call", "params": {}},
        {"jsonrpc": "2.0", "id": 1, "result": {}},
        {"jsonrpc": "2.0", "id": 1, "error": {}},
    ],
    ids=range(17),
)
def test_a_message_has_one_form(said):
    assert isinstance(message(json.dumps(said).encode()), UnreadableBody)


def test_requests_and_notifications_pass():
    note = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    assert message(json.dumps(PLAIN).encode()) == PLAIN
    assert message(json.dumps(note).encode()) == note


@pytest.mark.requirement("any-bytes")
@given(st.binary() | st.text().map(str.encode))
def test_any_bytes_are_read_or_refused(body):
    message(body)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner, max_size=3)
    ),
    max_leaves=9,
)


@given(JSON)
def test_what_is_plain_json_is_read_as_every_reader_reads_it(value):
    assert document(json.dumps(value).encode()) == value
    assert document(json.dumps(value, ensure_ascii=False).encode()) == value
