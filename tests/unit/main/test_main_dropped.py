"""A key that was dropped signs and verifies nothing any more: neither where it is kept outside, nor from a backup."""

from functools import partial

import pytest

from broker.main.books import books
from broker.main.build import opened
from broker.main.keys import make
from broker.main.ring import DROPPED, GONE, TOKEN, Ring
from broker.main.rotation import rotate
from broker.model.chain import Chain
from broker.model.faults import ConfigError, StoreFault
from broker.settings import Custody, Settings
from broker.store.system import SystemClock, SystemIds
from broker.tokens.chain import mint, seal
from broker.tokens.keys import new_key, private_text

KEPT = Custody(token="env:T")


@pytest.fixture
def root(tmp_path):
    make(tmp_path / "keys", "test/log", SystemIds())
    for name in ("tools", "scopes"):
        (tmp_path / name).mkdir()
    return tmp_path


@pytest.fixture
def outside(root, monkeypatch):
    """A key in the environment; what is called puts another there."""
    (root / "keys" / TOKEN).unlink()
    keys = []

    def put():
        keys.append(new_key())
        monkeypatch.setenv("T", private_text(keys[-1]))
        return keys[-1]

    put()
    return put


def token(key):
    holder = new_key()
    return seal(mint({}, issuer=key, holder=holder), holder=holder)


def takes(unseal, shown):
    return isinstance(unseal(shown), Chain)


async def drop(settings):
    with books(settings, makes=True) as found:
        key = None if settings.custody.token == "file" else found.keys.ring.signing
        turn = partial(rotate, by="operator", why="leaked", drop=True, outside=key)
        return await turn(settings.root / "keys", found.journal, SystemClock().now())


@pytest.mark.requirement("keys-dropped")
async def test_a_dropped_key_from_outside_is_void_where_it_serves_and_where_it_starts_until_there_is_another(
    root, outside
):
    settings, leaked = Settings(root=root, custody=KEPT), outside()
    with opened(settings) as broker, books(settings) as beside:
        before = token(leaked)
        assert takes(broker.pipeline.unseal, before)
        await drop(settings)
        assert not takes(broker.pipeline.unseal, before)
        assert not takes(beside.keys.ring.unseal, token(leaked))
        assert broker.verifying() == []
        assert [await one() for one in broker.watched] == [GONE]
        with pytest.raises(StoreFault, match="was dropped"):  # nor is a token given that nobody would take
            await broker.opening.mint({"tid": "t"}, None)
    with pytest.raises(ConfigError, match="let env:T give another key"), opened(settings):
        pass
    outside()
    with opened(settings) as broker:
        assert takes(broker.pipeline.unseal, await broker.opening.mint({"tid": "t"}, None))
        assert not takes(broker.pipeline.unseal, before)


@pytest.mark.requirement("keys-dropped")
async def test_a_dropped_key_is_no_better_where_it_comes_back_from_a_backup(root):
    settings, keys = Settings(root=root), root / "keys"
    ring, backup = Ring(keys, SystemClock()), (keys / TOKEN).read_text()
    shown = token(ring.signing)
    for _ in range(2):  # the second does not forget the first
        await drop(settings)
    (keys / ".backup").write_text(backup)
    (keys / ".backup").replace(keys / TOKEN)
    assert not takes(ring.unseal, shown)
    assert not takes(Ring(keys, SystemClock()).unseal, shown)


@pytest.mark.requirement("keys-dropped")
@pytest.mark.parametrize("spoilt", ["", "{}", '{"dropped": "all"}'])
async def test_where_nobody_can_tell_what_was_dropped_nothing_is_served(root, spoilt):
    ring = Ring(root / "keys", SystemClock())
    (root / "keys" / DROPPED).write_text(spoilt)
    with pytest.raises(StoreFault, match="damaged"):
        ring.unseal(token(new_key()))
