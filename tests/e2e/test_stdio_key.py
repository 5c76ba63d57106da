"""`broker stdio --key`: an agent that knows no keys uses a token that is bound to one, in both eras."""

import subprocess

import anyio
import pytest

from broker.agent.key import Key
from tests.piped import piped, speaking, words
from tests.proven import bound, doors
from tests.talk import ERAS, refusal

READ = "bank__account_read"
READS = {"name": READ, "arguments": {"account_id": 1}}


@pytest.fixture(scope="module")
def served(shared_bank):
    """A process with a socket, over the store of the shared bank."""
    with doors(shared_bank, "keyed") as ((config, way),), shared_bank.serving("--config", str(config)):
        yield way


def put(path, text):
    path.touch(0o600)
    path.write_text(text)
    return path


@pytest.fixture
def agent(tmp_path, shared_bank, request):
    key = Key.make()
    key.save(tmp_path / "agent.key")
    opened, held = bound(shared_bank, key, user=f"keyed-{abs(hash(request.node.name))}")
    return tmp_path / "agent.key", put(tmp_path / "token", held.token), opened, held


@pytest.mark.requirement("connector-key")
@pytest.mark.parametrize("era", ERAS)
async def test_the_connector_signs_for_an_agent_that_cannot(shared_bank, served, agent, era):
    key, token, opened, _ = agent
    env = {"BROKER_TOKEN_FILE": str(token)}
    async with speaking("--socket", served.socket, "--key", key, era=era, env=env) as client:
        assert READ in {one.name for one in (await client.list_tools()).tools}
        for _ in range(3):
            assert len((await client.call_tool(READ, {"account_id": 1})).structured_content["rows"]) == 1
        denied = await client.call_tool("bank__pay", {"account_id": 2, "amount": 1})
    assert refusal(denied) == ("value_not_allowed", False)
    assert shared_bank.of(opened.task.id).count("call.intent") == 3


@pytest.mark.requirement("connector-key")
async def test_without_its_key_the_token_is_nobodys(served, agent):
    async with piped("--socket", served.socket, env={"BROKER_TOKEN_FILE": str(agent[1])}) as one:
        answer, _ = await one.ask("tools/call", READS)
    assert (answer["error"]["code"], answer["error"]["data"]["refused"]) == (-31001, "bad_token")


@pytest.mark.requirement("connector-key")
async def test_a_fresh_token_is_taken_where_the_key_holds_it_and_told_of_where_not(served, agent, tmp_path):
    key, token, _, held = agent
    usable = held.attenuate(to=held.key.public, name="again", tools={"bank__account_read": {}})
    token.write_text(spent := held.attenuate(to=held.key.public, name="spent", expires_in=1))
    async with piped(
        "--socket", served.socket, "--key", key, env={"BROKER_TOKEN_FILE": str(token)}, err=tmp_path / "err"
    ) as one:
        with anyio.fail_after(20):
            while "result" in (await one.ask("tools/call", READS))[0]:
                pass
        token.write_text(held.attenuate(to=Key.make().public, name="another"))
        answer, _ = await one.ask("tools/call", READS, 2)
        assert answer["error"]["data"]["refused"] == "token_expired"
        token.write_text(usable)
        answer, _ = await one.ask("tools/call", READS, 3)
        assert len(answer["result"]["structuredContent"]["rows"]) == 1
    said = (tmp_path / "err").read_text()
    assert "bound to another key" in said
    assert not any(part in said for part in spent.split("~"))


def ends(*more, token):
    done = subprocess.run(
        words(*more), env={"BROKER_TOKEN": token}, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stderr


@pytest.mark.requirement("connector-key")
def test_a_connector_that_could_not_prove_anything_does_not_start(agent, served, tmp_path):
    key, _, _, held = agent
    Key.make().save(tmp_path / "other.key")
    (tmp_path / "open.key").write_text((tmp_path / "agent.key").read_text())
    (tmp_path / "open.key").chmod(0o644)
    way = ("--socket", served.socket)
    for wrong, says in (
        ((*way, "--key", tmp_path / "other.key"), "bound to another key"),
        ((*way, "--key", tmp_path / "open.key"), "chmod 600"),
        ((*way, "--key", tmp_path / "none.key"), "no such file"),
        (("--url", "http://127.0.0.1:1/mcp", "--key", key), "the token is for `http://127.0.0.1:8750/mcp`"),
    ):
        code, said = ends(*wrong, token=held.token)
        assert (code, says in said, len(said.splitlines())) == (2, True, 1), said
        assert not any(part in said for part in (held.token, key.read_text()))


@pytest.mark.requirement("connector-key")
async def test_a_session_that_a_restart_forgot_is_opened_again_with_proofs_of_its_own(shared_bank, agent):
    key, token, _, _ = agent
    with doors(shared_bank, "again") as ((config, way),), shared_bank.serving("--config", str(config)) as broker:
        async with piped("--socket", way.socket, "--key", key, env={"BROKER_TOKEN_FILE": str(token)}) as one:
            await one.initialize()
            assert "result" in (await one.ask("tools/call", READS, 1, modern=False))[0]
            await anyio.to_thread.run_sync(broker.kill)
            with shared_bank.serving("--config", str(config)):
                answer, _ = await one.ask("tools/call", READS, 2, modern=False)
                assert len(answer["result"]["structuredContent"]["rows"]) == 1
