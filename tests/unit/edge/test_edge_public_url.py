"""Through each endpoint: no header changes what the broker says of itself, and no credential comes in by a URL."""

import httpx2
import orjson
import pytest
from starlette.routing import Route

from broker.edge.announcer import Announcer
from broker.edge.http import app
from broker.edge.in_url import holds_a_secret
from broker.edge.oauth.metadata import RESOURCE, SERVER, routes
from broker.edge.oauth.revoke import RevokeEndpoint
from broker.settings import Server
from tests import kit
from tests.oauth_kit import Ways, agent

PLACES = [
    ("POST", "/mcp"),
    ("GET", "/mcp"),
    ("POST", "/token"),
    ("POST", "/revoke"),
    ("GET", f"{RESOURCE}/mcp"),
    ("GET", SERVER),
    ("GET", "/jwks"),
    ("GET", "/readyz"),
    ("GET", "/not-there"),
]
HOSTILE = {
    "host": {"Host": "evil.example"},
    "forwarded host": {"X-Forwarded-Host": "evil.example", "X-Forwarded-Port": "1", "X-Original-URL": "/evil.example"},
    "forwarded": {"Forwarded": "for=192.0.2.1;host=evil.example;proto=https"},
    "all of it": {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Origin": "https://evil.example"},
}
PROXY = "10.0.0.7"


class Place:
    """The whole application over a house in memory."""

    def __init__(self):
        self.house = kit.house(None)
        ways = Ways(self.house)
        back = RevokeEndpoint(pipeline=self.house.pipeline, agents={"agent-1": agent()})
        beside = [
            *routes(kit.AUDIENCE, list),
            Route("/token", ways.endpoint.answer, methods=["POST"]),
            Route("/revoke", back.answer, methods=["POST"]),
        ]
        settings = Server(url="https://broker.example/mcp", proxies=(PROXY,))
        announcer = Announcer(pipeline=self.house.pipeline)
        self.app = app(self.house.pipeline, self.house.ids, announcer, settings, "0", beside=beside)

    async def ask(self, method, path, headers=None, peer=PROXY, **more):
        transport = httpx2.ASGITransport(app=self.app, client=(peer, 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://broker") as client:
            return await client.request(method, path, headers=headers, **more)


@pytest.fixture
def place():
    return Place()


def said(answer):
    return f"{answer.headers.multi_items()} {answer.text}"


@pytest.mark.requirement("public-url")
@pytest.mark.parametrize("name", HOSTILE)
async def test_nothing_of_a_hostile_host_comes_back(name, place):
    for method, path in PLACES:
        for peer in (PROXY, "198.51.100.9"):
            assert "evil" not in said(await place.ask(method, path, HOSTILE[name], peer)), (method, path)


@pytest.mark.requirement("public-url")
@pytest.mark.parametrize("name", HOSTILE)
async def test_challenge_and_metadata_are_of_the_configured_address_alone(name, place):
    challenge = (await place.ask("POST", "/mcp", HOSTILE[name])).headers["www-authenticate"]
    assert 'resource_metadata="http://broker/.well-known/oauth-protected-resource/mcp"' in challenge
    of_resource = (await place.ask("GET", f"{RESOURCE}/mcp", HOSTILE[name])).json()
    of_server = (await place.ask("GET", SERVER, HOSTILE[name])).json()
    assert (of_resource["resource"], of_resource["authorization_servers"]) == ("http://broker/mcp", ["http://broker"])
    urls = [value for value in of_server.values() if isinstance(value, str)]
    assert len(urls) > 3
    assert [one for one in urls if not f"{one}/".startswith("http://broker/")] == []


NAMES = ["access_token", "ACCESS_TOKEN", "access%5Ftoken", "token", "client_assertion", "x"]


@pytest.mark.requirement("not-in-url")
@pytest.mark.parametrize("name", NAMES)
async def test_a_token_in_the_url_is_refused_everywhere_also_beside_a_good_one(name, place, capfd):
    await place.house.open()
    good = {"Authorization": f"Bearer {place.house.token}"}
    for method, path in PLACES:
        for headers in ({}, good):
            answer = await place.ask(method, f"{path}?a=b&{name}={place.house.token}", headers)
            assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"}), (method, path)
    await place.house.journal.flush_strangers()
    kept = [orjson.dumps(one).decode() for one in place.house.records]
    part = place.house.token[:40]
    assert [one for one in kept if part in one] == []
    assert part not in "".join(capfd.readouterr())
    (counted,) = [one for one in place.house.records if one["kind"] == "strangers.counted"]
    assert "a credential in the URL" in str(counted)


@pytest.mark.requirement("not-in-url")
@pytest.mark.parametrize("path", ["/mcp", "/token", "/revoke"])
async def test_a_token_in_a_form_says_nothing_of_who_sends_it(path, place):
    await place.house.open()
    answer = await place.ask("POST", path, data={"access_token": place.house.token})
    assert answer.status_code in {400, 401}
    assert place.house.token not in said(answer)
    assert place.house.kinds("call.") == []


def test_what_is_no_credential_may_stand_in_a_url():
    assert not any(map(holds_a_secret, (b"", b"verbose", b"session=1&x=y", b"tokens=3", b"a=%00&&&=")))
    assert all(
        map(
            holds_a_secret,
            (b"token", b"a;b&token=", b"q=+eyJhbGciOi", b"%74oken=1", b"Client_Secret=x", b"key=tb_AAAA"),
        )
    )
