"""A function of an installed package, described, granted, checked, masked and recorded like any tool."""

import pytest

from broker.main.rules import rules
from broker.model.decision import Reason
from broker.model.faults import ConfigError
from broker.settings import Settings
from tests import kit

SOURCE = """
source: names
kind: python
description: How packages spell their names.
owner: tests
risk: low
review_by: 2099-12-31
state: active
trust: internal
package: packaging
tools:
  plain:
    description: The one spelling of a package's name.
    effect: read
    call: "packaging.utils:canonicalize_name"
    args: {name: {type: string, maxLength: 64}}
    returns: {value: company}
"""
SCOPE = """
scope: s
why: tests
for: {roles: [r], agents: ["agent-*"], purposes: [p]}
expires: 1h
seal: true
tools: {names.plain: {args: {name: {maxlen: 20}}}}
mask: {company: {p: show, else: redact}}
budget: {calls: 10}
"""


def read(root, source=SOURCE):
    for name, text in (("tools/names/source.yaml", source), ("scopes/s.yaml", SCOPE)):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return rules(Settings(root=root)).catalog


async def test_a_function_is_called_like_any_tool(tmp_path):
    house = kit.House(read(tmp_path))
    await house.open()
    said = await house.call({"name": "Zope.Interface"}, tool="names.plain")
    assert said.masked.content == {"value": "zope-interface"}
    refused = await house.call({"name": "x" * 21}, tool="names.plain")
    assert refused.reason is Reason.VALUE_NOT_ALLOWED
    failed = await house.call({"name": "kept out", "validate": True}, tool="names.plain")
    assert failed.reason is Reason.ARGUMENTS_INVALID
    assert house.kinds("call.") == ["call.intent", "call.outcome", "call.denied", "call.denied"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("package: packaging", "package: not_there_at_all", "an installed package"),
        ("packaging.utils:canonicalize_name", "os:system", "a module of `packaging`"),
        ("packaging.utils:canonicalize_name", "packaging.utils:nothing", "tools.plain.call"),
        ("    returns: {value: company}\n", "", "tools.plain"),
        ("kind: python", "kind: python\nurl: x", "`url` is a key of kind"),
    ],
)
def test_what_cannot_be_called_does_not_load(tmp_path, old, new, said):
    with pytest.raises(ConfigError, match=said):
        read(tmp_path, SOURCE.replace(old, new))
