"""What the page for agent builders shows can be used as it stands."""

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from broker.cli.app import app
from broker.connect import connector, pipes

PAGE = (Path(__file__).parents[3] / "docs" / "agents.md").read_text(encoding="utf-8")
SHOWN = [json.loads(one) for one in re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)]
STARTED = [
    one
    for shown in SHOWN
    for one in {**shown.get("servers", {}), **shown.get("mcpServers", {})}.values()
    if "command" in one
]


@pytest.mark.parametrize("server", STARTED, ids=lambda one: " ".join(one["args"]))
def test_what_clients_are_told_to_start_is_a_command_of_ours(server):
    assert Path(server["command"]).name == "broker"
    told = CliRunner(env={"COLUMNS": "200"}).invoke(app(), [server["args"][0], "--help"])
    assert told.exit_code == 0
    assert all(word in told.stdout for word in server["args"] if word.startswith("--"))
    assert set(server["env"]) == {"BROKER_TOKEN_FILE"}


def test_the_page_shows_both_ways_in():
    assert len(STARTED) >= 2
    assert [one["type"] for shown in SHOWN for one in shown.get("servers", {}).values()] == ["stdio", "http"]


def test_the_limits_on_the_page_are_those_of_the_code():
    assert f"longer than {pipes.LONGEST >> 20} MiB" in PAGE
    assert f"more than {connector.MOST} requests" in PAGE
