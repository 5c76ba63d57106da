"""A certificate that changes on disk is shown to whoever connects next, over real sockets; a broken one never is."""

import socket
import ssl
from contextlib import asynccontextmanager

import anyio
import pytest
from anyio.streams.tls import TLSAttribute, TLSStream
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from broker.main import certificate as module
from broker.main.certificate import Certificate, facts, watch
from broker.main.doors import Door, standing
from broker.main.visits import Visits
from broker.model.upkeep import Kept, Taken
from tests import kit
from tests.certified import certificate
from tests.talk import true_soon


class Secrets:
    """A folder as orchestrators mount it: the files are links, and a link is moved to change them both at once."""

    def __init__(self, folder):
        self.folder, self.count = folder, 0
        (folder / "certs").mkdir()
        self.swap(self.fresh())
        for name in ("cert.pem", "key.pem"):
            (folder / "certs" / name).symlink_to(f"../now/{name}")
        self.cert, self.key = (folder / "certs" / name for name in ("cert.pem", "key.pem"))

    def fresh(self):
        self.count += 1
        made = self.folder / f"v{self.count}"
        made.mkdir()
        certificate(made)
        return made

    def swap(self, to):
        (self.folder / "next").symlink_to(to.name)
        (self.folder / "next").replace(self.folder / "now")


@pytest.fixture
def secrets(tmp_path):
    return Secrets(tmp_path)


class Host:
    """An application that holds a call up until it is let go."""

    def __init__(self):
        self.begun, self.go = anyio.Event(), anyio.Event()

    async def slow(self, _request):
        self.begun.set()
        await self.go.wait()
        return PlainTextResponse("late")

    @asynccontextmanager
    async def serving(self, shown):
        house = Visits(Starlette(routes=[Route("/slow", self.slow)]))
        with socket.create_server(("127.0.0.1", 0)) as listening:
            async with standing(house, [Door(house, listening, certificate=shown)]):
                yield listening.getsockname()[1]


async def connected(port):
    """A connection that believes whatever it is shown."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    stream = await anyio.connect_tcp("127.0.0.1", port)
    return await TLSStream.wrap(stream, ssl_context=context, server_side=False, standard_compatible=False)


async def seen(port):
    async with await connected(port) as stream:
        return stream.extra(TLSAttribute.peer_certificate_binary)


def der(path):
    return ssl.PEM_cert_to_DER_cert(path.read_text())


@pytest.mark.requirement("certificate")
async def test_who_connects_next_sees_the_new_certificate_and_a_call_under_way_goes_on(secrets):
    shown, host = Certificate(secrets.cert, secrets.key), Host()
    async with host.serving(shown) as port:
        before = der(secrets.cert)
        async with await connected(port) as old:
            await old.send(b"GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
            await host.begun.wait()
            assert await seen(port) == before
            secrets.swap(secrets.fresh())
            taken = await anyio.to_thread.run_sync(shown.look)
            assert taken == Taken(digest=facts(secrets.cert).digest, until=facts(secrets.cert).until)
            assert await seen(port) == der(secrets.cert) != before
            host.go.set()
            assert (await old.receive()).startswith(b"HTTP/1.1 200")
    assert shown.look() is None


def other_key(secrets):
    made = secrets.fresh()
    (made / "key.pem").write_bytes((secrets.fresh() / "key.pem").read_bytes())
    return made


def written(name, text):
    def spoil(secrets):
        made = secrets.fresh()
        (made / name).write_bytes(text((made / name).read_bytes()))
        return made

    return spoil


def gone(secrets):
    made = secrets.fresh()
    (made / "key.pem").unlink()
    return made


def unreadable(secrets):
    """For root every mode can be read: a folder nobody can read as a file."""
    made = gone(secrets)
    (made / "key.pem").mkdir()
    return made


BROKEN = {
    "another certificate's key": (other_key, "the key is another certificate's"),
    "half a certificate": (written("cert.pem", lambda text: text[:200]), "no whole PEM file"),
    "half a key": (written("key.pem", lambda text: text[:60]), "no whole PEM file"),
    "nothing in it yet": (written("cert.pem", lambda _: b""), "no whole PEM file"),
    "no file": (gone, "no such file"),
    "nothing that may be read": (unreadable, "directory"),
}


@pytest.mark.requirement("certificate")
@pytest.mark.parametrize("name", BROKEN)
async def test_a_broken_pair_is_never_shown_and_told_once(secrets, name):
    spoil, says = BROKEN[name]
    shown, good = Certificate(secrets.cert, secrets.key), der(secrets.cert)
    async with Host().serving(shown) as port:
        secrets.swap(spoil(secrets))
        kept = shown.look()
        assert isinstance(kept, Kept)
        assert says in kept.why
        assert str(secrets.folder) not in kept.why
        assert [shown.look(), shown.look()] == [None, None]
        assert await seen(port) == good
        secrets.swap(secrets.fresh())
        assert isinstance(shown.look(), Taken)
        assert await seen(port) == der(secrets.cert)


def test_a_pair_that_is_broken_when_it_starts_does_not_serve(secrets):
    secrets.swap(other_key(secrets))
    with pytest.raises(ssl.SSLError):
        Certificate(secrets.cert, secrets.key)


@pytest.mark.requirement("certificate")
async def test_nothing_older_than_tls_1_2_is_spoken_before_a_change_and_after_it(secrets):
    shown = Certificate(secrets.cert, secrets.key)
    secrets.swap(secrets.fresh())
    shown.look()
    assert {one.minimum_version for one in (shown.context, shown._now)} == {ssl.TLSVersion.TLSv1_2}


async def test_what_becomes_of_it_is_on_record(secrets, monkeypatch):
    monkeypatch.setattr(module, "EVERY", 0.01)
    house, shown = kit.house(None), Certificate(secrets.cert, secrets.key)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(watch, shown, house.journal)
        secrets.swap(other_key(secrets))
        await true_soon(lambda: "certificate.kept" in house.kinds("certificate."))
        secrets.swap(secrets.fresh())
        await true_soon(lambda: "certificate.taken" in house.kinds("certificate."))
        tasks.cancel_scope.cancel()
    assert house.kinds("certificate.") == ["certificate.kept", "certificate.taken"]
