"""A child's output, however it arrives: the same messages, never more in memory than one."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp_types import JSONRPCError

from broker.adapters.mcp.lines import Lines
from broker.adapters.mcp.lost import Lost

LARGEST = 2_000
ANSWER = st.builds(
    lambda number, text: json.dumps({"jsonrpc": "2.0", "id": number, "result": {"said": text}}).encode(),
    st.integers(0, 10**6),
    st.text(max_size=100),
)
HUGE = st.builds(
    lambda number, size: b'{"jsonrpc": "2.0", "id": %d, "result": {"x": "%s"}}' % (number, b"x" * size),
    st.integers(0, 10**6),
    st.integers(LARGEST, 8 * LARGEST),
)
JUNK = st.sampled_from([b"", b"  ", b"hello", b"{}", b"[]", b"[1]", b"null", b"\xff\xfe", b'{"id": 1}', b"{" * 3000])


def read(chunks):
    lines = Lines(LARGEST)
    return [message for chunk in chunks for message in lines.feed(chunk)]


def cut(whole, at):
    edges = [0, *sorted(one % (len(whole) + 1) for one in at), len(whole)]
    return [whole[start:end] for start, end in pairwise(edges)]


@given(st.lists(ANSWER | HUGE | JUNK, max_size=8), st.lists(st.integers(0, 10**6), max_size=20))
def test_where_a_chunk_ends_changes_nothing(lines, at):
    whole = b"".join(line + b"\n" for line in lines)
    assert read(cut(whole, at)) == read([whole]) == [one for line in lines for one in read([line + b"\n"])]


@given(st.lists(ANSWER | HUGE, min_size=1, max_size=8))
def test_every_answer_is_somebodys_answer_though_it_be_too_large(lines):
    found = read([b"".join(line + b"\n" for line in lines)])
    assert [one.id for one in found] == [int(line.split(b'"id": ')[1].split(b",")[0]) for line in lines]
    assert [isinstance(one, JSONRPCError) for one in found] == [len(line) > LARGEST for line in lines]


@given(st.binary(max_size=500))
def test_no_bytes_are_too_much(noise):
    assert all(message.jsonrpc == "2.0" for message in read([noise, b"\n", noise]))


def test_a_line_that_is_too_long_is_not_kept():
    lines = Lines(LARGEST)
    for _ in range(10):
        assert list(lines.feed(b"x" * LARGEST)) == []
        assert len(lines._held) <= LARGEST


def test_a_line_without_end_is_given_up():
    lines = Lines(LARGEST)
    with pytest.raises(Lost, match="a line of more than"):
        list(lines.feed(b"x" * LARGEST * 100))


def test_so_many_lines_that_are_no_messages_are_given_up():
    lines = Lines(LARGEST)
    assert list(lines.feed(b"x\n" * 1000)) == []
    with pytest.raises(Lost, match="no messages"):
        list(lines.feed(b"x\n"))
