"""The page for agents that hold keys, and its example: as a user starts them, against a broker that serves."""

import os
import re
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import anyio
import pytest

from broker.agent.key import Key
from broker.agent.said import read
from broker.demo.acts import ask
from broker.demo.jobs import support
from broker.demo.shop import Shop
from broker.demo.stage import Stage, prepare

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "agents" / "delegating.py"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass
class Begun:
    """A folder with a broker that serves, an agent's key in it, and a token that is bound to that key."""

    folder: Path
    shop: Shop
    token: str


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def run(*words, cwd, **env):
    done = subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def broker(stage, *words):
    return run("-m", "broker", *words, cwd=stage.folder)


@pytest.fixture(scope="module")
def begun(tmp_path_factory):
    folder = tmp_path_factory.mktemp("agents") / "shop"
    stage: Stage = anyio.run(prepare, folder)
    port = free_port()
    stage.config.write_text(f'[server]\nurl = "http://127.0.0.1:{port}/mcp"\nport = {port}\n')
    (folder / "agent.pub").write_text(broker(stage, "key", "agent.key"))
    token = broker(stage, *support(stage.shop.spare).words, "--holder", "agent.pub").splitlines()[-1]
    words = [sys.executable, "-m", "broker", "serve", "--config", str(stage.config), "--json"]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        process.stdout.readline()  # it stands
        yield Begun(folder, stage.shop, token)
        process.terminate()


@pytest.mark.requirement("delegate-offline")
def test_a_sub_agent_does_its_part_and_nothing_that_was_taken_away(begun):
    (begun.folder / "agent.token").write_text(begun.token)
    env = {"BROKER_TOKEN_FILE": "agent.token", "BROKER_KEY": "agent.key"}
    said = run(EXAMPLE, begun.shop.spare.ticket, cwd=begun.folder, **env)
    ends = [line.split()[0] for line in said.splitlines() if line.startswith("  ")]
    assert ends == ["·", "✓", "✓", "·", "✗", "✗", "✓", "✗", "·", "✗", "✓", "✗"], said
    assert "helpdesk-1/writer/admin" in said
    assert "budget_spent" in said
    assert ask(begun.shop.pay, "SELECT count(*) FROM refund") == [(0,)]
    assert ask(begun.shop.mail, "SELECT count(*) FROM outbox") == [(2,)]
    assert begun.token not in said


@pytest.mark.requirement("pages")
def test_what_the_page_shows_of_keys_and_handing_on_runs_as_it_stands(begun, monkeypatch, capsys):
    monkeypatch.chdir(begun.folder)
    shown: dict = {}
    for block in BLOCK.findall((ROOT / "docs" / "agents.md").read_text(encoding="utf-8")):
        if "broker.agent" in block:
            exec(compile(block, "agents.md", "exec"), shown)
    anyio.run(shown["work"], begun.token)
    assert "mail__send" in capsys.readouterr().out
    writer = Key.make()
    handed = read(shown["for_the_writer"](begun.token, dict(writer.public)))
    assert (handed.actor, handed.holder, handed.blocks_left) == ("helpdesk-1/writer", writer.name, 0)
    assert list(handed.tools) == ["mail.send"]
