"""The example of an agent that opens its task by itself, as a user starts it: for itself, and for who signed in."""

import json
import os
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
@pytest.mark.parametrize("whose", ["its own", "maria's"])
def test_from_a_key_to_a_first_call_as_itself_and_for_a_user(whose, shop):
    one, url, login = shop
    env = {**os.environ, "PYTHONPATH": str(ROOT), "BROKER_URL": url, "BROKER_KEY": str(one.folder / "agent.key")}
    if whose == "maria's":
        token = one.folder / "maria.token"
        token.write_text(signed_in(login, url))
        env["USER_TOKEN_FILE"] = str(token)
    done = subprocess.run([sys.executable, EXAMPLE], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["rows"][0]["n"] > 0
    opened = [record for record in one.log if record["kind"] == "task.opened"][-1]
    issuer = login if whose == "maria's" else url.removesuffix("/mcp")
    sub = "maria" if whose == "maria's" else "analyst-1"
    assert (opened["principal"], opened["actor"]) == ({"issuer": issuer, "sub": sub}, "analyst-1")
    assert "call.outcome" in one.of(opened["task"])
