"""The example for agents that hand work on: as its own page says it is started, against the broker of a user."""

import os
import socket
import sys
from pathlib import Path

import anyio
import pytest

from broker.demo.acts import ask
from broker.demo.jobs import support
from broker.demo.stage import prepare

EXAMPLE = Path(__file__).parents[2] / "examples" / "agents" / "delegating.py"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


async def run(*words, env=None):
    done = await anyio.run_process([sys.executable, *map(str, words)], env=env, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()
    return done.stdout.decode()


@pytest.mark.requirement("delegate-offline")
async def test_a_sub_agent_does_its_part_and_nothing_that_was_taken_away(tmp_path):
    stage = await prepare(tmp_path / "broker")
    port, spare = free_port(), stage.shop.spare
    stage.config.write_text(f'[server]\nurl = "http://127.0.0.1:{port}/mcp"\nport = {port}\n')
    key, pub, token = (tmp_path / name for name in ("agent.key", "agent.pub", "agent.token"))
    pub.write_text(await run("-m", "broker", "key", key))
    granted = await stage.command(*support(spare).words, "--holder", str(pub))
    token.touch(0o600)
    token.write_text(granted["token"])
    env = {**os.environ, "BROKER_TOKEN_FILE": str(token), "BROKER_KEY": str(key), "COLUMNS": "100", "PYTHONUTF8": "1"}
    words = ("serve", "--config", str(stage.config), "--json")
    async with await anyio.open_process([sys.executable, "-m", "broker", *words]) as process:
        try:
            await process.stdout.receive()  # it stands
            said = await run(EXAMPLE, spare.ticket, env=env)
        finally:
            process.terminate()
    ends = [line.split()[0] for line in said.splitlines() if line.startswith("  ")]
    assert ends == ["·", "✓", "✓", "·", "✗", "✗", "✓", "✗", "·", "✗", "✓", "✗"], said
    assert "helpdesk-1/writer/admin" in said
    assert "budget_spent" in said
    assert ask(stage.shop.pay, "SELECT count(*) FROM refund") == [(0,)]
    assert ask(stage.shop.mail, "SELECT count(*) FROM outbox") == [(2,)]
    assert granted["token"] not in said
