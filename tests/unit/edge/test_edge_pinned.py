"""An issuer's name leads to the internet or where an admin says that it lies; what was looked at is what is called."""

import ssl
from ipaddress import ip_network

import httpx2
import pytest

from broker.edge.oauth.pinned import Pinned, UnansweredError, resolved
from tests.certified import certificate
from tests.listening import listening

NAME = "login.example"
INSIDE = [
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "127.0.0.1",
    "169.254.169.254",  # where clouds give out credentials
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "192.0.2.1",
    "::1",
    "::",
    "fe80::1%1",
    "fd00::1",
    "ff02::1",
    "::ffff:10.0.0.1",  # IPv4 in disguise, in each of its four
    "::ffff:8.8.8.8",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
]
OUTSIDE = ["8.8.8.8", "2606:4700::1111"]


class Network(httpx2.AsyncBaseTransport):
    """Answers at some addresses, and remembers who was called and how."""

    def __init__(self, reachable=frozenset(OUTSIDE)):
        self.reachable, self.called = reachable, []

    async def handle_async_request(self, request):
        self.called.append((request.url.host, request.headers["host"], request.extensions["sni_hostname"]))
        if request.url.host not in self.reachable:
            raise httpx2.ConnectError("refused")
        return httpx2.Response(200, json={})


async def called(*addresses, name=NAME, inside=(), network=None):
    """Who was called when a name had these addresses, once each."""
    network, answers = Network() if network is None else network, [addresses, ("10.6.6.6",)]

    async def resolve(_name):
        return answers.pop(0)

    way = Pinned(network, {NAME: [ip_network(one) for one in inside]}, resolve)
    async with httpx2.AsyncClient(transport=way) as client:
        await client.get(f"https://{name}/jwks")
    return network.called


@pytest.mark.requirement("issuer-places")
@pytest.mark.parametrize("address", INSIDE)
async def test_a_name_that_leads_inside_is_not_followed(address):
    network = Network()
    for more in ((), OUTSIDE[:1]):  # a name that leads to both is to be trusted with neither
        with pytest.raises(UnansweredError, match="networks"):
            await called(*more, address, network=network)
    assert network.called == []


@pytest.mark.requirement("issuer-places")
@pytest.mark.parametrize("address", OUTSIDE)
async def test_what_was_looked_at_is_called_under_the_name_that_was_meant(address):
    assert await called(address) == [(address, NAME, NAME)]


async def test_where_an_admin_says_that_it_lies_it_may_lie_and_nowhere_beside():
    at = Network(frozenset({"10.20.0.7"}))
    assert await called("10.20.0.7", inside=["10.20.0.0/16"], network=at) == [("10.20.0.7", NAME, NAME)]
    with pytest.raises(UnansweredError):
        await called("10.21.0.7", inside=["10.20.0.0/16"])
    with pytest.raises(UnansweredError):
        await called("10.20.0.7", name="other.example", inside=["10.20.0.0/16"])


async def test_a_name_of_this_machine_leads_to_this_machine_alone():
    with pytest.raises(UnansweredError):
        await called("8.8.8.8", name="localhost")
    at = Network(frozenset({"127.0.0.1"}))
    assert await called("127.0.0.1", name="localhost", network=at) == [("127.0.0.1", "localhost", "localhost")]


async def test_of_several_addresses_the_next_is_called_where_one_does_not_answer():
    assert [one for one, _, _ in await called("1.1.1.1", *OUTSIDE)] == ["1.1.1.1", OUTSIDE[0]]
    with pytest.raises(UnansweredError, match="cannot be reached"):
        await called("1.1.1.1")
    with pytest.raises(UnansweredError):
        await called()


@pytest.mark.parametrize("name", ["no-such-name.invalid", "a..b", "x" * 300])
async def test_a_name_that_leads_nowhere_is_told(name):
    way = Pinned(Network(), {}, resolved)
    with pytest.raises(UnansweredError, match="nowhere"):
        await way.handle_async_request(httpx2.Request("GET", httpx2.URL(scheme="https", host=name)))


@pytest.mark.requirement("issuer-places")
async def test_a_certificate_is_held_against_the_name_and_not_the_address(tmp_path):
    """It is one for `localhost` and 127.0.0.1: whoever else is meant is not there."""
    cert, key = certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(cert, key)

    async def here(_name):
        return ("127.0.0.1",)

    said = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
    async with listening([said], tls=context) as there:
        trusting = httpx2.AsyncHTTPTransport(verify=ssl.create_default_context(cafile=cert))
        way = Pinned(trusting, {NAME: [ip_network("127.0.0.0/8")]}, here)
        async with httpx2.AsyncClient(transport=way) as client:
            assert (await client.get(f"https://localhost:{there.port}/")).status_code == 200
            with pytest.raises(UnansweredError):
                await client.get(f"https://{NAME}:{there.port}/")
