"""The files that the page about MCP servers shows load as they stand, and narrow what the server takes."""

import re
from pathlib import Path

from broker.adapters.mcp.kind import Mcp
from broker.catalog import pins
from broker.catalog.catalog import load
from broker.settings import Settings
from tests.mcp_kit import TODAY

PAGE = (Path(__file__).parents[3] / "docs" / "tools-mcp.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"^```yaml\n# (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
REPO = {"repo_path": {"title": "Repo Path", "type": "string"}}
WHOLE = {"type": "integer", "default": 10}
LISTED = {
    "git_log": {**REPO, "max_count": WHOLE, "start_timestamp": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
    "git_diff": {**REPO, "target": {"type": "string"}, "context_lines": WHOLE},
}


def test_the_examples_load_and_show_agents_what_the_scope_says(tmp_path):
    for name, text in EXAMPLE.findall(PAGE):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    tools = {
        name: {"name": name, "inputSchema": {"type": "object", "properties": takes, "required": ["repo_path"]}}
        for name, takes in LISTED.items()
    }
    approved = pins.Pins(runs="a" * 64, held={"tools": tools})
    (tmp_path / "tools/git/pins.json").write_bytes(pins.written("git", approved))
    catalog, warnings = load(Settings(root=tmp_path), {"mcp": Mcp(root=tmp_path)}, TODAY, {})
    assert warnings == ()
    assert {one.name: set(one.arguments) for one in catalog.specs()} == {
        "git.log": {"max_count", "start_timestamp"},
        "git.diff": {"target", "context_lines"},
    }
    assert set(catalog.scope("read-history").tools) == {"git.log", "git.diff"}
