"""What is handed on from one task of a holder to the next, for how long, and what is left of it afterwards."""

import pytest
from sqlalchemy import select

from broker.model.label import Label
from broker.model.outcome import LedgerRow
from broker.model.task import Heritage, Principal, SaidBy, TaskState
from broker.store import inherit
from broker.store.inherit import REMEMBERED
from broker.store.memory import Memory
from broker.store.sqlite import Sqlite
from broker.store.tables import HOLDER, LEDGER
from tests.unit.audit.audit_made import NOW, task

KEY = b"k" * 32
PERSON = Label(classes=frozenset({"person"}), zones=frozenset({"sales"}), regions=frozenset({"eu"}))
STRANGER = Label(untrusted=True)


@pytest.fixture(params=["memory", "file"])
def store(request, tmp_path):
    one = Memory() if request.param == "memory" else Sqlite(tmp_path / "broker.db", bytes(32), "boot")
    yield one
    one.close()


def row(digest, **more):
    return LedgerRow(
        **{"digest": digest, "origin": "shop.o.id", "shown": "show", "writer": "system", "confirms": True} | more
    )


def opens(turn, name, label=None, rows=(), **more):
    """A task that was shown something."""
    one = task(name, **more)
    turn.open_task(one, KEY)
    if label is not None:
        turn.raise_label(name, label)
    turn.keep(name, [], rows)
    return one


def heirs(turn, name="heir", now=NOW, **more):
    return turn.hand_on(opens(turn, name, **more), now)


def rows_of(store, name):
    with store._reading() as connection:
        found = connection.execute(select(LEDGER).where(LEDGER.c.task == name).order_by(LEDGER.c.digest)).all()
    return [(one.digest, one.handed, one.confirms) for one in found]


def holders(store):
    with store._reading() as connection:
        return [one.actor for one in connection.execute(select(HOLDER).order_by(HOLDER.c.actor))]


@pytest.mark.requirement("opening-sink")
async def test_label_and_ledger_of_a_living_task_are_handed_on_and_prove_nothing(store):
    with store.begin() as turn:
        opens(turn, "t1", PERSON, [row("a")])
        opens(turn, "t2", STRANGER, [row("b"), row("a")])
        assert heirs(turn) == Heritage(tasks=("t1", "t2"), label=PERSON.join(STRANGER), ledger=2)
    facts = await store.facts("heir")
    assert (facts.label, facts.heir_of) == (PERSON.join(STRANGER), ("t1", "t2"))
    assert rows_of(store, "heir") == [("a", True, False), ("b", True, False)]


@pytest.mark.requirement("opening-sink")
async def test_a_task_that_was_shown_nothing_but_what_is_public_hands_nothing_on(store):
    with store.begin() as turn:
        opens(turn, "t1", Label(classes=frozenset({"public"}), zones=frozenset({"sales"})), [row("a")])
        assert heirs(turn) == Heritage()
    assert (await store.facts("heir")).label == Label()
    assert rows_of(store, "heir") == []


@pytest.mark.requirement("opening-sink")
@pytest.mark.parametrize(
    "other",
    [
        {"principal": Principal(issuer="https://id.example", sub="bob")},
        {"principal": Principal(issuer="https://other.example", sub="ann")},
        {"actor": "helpdesk-2"},
    ],
    ids=["user", "issuer", "agent"],
)
async def test_nothing_comes_from_another_holder(store, other):
    with store.begin() as turn:
        opens(turn, "t1", PERSON, [row("a")], **other)
        assert heirs(turn) == Heritage()
    assert holders(store) == sorted(["helpdesk-1", other.get("actor", "helpdesk-1")])


@pytest.mark.requirement("opening-sink")
@pytest.mark.parametrize(("after", "is_handed"), [(0, True), (REMEMBERED - 1, True), (REMEMBERED, False)])
async def test_one_that_ended_hands_on_for_a_day(store, after, is_handed):
    with store.begin() as turn:
        opens(turn, "t1", PERSON, [row("a")])
        turn.end_tasks(["t1"], NOW)
    with store.begin() as turn:
        turn.forget(NOW + after)
        assert heirs(turn, now=NOW + after).tasks == (("t1",) if is_handed else ())
    assert rows_of(store, "heir") == ([("a", True, False)] if is_handed else [])
    assert bool(rows_of(store, "t1")) is is_handed
    assert (await store.facts("t1")).label == PERSON


async def test_a_second_end_does_not_begin_the_day_anew(store):
    with store.begin() as turn:
        opens(turn, "t1", PERSON, [row("a")])
        turn.end_tasks(["t1"], NOW)
        turn.end_tasks(["t1"], NOW + REMEMBERED - 1)
        assert heirs(turn, now=NOW + REMEMBERED) == Heritage()


@pytest.mark.requirement("opening-sink")
async def test_what_was_handed_on_is_handed_on_again(store):
    with store.begin() as turn:
        opens(turn, "t1", PERSON, [row("a")])
        turn.end_tasks(["t1"], NOW)
        heirs(turn, "t2")
        turn.end_tasks(["t2"], NOW + REMEMBERED - 1)
        turn.forget(NOW + REMEMBERED)
        assert heirs(turn, "t3", now=NOW + REMEMBERED).tasks == ("t2",)
    assert rows_of(store, "t3") == [("a", True, False)]


@pytest.mark.requirement("opening-sink")
async def test_a_suspended_task_hands_on_too(store):
    with store.begin() as turn:
        opens(turn, "t1", STRANGER, [row("a")])
        turn.set_state("t1", TaskState.SUSPENDED)
        assert heirs(turn).tasks == ("t1",)


async def test_what_the_task_is_shown_itself_proves_beside_what_was_handed_on(store):
    with store.begin() as turn:
        opens(turn, "t1", PERSON, [row("a")])
        heirs(turn)
        turn.keep("heir", [], [row("a")])
    assert rows_of(store, "heir") == [("a", False, True), ("a", True, False)]


@pytest.mark.requirement("opening-sink")
async def test_one_holder_has_one_key_for_his_ledgers_and_another_has_another(store):
    with store.begin() as turn:
        opens(turn, "t1")
        opens(turn, "t2", said_by=SaidBy.AGENT)
        opens(turn, "t3", actor="helpdesk-2")
    keys = [(await store.facts(name)).ledger_key for name in ("t1", "t2", "t3")]
    assert keys[0] == keys[1] != keys[2]
    assert {len(key) for key in keys} == {32}
    assert KEY not in keys


@pytest.mark.requirement("task-end-destroys")
async def test_the_key_of_a_ledger_goes_with_the_last_task_that_can_hand_on(store):
    with store.begin() as turn:
        opens(turn, "t1", PERSON, [row("a")])
        opens(turn, "t2")
        opens(turn, "t3", actor="helpdesk-2")
    before = (await store.facts("t1")).ledger_key
    with store.begin() as turn:
        turn.end_tasks(["t2"], NOW)
        turn.end_tasks(["t3"], NOW)
        turn.forget(NOW)
    assert holders(store) == ["helpdesk-1"]
    with store.begin() as turn:
        turn.end_tasks(["t1"], NOW)
        turn.forget(NOW + REMEMBERED - 1)
    assert holders(store) == ["helpdesk-1"]
    with store.begin() as turn:
        turn.forget(NOW + REMEMBERED)
    assert holders(store) == rows_of(store, "t1") == []
    with store.begin() as turn:
        opens(turn, "t4")
    assert (await store.facts("t4")).ledger_key != before
    assert (await store.facts("t1")).ledger_key == b""


def steps(turn, work):
    """How many instructions of the database it takes."""
    taken, raw = [], turn._connection.connection.driver_connection
    raw.set_progress_handler(lambda: taken.append(1), 1)
    work()
    raw.set_progress_handler(None, 0)
    return len(taken)


@pytest.mark.requirement("opening-sink")
async def test_an_agent_that_asks_for_task_after_task_makes_no_opening_slower(store):
    taken = []
    with store.begin() as turn:
        opens(turn, "t0", PERSON, [row(f"d{at}") for at in range(50)])
        turn.end_tasks(["t0"], NOW)
        for at in range(1, 30):
            one = opens(turn, f"t{at}", opened=NOW + 10 * at)
            taken.append(steps(turn, lambda one=one: turn.hand_on(one, one.opened)))
            turn.end_tasks([one.id], one.opened + 5)
        assert turn.hand_on(opens(turn, "last", opened=NOW + 1000), NOW + 1000).tasks == ("t29",)
    assert [digest for digest, _, _ in rows_of(store, "last")] == sorted(f"d{at}" for at in range(50))
    assert taken[-1] < 4 * taken[0]  # a look at each of them, and no row of theirs


@pytest.mark.requirement("opening-sink")
async def test_of_a_task_that_lived_while_the_next_was_asked_for_all_is_handed_on_again(store):
    with store.begin() as turn:
        opens(turn, "t1", PERSON, [row("a")])
        heirs(turn, "t2", opened=NOW + 10)
        turn.keep("t1", [], [row("b")])
        turn.end_tasks(["t1", "t2"], NOW + 20)
        assert heirs(turn, "t3", opened=NOW + 30, now=NOW + 30).tasks == ("t2", "t1")
    assert [digest for digest, _, _ in rows_of(store, "t3")] == ["a", "b"]


@pytest.mark.requirement("opening-sink")
async def test_no_more_is_handed_on_than_a_transaction_bears_and_that_it_is_not_all_is_kept(store, monkeypatch):
    monkeypatch.setattr(inherit, "MOST", 3)
    with store.begin() as turn:
        opens(turn, "t1", PERSON, [row("a"), row("b")])
        opens(turn, "t2", STRANGER, [row("c"), row("d")])
        found = heirs(turn, "t3")
        assert (found.ledger, found.whole, found.label) == (3, False, PERSON.join(STRANGER))
        turn.end_tasks(["t1", "t2"], NOW)
        assert not heirs(turn, "t4", opened=NOW + 10, now=NOW + 10).whole
    assert not (await store.facts("t4")).ledger_whole
    assert (await store.facts("t1")).ledger_whole


async def test_so_many_are_forgotten_at_a_time_until_none_is_left(store):
    with store.begin() as turn:
        for at in range(inherit.AT_ONCE + 1):
            opens(turn, f"t{at}", PERSON, [row("a")])
        turn.end_tasks([f"t{at}" for at in range(inherit.AT_ONCE + 1)], NOW)
        found = [turn.forget(NOW + REMEMBERED) for _ in range(3)]
    assert found == [inherit.AT_ONCE, 1, 0]
    assert holders(store) == []
