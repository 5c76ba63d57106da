"""Off loopback and in clear text the port is for named proxies: whoever else connects is cut off before he is read."""

import socket
from contextlib import asynccontextmanager
from ipaddress import ip_network

import anyio
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from broker.main.doors import Door, standing
from broker.main.peers import Peers, peers
from broker.main.visits import Visits
from broker.settings import Server

HERE = "127.0.0.1"
REQUEST = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@asynccontextmanager
async def serving(only, counted):
    async def answer(_request):
        counted.append("served")
        return PlainTextResponse("here")

    house = Visits(Starlette(routes=[Route("/", answer)]))
    with socket.create_server((HERE, 0)) as listening:
        async with standing(house, [Door(house, listening, peers=only)]):
            yield listening.getsockname()[1]


async def asked(port):
    async with await anyio.connect_tcp(HERE, port) as stream:
        try:
            await stream.send(REQUEST)
            return await stream.receive()
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            return b""


@pytest.mark.requirement("proxies")
@pytest.mark.parametrize(("named", "comes_in"), [("10.0.0.7", False), ("127.0.0.2", False), ("127.0.0.0/8", True)])
async def test_a_connection_in_clear_text_from_no_named_proxy_is_cut_off_unread(named, comes_in):
    counted = []
    only = Peers(networks=(ip_network(named),), turned_away=counted.append)
    async with serving(only, counted) as port:
        assert (await asked(port)).startswith(b"HTTP/1.1 200") is comes_in
        assert counted == (["served"] if comes_in else ["a connection in clear text from no named proxy"])


@pytest.mark.parametrize(
    ("peer", "comes_in"),
    [
        (("10.1.2.3", 1), True),
        (("::ffff:10.1.2.3", 1, 0, 0), True),
        (("10.2.0.1", 1), False),
        (("::1", 1, 0, 0), False),
        ("", False),
        (None, False),
    ],
)
def test_who_is_named_is_told_by_the_address_that_the_system_saw(peer, comes_in):
    assert Peers(networks=(ip_network("10.1.0.0/16"),), turned_away=print).admits(peer) is comes_in


def test_the_port_is_for_everybody_who_reaches_it_by_tls_or_on_this_machine():
    outer = {"proxies": ("10.0.0.7",), "url": "https://broker.example/mcp"}
    assert peers(Server(host="0.0.0.0", tls_cert="c", tls_key="k", **outer), print) is None
    assert peers(Server(**outer), print) is None
    assert peers(Server(host="0.0.0.0", **outer), print).networks == (ip_network("10.0.0.7"),)
