"""The example of an agent that opens its task by itself, as a user starts it: for itself, and for who signed in."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from joserfc import jws

from broker.agent.key import Key
from broker.demo.shop import build
from broker.store.system import SystemClock
from tests.oauth_world import LOGIN_KEY, free_port, signing_in
from tests.served import home

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "agents.md"
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXAMPLE = ROOT / "examples" / "agents" / "registered.py"
IDENTITY = """
[[identity.issuers]]
url = "{login}"
algorithms = ["ES256"]
roles_claim = "roles"
roles = {{staff = "analyst"}}
delegates = {{app = ["analyst-1"]}}

[[identity.agents]]
name = "analyst-1"
key = "agent.pub"
owner = "tests"
model = "any"
provider = "any"
review_by = 2999-01-01
roles = ["analyst"]
"""


def signed_in(login, audience):
    now = int(SystemClock().now())
    said = {"iss": login, "aud": audience, "sub": "maria", "exp": now + 300, "iat": now, "client_id": "app"}
    head = {"alg": "ES256", "typ": "at+jwt", "kid": "k1"}
    return jws.serialize_compact(head, json.dumps({**said, "roles": ["staff"]}), LOGIN_KEY, algorithms=["ES256"])


@pytest.fixture(scope="module")
def shop(tmp_path_factory, launcher):
    """(the shop, its broker, who signs users in)"""
    port, key = free_port(), Key.make()

    def fill(folder):
        build(folder / "data")
        key.save(folder / "agent.key")
        (folder / "agent.pub").write_text(json.dumps(dict(key.public)))
        config = folder / "broker.toml"
        text = config.read_text().replace("# port = 8750", f"port = {port}")
        config.write_text(text + IDENTITY.format(login=login.url))

    with (
        signing_in() as login,
        home(tmp_path_factory.mktemp("registered") / "shop", launcher, fill) as one,
        one.serving("--port", str(port)) as broker,
    ):
        yield one, broker.url, login.url


@pytest.mark.requirement("agent-by-itself")
async def test_what_the_page_shows_is_a_first_call(shop, monkeypatch, capsys):
    one, url, _ = shop
    (block,) = (one for one in BLOCK.findall(PAGE.read_text(encoding="utf-8")) if "def first_call(" in one)
    assert len([line for line in block.splitlines() if line]) < 20
    shown: dict = {}
    exec(compile(block, PAGE.name, "exec"), shown)
    monkeypatch.chdir(one.folder)
    await shown["first_call"](url)
    assert "is_error=False" in capsys.readouterr().out
    assert _opened(one) == {"issuer": url.removesuffix("/mcp"), "sub": "analyst-1"}


@pytest.mark.requirement("agent-by-itself")
def test_the_example_works_for_who_signed_in(shop):
    one, url, login = shop
    token = one.folder / "maria.token"
    token.write_text(signed_in(login, url))
    env = {"PYTHONPATH": str(ROOT), "BROKER_URL": url, "BROKER_KEY": str(one.folder / "agent.key")}
    env |= {"USER_TOKEN_FILE": str(token)}
    words = [sys.executable, EXAMPLE]
    done = subprocess.run(words, env={**os.environ, **env}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"][0]["n"] > 0
    assert _opened(one) == {"issuer": login, "sub": "maria"}


def _opened(one):
    """For whom the newest task is; it was called in."""
    opened = [record for record in one.log if record["kind"] == "task.opened"][-1]
    assert opened["actor"] == "analyst-1"
    assert "call.outcome" in one.of(opened["task"])
    return opened["principal"]
