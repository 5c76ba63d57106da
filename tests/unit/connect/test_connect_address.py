"""A token travels to loopback, behind TLS, or through a socket; never through a proxy and never in clear."""

import pytest

from broker.connect.address import at, behind
from broker.model.faults import ConfigError
from tests.peers import peer, result, wired
from tests.piped import request


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8750/mcp",
        "http://localhost/mcp",
        "http://[::1]:1/mcp",
        "HTTP://LOCALHOST:1/mcp",
        "https://broker.example/mcp",
        "https://192.0.2.1:8443/mcp",
    ],
)
def test_where_a_token_may_go(url):
    assert at(url).url == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "/mcp",
        "127.0.0.1:8750",
        "http://",
        "http://[",
        "http://broker.example/mcp",
        "http://127.0.0.1.evil.example/mcp",
        "http://127.0.0.2/mcp",
        "http://localhost.evil.example/",
        "http://127.0.0.1@evil.example/mcp",
        "https://user:word@broker.example/mcp",
        "https://user@broker.example/mcp",
        "ftp://127.0.0.1/mcp",
        "ws://127.0.0.1/mcp",
        "file:///mcp",
    ],
)
def test_where_it_may_not(url):
    with pytest.raises(ConfigError, match="--url"):
        at(url)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_authorities_that_cannot_be_used_are_named(tmp_path, content):
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigError, match=r"ca\.pem"):
        at("https://broker.example/mcp", path)


async def test_no_proxy_of_the_environment_gets_it(monkeypatch):
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    async with peer(result) as broker, wired(at(broker.url)) as agent:
        agent.send(request("tools/list"))
        assert "result" in await agent.heard()


async def test_a_socket_that_is_not_there_is_a_broker_that_is_down(tmp_path):
    async with wired(behind(tmp_path / "none.sock")) as agent:
        agent.send(request("tools/call"))
        assert (await agent.heard())["error"]["data"]["refused"] == "broker_unavailable"
