"""Masked texts and media as an agent reads them: what was dropped is named by its kind, and no URI of others passes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import types

from broker.edge.blocks import block, blocks, content
from broker.edge.wire import prompt, resource, result
from broker.model.outcome import Served
from tests.unit.audit.audit_made import masked

TEXT = types.TextContent
URI = "docs+docs://x"
HOSTILE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["text", "image", "audio", "resource", "link", "data", "mime", "blob", "name"]), inner
        )
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("one", "shown"),
    [
        ({"text": "a"}, TEXT(text="a")),
        ({"image": {"data": "QQ==", "mime": "image/png"}}, types.ImageContent(data="QQ==", mime_type="image/png")),
        ({"audio": {"data": "QQ==", "mime": "audio/wav"}}, types.AudioContent(data="QQ==", mime_type="audio/wav")),
        ({"image": {"data": "QQ=="}}, types.ImageContent(data="QQ==", mime_type="application/octet-stream")),
        ({"image": {"mime": "image/png"}}, TEXT(text="[image]")),
        ({"image": {"data": None, "mime": "image/png"}}, TEXT(text="[image]")),
        ({"audio": {}}, TEXT(text="[audio]")),
        ({"resource": {"mime": "a/b"}}, TEXT(text="[blob]")),
        ({"link": {"name": "a", "about": None}}, TEXT(text="a")),
        ({"link": {"name": "a", "about": "b"}}, TEXT(text="a: b")),
        ({"link": {"about": "b"}}, None),
        ({"text": None}, None),
        ({}, None),
        (None, None),
        ("text", None),
    ],
    ids=str,
)
def test_a_block_is_shown_as_what_is_left_of_it(one, shown):
    assert block(one, 1) == shown


def test_what_is_embedded_has_a_uri_of_ours_by_its_place():
    found = blocks([{"text": "a"}, {"resource": {"mime": "a/b", "blob": "QQ=="}}, {"resource": {"text": "b"}}])
    held = [one.resource for one in found[1:]]
    assert [one.uri for one in held] == ["broker:embedded/2", "broker:embedded/3"]
    assert [(one.mime_type, getattr(one, "blob", None) or one.text) for one in held] == [
        ("a/b", "QQ=="),
        ("text/plain", "b"),
    ]


@pytest.mark.parametrize(
    ("held", "shown"),
    [
        ({"mime": "text/x", "text": "a"}, types.TextResourceContents(uri=URI, mime_type="text/x", text="a")),
        ({"mime": "a/b", "blob": "QQ=="}, types.BlobResourceContents(uri=URI, mime_type="a/b", blob="QQ==")),
        ({"mime": "a/b"}, types.TextResourceContents(uri=URI, mime_type="text/plain", text="[blob]")),
        ({"mime": "text/x", "text": None}, types.TextResourceContents(uri=URI, mime_type="text/plain", text="")),
        (None, types.TextResourceContents(uri=URI, mime_type="text/plain", text="[blob]")),
    ],
    ids=str,
)
def test_a_part_of_a_resource_lies_where_it_was_asked_for(held, shown):
    assert content(held, URI) == shown


@given(HOSTILE)
def test_whatever_the_mask_leaves_can_be_shown(one):
    """Of no shape is it said that it breaks the wire: a call that was closed must be answered."""
    served = Served(
        masked=masked(content={"content": [one], "contents": [one], "messages": [{"role": "x", "content": one}]})
    )
    for found in (result(served, "t__t", in_blocks=True), resource(served, URI), prompt(served, "t__p")):
        assert found.model_dump_json(by_alias=True)


def test_only_who_is_plainly_the_assistant_is():
    said = {"text": "a"}
    roles = ["assistant", "user", "system", "Assistant", None]
    found = prompt(
        Served(masked=masked(content={"messages": [{"role": one, "content": said} for one in roles]})), "t__p"
    )
    assert [one.role for one in found.messages] == ["assistant", "user", "user", "user", "user"]
    assert found.description is None
