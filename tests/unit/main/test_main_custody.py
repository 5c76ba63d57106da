"""Keys that are kept outside: the same keys wherever they are kept, and a KMS that fails refuses and opens nothing."""

import stat
import threading
from dataclasses import replace

import anyio
import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from broker.main.books import books
from broker.main.build import opened
from broker.main.custody import DIGEST, LOG, VAULT, Places
from broker.main.keys import make, read
from broker.main.kms import Guarded, loaded
from broker.main.ring import OLD, TOKEN
from broker.main.rotation import rotate
from broker.main.serving import application
from broker.main.signing import LOOKED, Outside
from broker.model.chain import Chain
from broker.model.faults import ConfigError, StoreFault
from broker.settings import Custody, Settings
from broker.store.system import SystemClock, SystemIds
from broker.tokens.keys import new_key, private_text
from tests import kit
from tests.kms_kit import MADE, MemoryKms

FACTORY = "tests.kms_kit:make"
WRAPPED = Custody(log="kms", vault="kms", digest="kms", kms=FACTORY)
SIGNS = Custody(token="kms", kms=FACTORY)


@pytest.fixture
def folder(tmp_path):
    make(tmp_path / "keys", "test/log", SystemIds())
    return tmp_path / "keys"


@pytest.fixture
def guarded():
    """A KMS with its guard, which does not wait long."""
    made = Guarded(MemoryKms(Ed25519PrivateKey.generate()), 0.2)
    yield made
    if made._kms.hangs is not None:
        made._kms.hangs.set()
    made.close()


def all_of(keys):
    keys.close()
    return keys.signer, keys.vault, keys.digest


@pytest.mark.requirement("custody")
def test_keys_from_the_environment_are_those_of_the_files_and_need_none(folder):
    before = all_of(read(folder))
    names = {"T": TOKEN, "L": LOG, "V": VAULT, "D": DIGEST}
    environ = {name: (folder / file).read_text() for name, file in names.items()}
    for file in names.values():
        (folder / file).unlink()
    kept = Custody(token="env:T", log="env:L", vault="env:V", digest="env:D")
    assert all_of(read(folder, kept, environ)) == before
    with pytest.raises(ConfigError, match="`V`: no such key"):
        read(folder, kept, {**environ, "V": " "})
    with pytest.raises(ConfigError, match="damaged") as failed:
        read(folder, kept, {**environ, "V": "hunter2"})
    assert "hunter2" not in str(failed.value)


@pytest.mark.requirement("custody")
def test_what_is_the_kmss_to_open_lies_nowhere_in_clear_and_opens_in_its_own_place_alone(folder):
    before, clear = all_of(read(folder)), {name: (folder / name).read_text() for name in (LOG, VAULT, DIGEST)}
    with pytest.raises(ConfigError, match="broker keys wrap"):
        read(folder, WRAPPED)
    for _ in range(2):  # the second time anew
        kms = loaded(FACTORY, 2.0)
        assert Places(folder=folder, kept=WRAPPED, environ={}, kms=kms).wrapped() == [LOG, VAULT, DIGEST]
        kms.close()
        assert all_of(read(folder, WRAPPED)) == before
    written = {name: (folder / name).read_text() for name in clear}
    assert [name for name in clear if clear[name].strip() in written[name]] == []
    assert {stat.S_IMODE((folder / name).stat().st_mode) for name in clear} == {0o600}
    (folder / VAULT).write_text(written[DIGEST])
    with pytest.raises(ConfigError, match="InvalidTag"):
        read(folder, WRAPPED)
    with pytest.raises(ConfigError, match="damaged"):
        read(folder)


@pytest.mark.requirement("custody")
async def test_a_key_that_stays_with_the_kms_signs_tokens_that_every_broker_verifies(folder):
    (folder / TOKEN).unlink()
    settings = Settings(root=folder.parent, custody=SIGNS)
    (folder.parent / "tools").mkdir()
    (folder.parent / "scopes").mkdir()
    with opened(settings) as broker, books(settings) as beside:
        for holder in (None, {"kty": "OKP", "crv": "Ed25519", "x": new_key().as_dict()["x"]}):
            token = await broker.opening.mint({"tid": "t"}, holder)
            for ring in (broker.pipeline.unseal, beside.keys.ring.unseal):
                found = ring(token)
                assert isinstance(found, Chain)
                assert (found.root["tid"], found.sealed) == ("t", holder is None)
        assert len(broker.verifying()) == 1
        assert await ready(broker) == (200, None)


@pytest.mark.requirement("ready")
async def test_whoever_watches_hears_that_the_kms_is_gone_and_not_what_it_said(folder, capfd):
    settings = Settings(root=folder.parent, custody=SIGNS)
    for name in ("tools", "scopes"):
        (folder.parent / name).mkdir()
    with opened(settings) as broker:
        MADE[-1].gone = True
        assert await ready(broker, times=2) == (503, "unsigned")
    said = "".join(capfd.readouterr())
    assert said.count("the KMS failed (ConnectionError)") == 1  # for who reads our log, once
    assert "hunter2" not in said


async def ready(broker, times=1):
    transport = httpx2.ASGITransport(app=application(broker))
    async with httpx2.AsyncClient(transport=transport) as client:
        for _ in range(times):
            answer = await client.get("http://127.0.0.1/readyz")
    return answer.status_code, answer.json()["why"]


FAULTS = {
    "slow": (lambda kms: setattr(kms, "hangs", threading.Event()), "did not answer within 0.2 s"),
    "gone": (lambda kms: setattr(kms, "gone", True), "failed (ConnectionError)"),
    "garbage": (lambda kms: kms.spoil.update(sign=lambda _: b"x"), "does not hold"),
    "no bytes": (lambda kms: kms.spoil.update(sign=lambda _: "x" * 64), "no bytes"),
    "another key": (lambda kms: kms.spoil.update(sign=Ed25519PrivateKey.generate().sign), "does not hold"),
    "another text": (lambda kms: kms.spoil.update(sign=lambda what: kms.key.sign(what + b".")), "does not hold"),
}


@pytest.mark.requirement("custody")
@pytest.mark.parametrize("name", FAULTS)
async def test_a_kms_that_fails_gives_no_token_leaves_no_task_open_and_is_told(name, guarded):
    fault, says = FAULTS[name]
    house = kit.house(None)
    outside = Outside(guarded, house.clock)
    house.opening = replace(house.opening, mint=lambda claims, _: outside.root(claims, new_key()))
    assert await outside.trouble() is None
    fault(guarded._kms)
    with pytest.raises(StoreFault) as failed:
        await house.open()
    assert says in str(failed.value)
    assert "hunter2" not in str(failed.value)
    assert house.kinds("task.")[-1] == "task.ended"
    assert says in await outside.trouble()
    healed(guarded._kms)
    house.clock.at += LOOKED
    assert await outside.trouble() is None
    house.clock.at += LOOKED
    fault(guarded._kms)
    assert says in await outside.trouble()  # also where nobody opens anything


def healed(kms):
    if kms.hangs is not None:
        kms.hangs.set()
    kms.hangs, kms.gone, kms.spoil = None, False, {}


@pytest.mark.requirement("ready")
async def test_many_who_watch_at_once_are_one_question_to_the_kms(guarded):
    asked, outside = [], Outside(guarded, kit.Clock())
    guarded._kms.spoil["sign"] = lambda what: asked.append(what) or guarded._kms.key.sign(what)
    async with anyio.create_task_group() as strangers:
        for _ in range(100):
            strangers.start_soon(outside.trouble)
    assert len(asked) == 1


async def test_what_hangs_in_the_kms_keeps_the_next_ones_no_longer_than_the_deadline(guarded):
    guarded._kms.hangs = threading.Event()
    for _ in range(6):
        with pytest.raises(StoreFault, match="did not answer"):
            guarded.public()
    healed_ = guarded._kms.hangs
    guarded._kms.hangs = None
    healed_.set()
    assert len(guarded.public()) == 32


def test_what_does_not_come_back_is_not_wrapped(guarded):
    guarded._kms.spoil["unwrap"] = b"another"
    with pytest.raises(StoreFault, match="did not give back"):
        guarded.wrap(b"key", "toolbroker/vault.key")


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ("tests.nowhere:make", "ModuleNotFoundError"),
        ("tests.kms_kit:nothing", "AttributeError"),
        ("json:loads", "TypeErr"),
    ],
)
def test_a_factory_that_makes_nothing_is_a_clear_line(folder, named, says):
    with pytest.raises(ConfigError, match=says):
        read(folder, Custody(token="kms", kms=named))


@pytest.mark.parametrize("public", [b"short", b"\x01" + bytes(31)], ids=["short", "of small order"])
def test_a_key_of_the_kmss_that_is_none_does_not_start(folder, public, monkeypatch):
    loaded(FACTORY, 1.0).close()
    monkeypatch.setattr(type(MADE[-1]), "public", lambda _: public)
    with pytest.raises(ConfigError):
        read(folder, SIGNS)


@pytest.mark.requirement("custody")
async def test_tokens_hold_while_a_key_from_outside_is_replaced(folder):
    first, second = new_key(), new_key()
    with books(Settings(root=folder.parent), makes=True) as found:
        one = kit.task(id=SystemIds().fresh(), opened=SystemClock().now(), ends=SystemClock().now() + 3600)
        with found.archive.begin() as turn:
            turn.open_task(one, bytes(32))
            turn.renew(one.id, one.ends, bound=False)
        turn_to = {"by": "operator", "why": "test", "outside": first}
        done = await rotate(folder, found.journal, SystemClock().now(), drop=False, **turn_to)
        assert (done.signing, len(done.old)) == ("", 1)
        assert one.ends + 24 * 3600 <= done.old[0].until <= one.ends + 24 * 3600 + 1
        after = read(folder, Custody(token="env:T"), {"T": private_text(second)})
        assert len(after.ring.verifying()) == 2
        await rotate(folder, found.journal, SystemClock().now(), drop=True, **turn_to)
        assert not (folder / OLD).exists()
        assert len(after.ring.verifying()) == 1
