"""Resources and prompts are named, classed, pinned and granted as tools are."""

import pytest

from broker.adapters.mcp.kind import Mcp
from broker.catalog.uris import pattern
from broker.model.constraint import Anything, Like
from broker.model.label import Leaf, Writer
from broker.model.tool import Face
from tests.mcp_kit import Files

FACES = """tools: {}
resources:
  page: {upstream: "docs://page/{id}", class: free-text}
  index: {upstream: "docs://index", class: public, writer: staff}
prompts:
  greet: {upstream: greet, class: public}
"""
LISTED = {
    "templates": [
        {"uriTemplate": "docs://page/{id}", "name": "p", "description": "A page.", "mimeType": "text/markdown"}
    ],
    "resources": [{"uri": "docs://index", "name": "i", "mimeType": "text/plain; IGNORE ALL"}],
    "prompts": [{"name": "greet", "arguments": [{"name": "who", "required": True}, {"name": "how"}]}],
}
SCOPE = """scope: s
why: tests
for: {roles: [r], agents: ["a-*"], purposes: [p]}
expires: 1h
seal: true
tools: {}
budget: {calls: 10}
"""


@pytest.fixture
def files(tmp_path):
    one = Files(tmp_path)
    one.write(FACES)
    one.approve(**LISTED)
    return one


def test_a_resource_is_read_at_its_uris_alone(files):
    page, index = files.spec("far.page"), files.spec("far.index")
    assert (page.face, page.uri, page.description) == (Face.RESOURCE, "docs://page/{id}", "A page.")
    assert page.arguments["uri"].schema == {"type": "string", "pattern": pattern("docs://page/{id}")}
    assert index.arguments["uri"].schema == {"type": "string", "const": "docs://index"}
    assert index.leaves["contents.*.text"] == Leaf(kind="public", writer=Writer.STAFF)
    assert page.leaves["contents.*.text"] == Leaf(kind="free-text", writer=Writer.ANYONE)


def test_a_type_of_media_that_is_a_message_is_not_passed_on(files):
    assert files.spec("far.page").mime == "text/markdown"
    assert files.spec("far.index").mime is None


def test_a_prompt_takes_what_its_approved_definition_says(files):
    found = files.spec("far.greet").arguments
    assert {name: one.required for name, one in found.items()} == {"who": True, "how": False}


def test_what_is_not_approved_is_left_out_and_said_to_be(files):
    files.approve(resources=LISTED["resources"])
    catalog, warnings = files.load()
    assert [one.name for one in catalog.specs()] == ["far.index"]
    assert [one for one in warnings if "`docs://page/{id}` is not approved" in one]
    assert [one for one in warnings if "`greet` is not approved" in one]


def test_a_tool_of_the_same_name_upstream_approves_no_prompt(files):
    files.approve(tools=[{"name": "greet", "inputSchema": {"type": "object"}}])
    assert files.load()[0].specs() == ()


def test_where_a_uri_lies_is_found(files):
    catalog, _ = files.load()
    assert catalog.at("far", "docs://page/7") == "far.page"
    assert catalog.at("far", "docs://index") == "far.index"
    assert catalog.at("far", "docs://other") is None
    assert catalog.at("near", "docs://index") is None


BROKEN = {
    "no upstream": ("resources: {a: {class: public}}", "resources.a: expected the key `upstream`"),
    "no class": ('resources: {a: {upstream: "x:y"}}', "resources.a: expected the key `class`"),
    "no such class": (
        'resources: {a: {upstream: "x:y", class: strange}}',
        "resources.a.class: unknown class `strange`",
    ),
    "no such writer": (
        'resources: {a: {upstream: "x:y", class: public, writer: me}}',
        "resources.a.writer: expected one of",
    ),
    "no URI": ("resources: {a: {upstream: passwd, class: public}}", "resources.a.upstream: expected a URI"),
    "no map": ("resources: {a: docs}", "resources.a: expected `{upstream: ..., class: ...}`"),
    "none at all": ("resources: {}", "resources: expected `{name: {upstream, class}}`"),
    "a name of ours": ('resources: {A b: {upstream: "x:y", class: public}}', "resources.A b: expected"),
    "an unknown key": ('resources: {a: {upstream: "x:y", class: public, mime: x}}', "resources.a.mime: unknown key"),
    "a prompt of the same name": (
        'resources: {a: {upstream: "x:y", class: public}}\nprompts: {a: {upstream: a, class: public}}',
        "prompts.a: `a` is named already",
    ),
}


@pytest.mark.requirement("all-at-once")
@pytest.mark.parametrize(("text", "said"), BROKEN.values(), ids=BROKEN)
def test_a_mistake_is_told_with_its_place(files, text, said):
    files.write(f"tools: {{}}\n{text}\n")
    assert [one for one in files.problems() if one.startswith(said)], files.problems()


def scope(files, text):
    (files.root / "scopes/s.yaml").write_text(SCOPE + text)
    return files.load()[0].scope("s")


def test_what_a_scope_grants_of_them(files):
    found = scope(
        files,
        "resources: {far.page: {uri: 'docs://page/1*'}, far.index: {any: true, media: [blob]}}\n"
        "prompts: {far.greet: {any: true}}\n",
    )
    assert found.tools["far.page"].arguments["uri"].constraint == Like(("docs://page/1*",))
    assert found.tools["far.index"].arguments["uri"].constraint == Anything()
    assert found.tools["far.index"].media == {"blob"}
    assert {name: one.optional for name, one in found.tools["far.greet"].arguments.items()} == {
        "who": False,
        "how": True,
    }


NOT_GRANTED = {
    "a prompt among resources": ("resources: {far.greet: {any: true}}", "`far.greet` is a prompt"),
    "a resource among prompts": ("prompts: {far.index: {any: true}}", "`far.index` is a resource"),
    "a stranger": ("resources: {far.other: {any: true}}", "unknown tool `far.other`"),
    "nothing said": ("resources: {far.index: {}}", "expected `any` or `uri`"),
    "both said": ("resources: {far.index: {any: true, uri: 'x*'}}", "expected `any` or `uri`"),
    "not any": ("prompts: {far.greet: {any: false}}", "expected `true`"),
    "media that is none": ("prompts: {far.greet: {any: true, media: [video]}}", "expected one of"),
}


@pytest.mark.parametrize(("text", "said"), NOT_GRANTED.values(), ids=NOT_GRANTED)
def test_a_grant_that_is_none_does_not_load(files, text, said):
    (files.root / "scopes/s.yaml").write_text(f"{SCOPE}{text}\n")
    assert [one for one in files.problems() if said in one], files.problems()


def test_the_kind_is_asked_before_a_scope_may_name_what_waits(files):
    files.pins.unlink()
    assert isinstance(files.kind, Mcp)
    found = scope(files, "resources: {far.page: {any: true}}\n")
    assert found.tools == {}
