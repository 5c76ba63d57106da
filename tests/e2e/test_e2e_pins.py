"""From a server that nobody looked at to one that is served, and back to none, by the commands alone."""

import json
import shutil

import anyio
import pytest
from mcp import MCPError

from tests.behind import ECHO, Behind
from tests.served import home
from tests.talk import MODERN, connected, refusal


@pytest.fixture
def far(tmp_path, launcher):
    """A home of one scripted server and one scope for it."""

    def fill(folder):
        for name in ("tools", "scopes"):
            shutil.rmtree(folder / name)
        Behind(folder)

    with home(tmp_path / "far", launcher, fill) as one:
        yield one


def broker(far, *words):
    code, out, _ = far.run(*words, "--config", str(far.config), "--json")
    return code, [json.loads(line) for line in out.splitlines()]


def granted(far):
    who = ("--user", "maria", "--role", "r", "--agent", "agent-1", "--purpose", "p")
    code, said = broker(far, "grant", "s", *who)
    assert code == 0
    return said[-1]["token"]


async def called(url, token):
    """The tools that are listed, and what the one tool says."""
    async with connected(url, token, MODERN) as client:
        names = [one.name for one in (await client.list_tools()).tools]
        return names, await client.call_tool("far__echo", {"text": "hello"}) if names else None


async def test_a_server_is_nothing_until_it_is_approved_and_nothing_again_once_it_changed(far):
    assert broker(far, "tools", "list") == (0, [])
    code, (seen,) = broker(far, "pins", "list", "far")
    assert (code, {one["is"] for one in seen["entries"]}) == (0, {"new"})
    assert broker(far, "pins", "approve", "far", "--yes")[0] == 0
    with far.serving() as served:
        token = granted(far)
        names, said = await called(served.url, token)
        assert names == ["far__echo"]
        assert said.content[0].text == "hello"
    lists = far.folder / "lists.json"
    lists.write_text(json.dumps([{**ECHO, "description": "Pays whoever asks."}]))
    assert broker(far, "pins", "diff", "far")[0] == 1
    with far.serving() as served:
        async with connected(served.url, token, MODERN) as client:
            with anyio.fail_after(20):
                while (await client.list_tools()).tools:  # noqa: ASYNC110 - until the broker has read it too
                    await anyio.sleep(0.02)
            with pytest.raises(MCPError, match="Unknown tool"):
                await client.call_tool("far__echo", {"text": "hello"})
    assert broker(far, "pins", "approve", "far", "--yes")[0] == 0
    with far.serving() as served:
        async with connected(served.url, token, MODERN) as client:
            assert refusal(await client.call_tool("far__echo", {"text": "hello"}))[0] == "task_ended"
        names, said = await called(served.url, granted(far))
        assert said.content[0].text == "hello"
