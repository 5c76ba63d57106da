"""What is forwarded is believed from named proxies alone, in one form, and for what they can know."""

import time
from ipaddress import ip_address, ip_network

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from broker.edge.forwarded import Forwarded, Hop, UnclearError, hops, outermost

PROXIES = (ip_network("10.0.0.7"), ip_network("10.1.0.0/16"), ip_network("2001:db8::/64"))
PROXY, STRANGER = "10.0.0.7", "198.51.100.9"


class Outside:
    """What the application behind it is told; `down`: what was counted."""

    def __init__(self, *, needs_tls=True):
        async def told(request):
            left = [name for name in request.headers if "forward" in name or "real" in name]
            where = None if request.client is None else request.client.host
            return JSONResponse({"scheme": request.url.scheme, "from": where, "left": left})

        self.down = []
        inner = Starlette(routes=[Route("/", told), Route("/readyz", told)])
        self.app = Forwarded(inner, proxies=PROXIES, needs_tls=needs_tls, turned_down=self.down.append)

    async def ask(self, *headers, peer=PROXY, url="http://broker/"):
        sent = [(name.encode(), value.encode()) for name, value in headers]
        transport = httpx2.ASGITransport(app=self.app, client=None if peer is None else (peer, 1))
        async with httpx2.AsyncClient(transport=transport) as client:
            answer = await client.get(url, headers=sent)
        return answer.status_code, answer.json()


FOR, PROTO = "X-Forwarded-For", "X-Forwarded-Proto"
BELIEVED = {
    "one address": ([(FOR, "192.0.2.1"), (PROTO, "https")], "192.0.2.1", "https"),
    "RFC 7239": ([("Forwarded", "for=192.0.2.1;proto=https;by=10.0.0.7")], "192.0.2.1", "https"),
    "quoted, with a port": ([("Forwarded", 'For="[2001:db9::1]:4711";Proto="https"')], "2001:db9::1", "https"),
    "two named proxies": ([(FOR, "192.0.2.1, 10.1.2.3"), (PROTO, "https")], "192.0.2.1", "https"),
    "the right-most that is none of them": (
        [(FOR, "10.1.2.3, 6.6.6.6, 192.0.2.1, 10.1.2.3"), (PROTO, "https")],
        "192.0.2.1",
        "https",
    ),
    "the scheme of its own hop": (
        [("Forwarded", "for=6.6.6.6;proto=http, for=192.0.2.1;proto=https, for=10.1.0.1;proto=http")],
        "192.0.2.1",
        "https",
    ),
    "one scheme each": ([(FOR, "192.0.2.1, 10.1.0.1"), (PROTO, "https, http")], "192.0.2.1", "https"),
    "an IPv4 address inside IPv6": ([(FOR, "192.0.2.1, ::ffff:10.0.0.7"), (PROTO, "https")], "192.0.2.1", "https"),
    "a hidden caller": ([("Forwarded", "for=_secret;proto=https")], None, "https"),
    "a scheme alone": ([(PROTO, "https")], None, "https"),
}


@pytest.mark.requirement("proxies")
@pytest.mark.parametrize("name", BELIEVED)
async def test_a_named_proxy_says_where_the_caller_is_and_that_tls_was_there(name):
    headers, address, scheme = BELIEVED[name]
    assert await Outside().ask(*headers) == (200, {"scheme": scheme, "from": address, "left": []})


@pytest.mark.requirement("proxies")
@pytest.mark.parametrize("peer", [STRANGER, "10.0.0.8", "127.0.0.1", "::1", None])
@pytest.mark.parametrize(
    "spoofed",
    [
        [(FOR, "192.0.2.1"), (PROTO, "https"), ("X-Forwarded-Host", "evil.example"), ("X-Real-IP", "192.0.2.1")],
        [("Forwarded", "for=192.0.2.1;proto=https;host=evil.example")],
        [("Forwarded", "not even that"), (FOR, "x"), (FOR, "y")],
    ],
    ids=["older", "newer", "nonsense"],
)
async def test_anybody_elses_word_is_taken_out_and_changes_nothing(peer, spoofed):
    outside = Outside()
    assert await outside.ask(*spoofed, peer=peer) == (200, {"scheme": "http", "from": peer, "left": []})
    assert outside.down == []


UNCLEAR = {
    "twice": [(FOR, "192.0.2.1"), (FOR, "192.0.2.2")],
    "the scheme twice": [(PROTO, "https"), (PROTO, "https")],
    "both ways": [(FOR, "192.0.2.1"), ("Forwarded", "for=192.0.2.1")],
    "no address": [(FOR, "broker.example")],
    "an empty part": [(FOR, "192.0.2.1,,10.1.0.1")],
    "a zone": [(FOR, "fe80::1%eth0")],
    "an octet too many": [(FOR, "1.2.3.4.5")],
    "octal": [(FOR, "010.0.0.1")],
    "another scheme": [(PROTO, "ftp")],
    "schemes that fit nothing": [(FOR, "192.0.2.1, 192.0.2.2, 10.1.0.1"), (PROTO, "https, http")],
    "no form": [("Forwarded", "for 192.0.2.1")],
    "an open quote": [("Forwarded", 'for="192.0.2.1')],
    "a parameter twice": [("Forwarded", "for=192.0.2.1;for=192.0.2.2")],
    "an end that is none": [("Forwarded", "for=192.0.2.1,")],
    "too long": [(FOR, "192.0.2.1, " * 300 + "192.0.2.1")],
    "too many": [(FOR, ", ".join(["192.0.2.1"] * 17))],
    "too many of the newer": [("Forwarded", ", ".join(["for=192.0.2.1"] * 17))],
    "clear text outside": [(FOR, "192.0.2.1"), (PROTO, "http")],
    "clear text outside, said anew": [("Forwarded", "for=192.0.2.1;proto=http")],
}


@pytest.mark.requirement("proxies")
@pytest.mark.parametrize("name", UNCLEAR)
async def test_what_a_proxy_says_in_two_ways_or_in_none_is_refused(name):
    outside = Outside()
    assert await outside.ask(*UNCLEAR[name]) == (400, {"error": "invalid_request"})
    (why,) = outside.down
    assert "192.0.2" not in why


SILENT = {"no header": [], "an address alone": [(FOR, "192.0.2.1")], "no scheme": [("Forwarded", "for=192.0.2.1")]}


@pytest.mark.requirement("proxies")
@pytest.mark.parametrize("name", SILENT)
async def test_a_proxy_that_says_nothing_of_tls_where_agents_come_by_it_is_refused(name):
    outside = Outside()
    assert await outside.ask(*SILENT[name]) == (400, {"error": "invalid_request"})
    assert outside.down == ["forwarded: no word of TLS outside"]
    for served in (
        Outside().ask(*SILENT[name], url="https://broker/"),  # it comes to us by TLS
        Outside().ask(*SILENT[name], url="http://broker/readyz"),  # a look of its own
        Outside(needs_tls=False).ask(*SILENT[name]),
    ):
        assert (await served)[0] == 200


async def test_where_agents_come_in_clear_text_a_proxy_may_say_so():
    assert (await Outside(needs_tls=False).ask((PROTO, "http")))[0] == 200


HOSTILE = {
    "quotes": lambda size: '"' * size,
    "an open quote": lambda size: 'for="' + "a" * size,
    "an open quote of escapes": lambda size: 'for="' + "\\a" * (size // 2),
    "a name": lambda size: "a" * size,
    "blanks": lambda size: " " * size,
    "blanks behind": lambda size: "a=b" + " " * size + "x",
    "pairs": lambda size: ";".join(f"a{at}=b" for at in range(size // 8)) + ";",
}
SHORT, LONG = 500, 2000
LINEAR = LONG / SHORT


def seconds(text):
    """The least of many: whatever else the machine does can only make one longer."""
    tries = []
    for _ in range(30):
        began = time.perf_counter()
        with pytest.raises(UnclearError):
            hops([(b"forwarded", text.encode())])
        tries.append(time.perf_counter() - began)
    return min(tries)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_header_is_read_in_time_that_grows_with_its_size_alone(name):
    short, long = (seconds(HOSTILE[name](size)) for size in (SHORT, LONG))
    assert long < short * LINEAR * 2  # with the square of its size it would be twice that


def test_where_every_hop_is_a_proxy_of_ours_the_outermost_is_the_caller():
    found = [Hop(came_from=ip_address("10.1.0.1"), scheme="https"), Hop(came_from=ip_address("10.1.0.2"), scheme=None)]
    assert outermost(found, PROXIES) == found[0]
