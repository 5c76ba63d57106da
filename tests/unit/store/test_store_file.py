"""One file: nobody else may read it, it names what is wrong with it, and no value lies in it in clear."""

from __future__ import annotations

import fcntl
import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import select

from broker.model.faults import StoreFault
from broker.store import engine
from broker.store.boots import Boot
from broker.store.seal import Sealer
from broker.store.sqlite import Sqlite, path_of
from broker.store.system import SystemClock, SystemIds
from tests.unit.audit.audit_made import LIMITS, TOKEN, call, claim, journal, masked, permit, task

KEK = bytes(range(32))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "broker.db"


@pytest.fixture
def opened():
    """Opens stores and closes them in the end."""
    stores = []

    def one(path, boot="boot", kek=KEK, busy=0.05):
        stores.append(Sqlite(path, kek, boot, busy=busy))
        return stores[-1]

    yield one
    for store in stores:
        store.close()


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_file_and_folder_are_their_owners_alone(path, opened):
    store = opened(path)
    with store.begin() as turn:
        turn.open_task(task(), KEK)
    assert (mode(path.parent), mode(path)) == (0o700, 0o600)
    assert {mode(one) for one in path.parent.iterdir()} == {0o600}


async def test_a_second_process_sees_at_once_what_the_first_wrote(path, opened):
    one, other = opened(path), opened(path, "other")
    with one.begin() as turn:
        turn.open_task(task(), KEK)
    assert (await other.facts("t1")).task == task()


@pytest.mark.requirement("values-nowhere")
async def test_values_lie_nowhere_in_clear(path, opened):
    store = opened(path)
    log = journal(store)
    await log.opened(task(), b"canary-task-key-" * 2, TOKEN, LIMITS)
    await log.close(await log.intend(permit(call({"order_id": "canary-argument"}))), masked())
    files = [one for one in path.parent.iterdir() if one.is_file()]
    assert len(files) > 1
    for one in files:
        assert b"canary" not in one.read_bytes(), one.name


async def test_with_another_key_nothing_opens(path, opened):
    with opened(path).begin() as turn:
        turn.open_task(task(), KEK)
    with pytest.raises(StoreFault, match="another key"):
        await opened(path, "other", kek=bytes(32)).facts("t1")


def test_a_sealed_value_that_is_moved_does_not_open():
    sealer = Sealer(KEK)
    sealed = sealer.seal(b"x", "handle", "t1", "h1")
    assert sealer.open(sealed, "handle", "t1", "h1") == b"x"
    for place in (("handle", "t1", "h2"), ("handle", "t1h", "1"), ("task", "t1", "h1")):
        with pytest.raises(StoreFault):
            sealer.open(sealed, *place)
    with pytest.raises(StoreFault):
        sealer.open(b"short", "handle", "t1", "h1")


def test_equal_values_are_sealed_differently():
    assert Sealer(KEK).seal(b"x", "a") != Sealer(KEK).seal(b"x", "a")
    assert KEK.hex() not in repr(Sealer(KEK))


def test_what_is_committed_stays_what_is_deleted_goes_and_a_reader_writes_nothing(path, opened):
    store, found = opened(path), []
    for one in (store._writer, store._reader):
        with one.connect() as raw:
            found.append([raw.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("synchronous", "secure_delete")])
            found[-1].append(raw.exec_driver_sql("PRAGMA query_only").scalar())
    assert found == [[2, 1, 0], [2, 1, 1]]
    assert store._writer.hide_parameters


def test_a_file_that_was_deleted_is_not_written_to(path, opened):
    store = opened(path)
    path.unlink()
    with pytest.raises(StoreFault, match="is gone"), store.begin():
        pass
    with pytest.raises(StoreFault, match="is gone"):
        store.head()


@pytest.mark.requirement("file-gone")
def test_a_file_that_was_replaced_is_not_written_to(path, opened):
    store = opened(path)
    path.rename(path.with_name("old"))
    path.write_bytes(path.with_name("old").read_bytes())
    with pytest.raises(StoreFault, match="replaced by another file"), store.begin():
        pass


@pytest.mark.requirement("file-gone")
def test_what_is_committed_to_a_deleted_file_is_not_acknowledged(path, opened):
    store = opened(path)

    def commits():
        with store.begin() as turn:
            turn.open_task(task(), KEK)
            path.unlink()

    with pytest.raises(StoreFault, match="is gone"):
        commits()


def test_a_locked_file_is_named(path, opened):
    one, other = opened(path), opened(path, "other")
    with one.begin(), pytest.raises(StoreFault, match="locked by another process"), other.begin():
        pass


def test_a_file_that_is_no_database_is_named(path, opened):
    path.parent.mkdir()
    path.write_bytes(b"not a database at all, but long enough to be read as one" * 100)
    with pytest.raises(StoreFault, match="not a database"):
        opened(path)


@pytest.mark.parametrize("schema", [2, 99], ids=["older", "newer"])
def test_a_file_of_another_schema_is_not_opened(path, opened, schema):
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {schema}")
    connection.close()
    with pytest.raises(StoreFault, match=f"schema {schema}, this broker reads schema 4"):
        opened(path)


def test_a_place_that_cannot_be_written_is_named(tmp_path, opened):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreFault, match=r"cannot be opened: (file exists|not a directory)"):
        opened(tmp_path / "file" / "broker.db")


@pytest.mark.requirement("wal-gate")
@pytest.mark.parametrize(
    ("version", "mode"), [((3, 40, 1), "delete"), ((3, 51, 2), "delete"), ((3, 51, 3), "wal"), ((3, 53, 4), "wal")]
)
def test_a_write_ahead_log_is_used_only_where_it_cannot_lose_what_was_committed(version, mode):
    assert engine.journal_mode(version) == mode


def test_the_files_journal_is_the_one_that_was_chosen(path, opened):
    opened(path)
    with sqlite3.connect(path) as connection:
        found = connection.execute("PRAGMA journal_mode").fetchone()[0]
    connection.close()
    assert found == engine.journal_mode()


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("database or disk is full", "the disk is full"),
        ("attempt to write a readonly database", "may only be read"),
        ("unable to open database file", "does its folder still exist"),
        ("disk I/O error", "the database failed: disk I/O error"),
    ],
)
def test_what_the_driver_says_is_said_for_people(said, meant):
    assert meant in engine.meaning(said)


def test_a_url_names_a_file(tmp_path):
    assert path_of("sqlite:///data/broker.db", tmp_path) == tmp_path / "data" / "broker.db"
    assert path_of("sqlite:////var/broker.db", tmp_path) == Path("/var/broker.db")
    for url in ("", "sqlite:///", "postgresql://x", "sqlite://x"):
        with pytest.raises(StoreFault, match="url"):
            path_of(url)


def test_a_boot_is_dead_once_its_lock_is_free(tmp_path):
    database = tmp_path / "broker.db"
    one, other = Boot(database, "one"), Boot(database, "other")
    assert [one.is_dead("one"), one.is_dead("other"), one.is_dead("never")] == [False, False, True]
    other.end()
    assert one.is_dead("other")
    (tmp_path / "broker.db.left.lock").write_bytes(b"")
    assert one.is_dead("left")
    assert not (tmp_path / "broker.db.left.lock").exists()
    one.end()


def test_what_a_closed_store_left_open_is_nobodys_any_more(path):
    store, watcher = Sqlite(path, KEK, "closing"), Boot(path, "watcher")
    assert not watcher.is_dead("closing")
    store.close()
    assert watcher.is_dead("closing")
    watcher.end()


def test_a_lock_whose_file_was_taken_away_is_taken_anew(tmp_path, monkeypatch):
    lock, taken = fcntl.flock, []

    def and_removed_once(file, how):
        lock(file, how)
        taken.append(file)
        if len(taken) == 1:
            (tmp_path / "broker.db.one.lock").unlink()

    monkeypatch.setattr(fcntl, "flock", and_removed_once)
    one = Boot(tmp_path / "broker.db", "one")
    assert len(taken) == 2
    assert (tmp_path / "broker.db.one.lock").exists()
    one.end()


def test_the_locks_of_the_dead_are_swept_up(path, opened):
    path.parent.mkdir()
    left = path.with_name("broker.db.left.lock")
    left.write_bytes(b"")
    opened(path, "one")
    opened(path, "two")
    assert not left.exists()
    assert path.with_name("broker.db.one.lock").exists()


def test_a_journal_that_cannot_be_chosen_is_named(monkeypatch, path, opened):
    monkeypatch.setattr(engine, "journal_mode", lambda: "truncate")
    one = opened(path)
    with one.begin() as turn:
        turn.open_task(task(), KEK)
    monkeypatch.setattr(engine, "journal_mode", lambda: "memory; --")
    with pytest.raises(StoreFault, match="cannot be made"):
        opened(path, "two")


def test_a_bug_in_a_statement_is_a_fault_too():
    with pytest.raises(StoreFault, match="ArgumentError"), engine.faults():
        select(1).where(object())


def test_a_lock_that_cannot_be_taken_is_named(tmp_path):
    one = Boot(tmp_path / "broker.db", "one")
    (tmp_path / "broker.db.link.lock").symlink_to(tmp_path / "broker.db.link.lock")
    with pytest.raises(StoreFault, match="cannot be read"):
        one.is_dead("link")
    with pytest.raises(StoreFault, match="cannot be taken"):
        Boot(tmp_path / "none" / "broker.db", "one")
    one.end()


def test_ids_and_keys_are_fresh():
    ids = SystemIds()
    assert len({ids.fresh() for _ in range(100)}) == 100
    assert all(len(one) == 26 and set(one) <= set("abcdefghijklmnopqrstuvwxyz234567") for one in (ids.fresh(),))
    assert len(ids.key()) == 32
    assert SystemClock().now() > 1_700_000_000


async def test_orphans_hold_what_they_held(path, opened):
    one = opened(path)
    log = journal(one)
    await log.opened(task(), KEK, TOKEN, LIMITS)
    await log.intend(permit(claims=(claim("calls", 1, 1),)))
    other = opened(path, "other")
    assert await journal(other).recover() == 0  # it lives
    one._life.end()
    one._life.end = lambda: None
    assert await journal(other).recover() == 1
