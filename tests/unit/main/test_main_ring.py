"""Another key signs tokens, also where a broker serves already; the one before goes with its last token, or at once."""

import json
import stat

import pytest

from broker.audit.checkpoint import new_signer
from broker.audit.journal import Journal
from broker.audit.sequencer import Sequencer
from broker.main.books import books
from broker.main.build import audience, opened
from broker.main.keys import make
from broker.main.ring import OLD, TOKEN, Ring
from broker.main.rotation import rotate
from broker.model.chain import Chain
from broker.model.faults import ConfigError, JournalFault, StoreFault
from broker.settings import Settings
from broker.store.memory import Memory
from broker.store.system import SystemClock, SystemIds
from broker.tokens.chain import mint, seal
from broker.tokens.keys import kid, new_key
from tests.kit import Clock, task

HOUR = 3600.0


class Folder:
    """A folder with keys and a store, and a ring that somebody holds who serves."""

    def __init__(self, root):
        self.settings = Settings(root=root)
        self.keys = root / "keys"
        make(self.keys, "test/log", SystemIds())
        self.clock = Clock(SystemClock().now())
        self.serving = Ring(self.keys, self.clock)

    def token(self, ring=None):
        holder = new_key()
        return seal(mint({}, issuer=(self.serving if ring is None else ring).signing, holder=holder), holder=holder)

    async def rotate(self, *, until=0.0, drop=False):
        """`until`: when the last token of a task that is open runs out."""
        with books(self.settings, makes=True) as found:
            if until:
                one = task(id=SystemIds().fresh(), opened=self.clock.at, ends=until)
                with found.archive.begin() as turn:
                    turn.open_task(one, bytes(32))
                    turn.renew(one.id, until, bound=False)
            done = await rotate(self.keys, found.journal, self.clock.at, by="operator", why="test", drop=drop)
            self.records = [json.loads(body) for _, body in found.archive.entries(0)]
        return done


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


def holds(ring, token):
    return isinstance(ring.unseal(token), Chain)


@pytest.mark.requirement("keys-rotate")
async def test_a_broker_that_serves_signs_with_the_new_key_and_knows_the_old_tokens(folder):
    before, name = folder.token(), kid(folder.serving.signing)
    assert holds(folder.serving, before)
    done = await folder.rotate(until=folder.clock.at + HOUR)
    assert kid(folder.serving.signing) == done.signing != name
    assert holds(folder.serving, before)
    assert holds(folder.serving, folder.token())
    assert [one.kid for one in done.old] == [name]


@pytest.mark.requirement("keys-rotate")
async def test_a_token_of_another_process_holds_here_before_this_one_has_looked(folder):
    other = Ring(folder.keys, folder.clock)
    await folder.rotate(until=folder.clock.at + HOUR)
    assert holds(folder.serving, folder.token(other))


@pytest.mark.requirement("keys-rotate")
async def test_an_old_key_is_gone_once_its_last_token_has_run_out(folder):
    before = folder.token()
    done = await folder.rotate(until=folder.clock.at + HOUR)
    assert holds(folder.serving, before)
    folder.clock.at = done.old[0].until - 1
    assert holds(folder.serving, before)
    folder.clock.at += 1
    assert not holds(folder.serving, before)
    assert (await folder.rotate()).old != done.old


async def test_where_no_token_is_out_the_old_key_goes_at_once(folder):
    before = folder.token()
    assert (await folder.rotate()).old == ()
    assert not holds(folder.serving, before)


@pytest.mark.requirement("keys-dropped")
async def test_every_token_of_a_key_that_leaked_is_dead_at_once_also_one_that_is_remembered(folder):
    first = folder.token()
    await folder.rotate(until=folder.clock.at + HOUR)
    second = folder.token()
    assert holds(folder.serving, first)
    assert holds(folder.serving, second)
    done = await folder.rotate(until=folder.clock.at + HOUR, drop=True)
    assert not holds(folder.serving, first)
    assert not holds(folder.serving, second)
    assert holds(folder.serving, folder.token())
    assert len(done.dropped) == 2
    assert not (folder.keys / OLD).exists()


@pytest.mark.requirement("keys-rotate")
async def test_two_rotations_keep_both_old_keys_as_long_as_each_has_tokens(folder):
    tokens = [folder.token()]
    for _ in range(2):
        await folder.rotate(until=folder.clock.at + HOUR)
        tokens.append(folder.token())
    assert all(holds(folder.serving, one) for one in tokens)


class Dies(Memory):
    """A store whose disk is full once another key signs."""

    def __init__(self, file):
        super().__init__()
        self.file, self.before = file, file.read_text()

    def _before_commit(self):
        if self.file.read_text() != self.before:
            raise StoreFault("the disk is full")


@pytest.mark.requirement("keys-rotate")
async def test_a_rotation_that_dies_half_way_has_refused_no_token_and_keeps_the_old_key_for_minutes_alone(folder):
    before = folder.token()
    store = Dies(folder.keys / TOKEN)
    log = Sequencer(store, new_signer("test/log", bytes(32)), 5.0)
    journal = Journal(log, folder.clock, SystemIds(), bytes(32))
    with pytest.raises(JournalFault):
        await rotate(folder.keys, journal, folder.clock.at, by="operator", why="test", drop=False)
    assert holds(folder.serving, before)
    assert holds(folder.serving, folder.token())
    folder.clock.at += 600
    assert not holds(folder.serving, before)


@pytest.mark.requirement("keys-rotate")
async def test_what_cannot_be_recorded_rotates_nothing(folder):
    name, store = kid(folder.serving.signing), Memory()
    store.broken = True
    log = Sequencer(store, new_signer("test/log", bytes(32)), 5.0)
    journal = Journal(log, folder.clock, SystemIds(), bytes(32))
    for drop in (False, True):
        with pytest.raises(JournalFault):
            await rotate(folder.keys, journal, folder.clock.at, by="operator", why="test", drop=drop)
    assert kid(folder.serving.signing) == name
    assert not (folder.keys / OLD).exists()


async def test_nothing_private_of_an_old_key_stays_and_all_is_for_its_own_user_alone(folder):
    private = json.loads((folder.keys / TOKEN).read_text())["d"]
    await folder.rotate(until=folder.clock.at + HOUR)
    files = [path for path in folder.keys.iterdir() if path.suffix != ".vkey"]
    assert all(private not in path.read_text() for path in files)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert not [path for path in files if path.name.endswith(".new")]


async def test_a_rotation_is_on_record_with_who_and_why_and_no_key(folder):
    done = await folder.rotate(until=folder.clock.at + HOUR, drop=True)
    (one,) = [record for record in folder.records if record["kind"] == "keys.rotated"]
    assert (one["by"], one["why"], one["new"], one["dropped"]) == ("operator", "test", done.signing, [one["old"]])
    assert json.loads((folder.keys / TOKEN).read_text())["x"] not in json.dumps(one)


@pytest.mark.requirement("keys-rotate")
@pytest.mark.parametrize("spoilt", ["", "{}", '{"keys": [{}]}', '{"keys": [{"jwk": {}, "until": 1}]}'])
async def test_keys_that_are_damaged_while_it_serves_serve_nothing(folder, spoilt):
    before = folder.token()
    (folder.keys / OLD).write_text(spoilt)
    with pytest.raises(StoreFault):
        folder.serving.unseal(before)


async def test_keys_that_are_gone_while_it_serves_serve_nothing(folder):
    before = folder.token()
    (folder.keys / TOKEN).unlink()
    with pytest.raises(StoreFault):
        folder.serving.unseal(before)
    with pytest.raises(StoreFault):
        _ = folder.serving.signing


async def test_old_keys_that_others_may_write_are_not_used(folder):
    await folder.rotate(until=folder.clock.at + HOUR)
    (folder.keys / OLD).chmod(0o666)
    with pytest.raises(ConfigError, match="others may read"), books(folder.settings):
        pass


async def test_a_whole_broker_is_not_ready_without_its_keys(folder):
    for name in ("tools", "scopes"):
        (folder.settings.root / name).mkdir()
    with opened(folder.settings) as broker:
        assert await broker.pipeline.unready() is None
        assert broker.pipeline.audience == audience(folder.settings)
        (folder.keys / TOKEN).unlink()
        assert "cannot be read" in await broker.pipeline.unready()
