"""Resources and prompts over the wire, in both eras: listed, read, refused and on record as tools are."""

import base64

import pytest
from mcp import MCPError, types

from broker.adapters.broken import Broken
from broker.adapters.mcp.result import block_leaves, prompt_leaves, resource_leaves
from broker.model.faults import ToolFault
from broker.model.tool import Argument, Face, Policy
from tests.hosted import granted, hosted
from tests.kit import leaf, spec
from tests.talk import ERAS, connected

TEXT = leaf()
DATA = base64.b64encode(b"bytes").decode()
GUIDE, PAGE, SECRET = "my-docs+docs://guide", "my-docs+docs://page/{id}", "my-docs+docs://secret"


def resource(name, uri, tool, **more):
    schema = (
        {"type": "string", "pattern": "^docs://page/[a-z0-9]+$"} if "{" in uri else {"type": "string", "const": uri}
    )
    where = Argument(schema=schema, required=True, policy=Policy.IDENTIFIER, handles=frozenset())
    facts = {"face": Face.RESOURCE, "uri": uri, "mime": "text/plain", "leaves": resource_leaves(TEXT), "max_rows": 1}
    return spec(f"my_docs.{name}", arguments={"uri": where}, **{**facts, **more}), tool


def prompt(name, tool, **arguments):
    texts = {
        word: Argument(schema={"type": "string"}, required=required, policy=Policy.TEXT, handles=frozenset())
        for word, required in arguments.items()
    }
    return spec(f"my_docs.{name}", face=Face.PROMPT, arguments=texts, leaves=prompt_leaves(TEXT)), tool


def reads(*contents):
    return Broken(answers={"contents": list(contents)}, leaves=resource_leaves(TEXT))


def says(*messages, about="what it is for"):
    return Broken(answers={"about": about, "messages": list(messages)}, leaves=prompt_leaves(TEXT))


HELLO = {"role": "assistant", "content": {"text": "hello"}}


async def the_house():
    house = await granted(
        resource(
            "guide", "docs://guide", reads({"mime": "text/markdown", "text": "# Guide"}, {"mime": "a/b", "blob": DATA})
        ),
        resource("page", "docs://page/{id}", reads({"mime": "text/plain", "text": "page"})),
        prompt(
            "greet",
            says(HELLO, {"role": "system", "content": {"image": {"data": DATA, "mime": "image/png"}}}),
            who=True,
            how=False,
        ),
        (spec("my_docs.tell", leaves=block_leaves(TEXT), blocks=True), Broken()),
    )
    hidden = resource("secret", "docs://secret", reads())
    house.shelf.tools[hidden[0].name] = hidden
    return house


@pytest.mark.parametrize("era", ERAS)
async def test_each_list_shows_what_is_of_it_and_nothing_else(era):
    house = await the_house()
    async with hosted(house) as at, connected(at.url, house.token, era) as client:
        tools, resources = await client.list_tools(), await client.list_resources()
        templates, prompts = await client.list_resource_templates(), await client.list_prompts()
    assert [one.name for one in tools.tools] == ["my_docs__tell"]
    assert [(one.uri, one.name, one.mime_type) for one in resources.resources] == [
        (GUIDE, "my_docs__guide", "text/plain")
    ]
    assert [(one.uri_template, one.name) for one in templates.resource_templates] == [(PAGE, "my_docs__page")]
    (greet,) = prompts.prompts
    assert (greet.name, {one.name: one.required for one in greet.arguments}) == (
        "my_docs__greet",
        {"who": True, "how": False},
    )
    assert {one.cache_scope for one in (tools, resources, templates, prompts)} == {"private"}
    assert house.kinds("call.") == []


@pytest.mark.parametrize("era", ERAS)
async def test_a_resource_is_read_under_the_uri_that_was_asked_for(era):
    house = await the_house()
    async with hosted(house) as at, connected(at.url, house.token, era) as client:
        guide, page = await client.read_resource(GUIDE), await client.read_resource("my-docs+docs://page/7")
    first, second = guide.contents
    assert (first.uri, first.mime_type, first.text) == (GUIDE, "text/markdown", "# Guide")
    assert (second.uri, second.text) == (GUIDE, "[blob]")  # which this scope does not grant
    assert (page.contents[0].uri, page.contents[0].text) == ("my-docs+docs://page/7", "page")
    assert (guide.cache_scope, guide.ttl_ms) == ("private", 0)
    sent = house.shelf.tools["my_docs.page"][1].opened
    assert [one.clear_arguments for one in sent] == [{"uri": "docs://page/7"}]
    assert house.kinds("call.") == ["call.intent", "call.outcome"] * 2


@pytest.mark.parametrize("era", ERAS)
async def test_a_prompt_is_given_in_roles_that_are_known(era):
    house = await the_house()
    async with hosted(house) as at, connected(at.url, house.token, era) as client:
        found = await client.get_prompt("my_docs__greet", {"who": "Ann"})
    assert found.description == "what it is for"
    said = [(one.role, one.content.text) for one in found.messages]
    assert said == [("assistant", "hello"), ("user", "[image]")]
    assert house.shelf.tools["my_docs.greet"][1].opened[0].clear_arguments == {"who": "Ann"}
    assert house.kinds("call.") == ["call.intent", "call.outcome"]


ABSENT = ["my-docs+docs://none", SECRET, "docs://guide", "other+docs://guide", "my_docs+docs://guide", "x", ""]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("uri", ABSENT)
async def test_an_absent_and_an_ungranted_resource_get_one_answer_and_one_record(era, uri):
    house = await the_house()
    async with hosted(house) as at, connected(at.url, house.token, era) as client:
        with pytest.raises(MCPError) as found:
            await client.read_resource(uri)
    said = found.value.error
    assert (said.code, said.message, said.data) == (-32602, "Resource not found", {"uri": uri})
    (record,) = [one for one in house.records if one["kind"].startswith("call.")]
    assert (record["kind"], record["reason"]) == ("call.denied", "unknown_tool")
    assert house.shelf.tools["my_docs.secret"][1].runs == 0


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.requirement("faces")
async def test_each_name_is_of_one_face(era):
    house = await the_house()
    async with hosted(house) as at, connected(at.url, house.token, era) as client:
        asked = {
            "Unknown prompt: my_docs__tell": lambda: client.get_prompt("my_docs__tell", {}),
            "Unknown prompt: my_docs__guide": lambda: client.get_prompt("my_docs__guide", {}),
            "Unknown prompt: nothing": lambda: client.get_prompt("nothing", {}),
            "Unknown tool: my_docs__greet": lambda: client.call_tool("my_docs__greet", {"who": "x"}),
            "Unknown tool: my_docs__guide": lambda: client.call_tool("my_docs__guide", {"uri": "docs://guide"}),
        }
        for message, ask in asked.items():
            with pytest.raises(MCPError) as found:
                await ask()
            assert (found.value.error.code, found.value.error.message) == (types.INVALID_PARAMS, message)
    assert house.kinds("call.") == ["call.denied"] * len(asked)


@pytest.mark.parametrize("era", ERAS)
async def test_other_refusals_say_a_code_a_hint_and_whether_to_retry(era):
    house = await the_house()
    house.shelf.tools["my_docs.guide"][1].raises = ToolFault("a secret of the tool")
    async with hosted(house) as at, connected(at.url, house.token, era) as client:
        asked = {
            "arguments_invalid": lambda: client.get_prompt("my_docs__greet", {"whom": "Ann"}),
            "source_failed": lambda: client.read_resource(GUIDE),
        }
        for reason, ask in asked.items():
            with pytest.raises(MCPError) as found:
                await ask()
            said = found.value.error
            assert (said.code, said.data["refused"], said.data["hint"]) == (-31002, reason, said.message)
            assert isinstance(said.data["retryable"], bool)
            assert "secret" not in said.model_dump_json()


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.requirement("media")
async def test_blocks_pass_as_what_they_are_without_a_uri_of_the_upstream(era):
    house = await the_house()
    blocks = [
        {"text": "one"},
        {"image": {"data": DATA, "mime": "image/png"}},
        {"audio": {"data": DATA, "mime": "audio/wav"}},
        {"resource": {"mime": "text/plain", "text": "two"}},
        {"resource": {"mime": "a/b", "blob": DATA}},
        {"link": {"name": "three", "about": None}},
    ]
    tell = house.shelf.tools["my_docs.tell"][1]
    tell.answers, tell.leaves = {"content": blocks}, block_leaves(TEXT)
    async with hosted(house) as at, connected(at.url, house.token, era) as client:
        found = await client.call_tool("my_docs__tell", {"a": "x"})
    assert found.structured_content is None
    one, image, audio, two, blob, three = found.content
    assert [block.text for block in (one, image, audio, blob, three)] == [
        "one",
        "[image]",
        "[audio]",
        "[blob]",
        "three",
    ]
    assert (two.resource.text, two.resource.uri) == ("two", "broker:embedded/4")
