"""An issuer's keys: asked for when they are needed and not more often, and from nowhere but the issuer."""

import anyio
import pytest

from broker.edge.oauth.issuer_keys import FRESH, KEPT, PAUSE, IssuerKeys
from broker.edge.oauth.places import is_safe
from tests.kit import Clock
from tests.oauth_kit import ISSUER, Login, RSAKey

NEW = {**RSAKey.generate_key(2048).as_dict(private=False), "kid": "k2"}
ASKED_ONCE = ["/.well-known/openid-configuration", "/jwks"]


class Asking:
    def __init__(self, listed=None, **of_login):
        self.clock, self.login = Clock(), Login(**of_login)
        self.keys = IssuerKeys(listed={ISSUER: listed}, clock=self.clock, client=self.login.client())

    async def has(self, kid="k1"):
        found = await self.keys.of(ISSUER, kid)
        return found if isinstance(found, str) else found.named(kid) is not None


async def test_keys_are_asked_for_once_while_they_are_fresh():
    one = Asking()
    assert await one.has()
    one.clock.at += FRESH - 1
    assert await one.has()
    assert one.login.asked == ASKED_ONCE
    one.clock.at += 2
    assert await one.has()
    assert one.login.asked == ASKED_ONCE * 2


async def test_whoever_waits_at_the_same_time_waits_for_one_answer():
    one = Asking()
    async with anyio.create_task_group() as tasks:
        for _ in range(20):
            tasks.start_soon(one.has)
    assert one.login.asked == ASKED_ONCE


async def test_a_new_key_is_there_after_a_pause_and_a_made_up_name_asks_no_more_often():
    one = Asking()
    assert await one.has()
    one.login.keys.append(NEW)
    assert not await one.has("k2")
    one.clock.at += PAUSE
    assert await one.has("k2")
    for at in range(100):
        assert not await one.has(f"made-up-{at}")
    assert one.login.asked == ASKED_ONCE * 2


@pytest.mark.requirement("issuer-keys")
async def test_a_key_that_was_taken_back_counts_no_longer_than_keys_are_fresh():
    one = Asking()
    assert await one.has()
    one.login.keys[:] = [NEW]
    one.clock.at += FRESH
    assert not await one.has("k1")


@pytest.mark.requirement("issuer-keys")
async def test_an_issuer_that_is_gone_keeps_its_keys_for_a_while_and_no_longer():
    one = Asking()
    assert await one.has()
    one.login.status = 503
    one.clock.at += KEPT - 1
    assert await one.has()
    one.clock.at += 1
    assert isinstance(await one.has(), str)


@pytest.mark.parametrize(
    "of_login",
    [
        {"status": 302},
        {"status": 500},
        {"body": b"not JSON"},
        {"body": b'{"keys": [], "keys": []}'},
        {"body": b"[" * 100_000},
        {"body": b" " * 300_000},
        {"metadata": {"issuer": "https://evil.example", "jwks_uri": f"{ISSUER}/jwks"}},
        {"metadata": {"issuer": ISSUER, "jwks_uri": "https://evil.example/jwks"}},
        {"metadata": {"issuer": ISSUER, "jwks_uri": "http://login.example/jwks"}},
        {"metadata": {"issuer": ISSUER, "jwks_uri": "http://169.254.169.254/latest"}},
        {"metadata": {"issuer": ISSUER, "jwks_uri": "https://login.example@evil.example/jwks"}},
        {"metadata": {"issuer": ISSUER, "jwks_uri": "https://login.example\\@evil.example/jwks"}},
        {"metadata": {"issuer": ISSUER, "jwks_uri": "https://login.example.evil.example/jwks"}},
        {"metadata": {"issuer": ISSUER, "jwks_uri": "https://login.example:8443/jwks"}},
        {"metadata": {"issuer": ISSUER, "jwks_uri": "https://login.example\n/jwks"}},
        {"metadata": {"issuer": ISSUER, "jwks_uri": "//evil.example/jwks"}},
        {"metadata": {"issuer": ISSUER, "jwks_uri": "/jwks"}},
        {"metadata": {"issuer": ISSUER, "jwks_uri": 5}},
        {"metadata": []},
    ],
    ids=lambda one: str(one)[:70],
)
async def test_an_issuer_that_lies_or_leads_elsewhere_has_no_keys(of_login):
    one = Asking(**of_login)
    assert isinstance(await one.has(), str)
    assert one.login.asked == ASKED_ONCE[:1]  # wherever it leads, nobody is asked there


async def test_an_admin_may_say_where_the_keys_are():
    one = Asking(listed=f"{ISSUER}/elsewhere")
    assert await one.has()
    assert one.login.asked == ["/elsewhere"]


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://login.example", True),
        ("http://127.0.0.1:8000", True),
        ("http://localhost/x", True),
        ("http://[::1]:1/", True),
        ("http://login.example", False),
        ("https://user@login.example", False),
        ("ftp://127.0.0.1", False),
        ("https://", False),
        ("login.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("http://[", False),
    ],
)
def test_an_issuer_is_asked_over_tls_or_on_this_machine(url, safe):
    assert is_safe(url) is safe
