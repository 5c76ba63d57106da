"""An issuer that is slow, gone, huge, broken or lying costs a bounded time and bytes, and makes nobody anybody."""

import gzip
import itertools
import json
import time

import anyio
import pytest

from broker.edge.oauth.issuer_keys import FRESH, MAX_BYTES, IssuerKeys, client
from tests.kit import Clock
from tests.listening import FOREVER, http, listening
from tests.oauth_kit import ISSUER_KEY, OKPKey

PATIENCE = 0.3
KEY = {**ISSUER_KEY.as_dict(private=False), "kid": "k1"}
KEYS = json.dumps({"keys": [KEY]}).encode()
SMALL = {**OKPKey.generate_key("Ed25519").as_dict(private=False)}
ANSWER = http(KEYS)


def many(count):
    return json.dumps({"keys": [{**SMALL, "kid": f"k{at}"} for at in range(1, count + 1)]}).encode()


def drop_by_drop():
    return itertools.chain.from_iterable((ANSWER[at : at + 1], 0.02) for at in range(len(ANSWER)))


def endless():
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    while True:
        yield b"10000\r\n" + b" " * 0x10000 + b"\r\n"


WRONG = {
    "silence": [FOREVER],
    "drop by drop": drop_by_drop,
    "half of an answer, then nothing": [ANSWER[:-40], FOREVER],
    "half of an answer, then the end": [ANSWER[:-40]],
    "half of a chunk": [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"],
    "the end at once": [],
    "another protocol": [b"SSH-2.0-OpenSSH_9.9\r\n"],
    "a head without end": [b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 200_000],
    "a body without end": endless,
    "more than is meant": [http(b" " * MAX_BYTES + KEYS)],
    "a small packet that unfolds": [http(gzip.compress(b" " * 50_000_000 + KEYS), Content_Encoding="gzip")],
    "10,000 keys": [http(many(10_000))],
    "65 keys": [http(many(65))],
    "two keys of one name": [http(json.dumps({"keys": [KEY, {**SMALL, "kid": "k1"}]}).encode())],
    "a key for other uses": [http(json.dumps({"keys": [{**KEY, "use": "enc"}]}).encode())],
    "a shared secret": [http(json.dumps({"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "k1"}]}).encode())],
    "nothing": [http(b"", "204 No Content")],
    "an error": [http(KEYS, "500 Internal Server Error")],
    "a page": [http(b"<html>", Content_Type="text/html")],
    "another place": [http(KEYS, "302 Found", Location="http://127.0.0.1:1/jwks")],
    "another place for good": [http(KEYS, "308 Permanent Redirect", Location="//evil.example/jwks")],
}


class Asking:
    """Real keys of an issuer on a port of this machine."""

    def __init__(self, port, asking, place="/jwks"):
        self.clock, self.issuer = Clock(), f"http://127.0.0.1:{port}"
        listed = {self.issuer: None if place is None else self.issuer + place}
        self.keys = IssuerKeys(listed=listed, clock=self.clock, client=asking, patience=PATIENCE)

    async def has(self, kid="k1"):
        found = await self.keys.of(self.issuer, kid)
        return not isinstance(found, str) and found.named(kid) is not None


@pytest.mark.requirement("issuer-faults")
@pytest.mark.parametrize("case", WRONG)
async def test_an_issuer_that_answers_wrongly_has_no_keys_within_its_time_and_is_asked_no_further(case):
    answer = WRONG[case]() if callable(WRONG[case]) else WRONG[case]
    async with listening(answer) as there, client({}) as asking:
        one, began = Asking(there.port, asking), time.monotonic()
        assert not await one.has()
        assert not await one.has()  # within the pause nobody is asked
        assert time.monotonic() - began < PATIENCE + 2
        assert there.asked == ["GET /jwks HTTP/1.1"]


async def test_an_issuer_whose_port_is_closed_has_no_keys():
    async with listening([]) as there:
        pass
    async with client({}) as asking:
        assert not await Asking(there.port, asking).has()


@pytest.mark.requirement("issuer-faults")
async def test_patience_is_for_all_of_a_question():
    """With a slow metadata and slow keys, each within its time, those who ask would wait for twice as long."""
    async with client({}) as asking, listening([FOREVER]) as there:
        one = Asking(there.port, asking, place=None)
        metadata = http(json.dumps({"issuer": one.issuer, "jwks_uri": f"{one.issuer}/jwks"}).encode())
        there.answers[:] = [[0.2, metadata], [0.2, ANSWER]]
        began = time.monotonic()
        assert not await one.has()
        assert time.monotonic() - began < 0.39
        assert [line.split()[1] for line in there.asked] == ["/.well-known/openid-configuration", "/jwks"]


@pytest.mark.parametrize("size", [MAX_BYTES, 20_000_000])
async def test_huge_metadata_leads_nowhere(size):
    async with client({}) as asking, listening([http(b'{"x": "' + b"x" * size + b'"}')]) as there:
        assert not await Asking(there.port, asking, place=None).has()
        assert [line.split()[1] for line in there.asked] == ["/.well-known/openid-configuration"]


@pytest.mark.requirement("issuer-faults")
async def test_a_thousand_tokens_with_made_up_keys_ask_once_and_keep_nobody_waiting_whose_key_is_known():
    """The issuer answers once, and then keeps silent."""
    async with client({}) as asking, listening([ANSWER], [FOREVER]) as there:
        one, waited = Asking(there.port, asking), []
        assert await one.has()
        one.clock.at += FRESH - 10

        async def known():
            began = time.monotonic()
            assert await one.has()
            waited.append(time.monotonic() - began)

        async def made_up(at):
            assert not await one.has(f"made-up-{at}")

        async with anyio.create_task_group() as tasks:
            for at in range(1_000):
                tasks.start_soon(made_up, at)
            await there.came(2)  # the question is asked, and not answered
            tasks.start_soon(known)
            one.clock.at += 20  # its keys are no more fresh, and somebody asks already
            tasks.start_soon(known)
        assert len(there.asked) == 2
        assert max(waited) < PATIENCE / 2


@pytest.mark.parametrize(("turned", "kid"), [(-86_400, "k1"), (-1, "k1"), (-86_400, "k2"), (86_400, "k1"), (40, "k2")])
async def test_a_clock_that_is_turned_neither_keeps_old_keys_nor_bars_new_ones(turned, kid):
    """The issuer takes k1 back, and signs with k2 from now on."""
    second = json.dumps({"keys": [{**SMALL, "kid": "k2"}]}).encode()
    async with client({}) as asking, listening([ANSWER], [http(second)]) as there:
        one = Asking(there.port, asking)
        assert await one.has("k1")
        one.clock.at += turned
        assert await one.has(kid) is (kid == "k2")
        assert len(there.asked) == 2
