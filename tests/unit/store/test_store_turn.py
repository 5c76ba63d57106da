"""What one transaction does to tasks, calls, budgets and the log, the same in memory and in a file."""

from __future__ import annotations

import sqlite3
from decimal import Decimal

import anyio
import anyio.to_thread
import pytest
from sqlalchemy import select

from broker.model.decision import NoRoom, Reason
from broker.model.faults import StoreFault
from broker.model.label import Label
from broker.model.outcome import LedgerRow, VaultRow
from broker.model.record import Entry, Head, OpenCall
from broker.model.task import TaskState
from broker.store.memory import Memory
from broker.store.sqlite import Sqlite
from broker.store.tables import HANDLE, METADATA, SPEND, SUBJECT
from broker.store.turn import FOLDED
from tests.unit.audit.audit_made import NOW, claim, task

KEY = b"k" * 32
LEDGER = LedgerRow(digest="d", origin="shop.o.id", shown="show", writer="system", confirms=True)


@pytest.fixture(params=["memory", "file"])
def store(request, tmp_path):
    one = Memory() if request.param == "memory" else Sqlite(tmp_path / "broker.db", bytes(32), "boot")
    with one.begin() as turn:
        turn.open_task(task(), KEY)
    yield one
    one.close()


def vault(handle, value):
    return VaultRow(handle=handle, kind="email", origin="shop.o.email", clear_value=value)


def open_call(name, **changed):
    said = {"call": name, "task": "t1", "tool": "pay.refund", "digest": "d", "has_effect": True, "at": NOW}
    return OpenCall(**{**said, **changed})


def reserved(store, call, *claims, now=NOW):
    with store.begin() as turn:
        found = turn.reserve(call, claims, now)
    return found.reason if isinstance(found, NoRoom) else found


async def test_a_task_is_what_was_opened(store):
    facts = await store.facts("t1")
    assert (facts.task, facts.state, facts.label, facts.key) == (task(), TaskState.ACTIVE, Label(), KEY)
    assert await store.facts("t2") is None
    assert await store.facts("\ud800") is None
    with store.begin() as turn:
        turn.open_task(task("t2", opened=NOW + 1), KEY)
        assert (turn.state("t2"), turn.state("t3")) == (TaskState.ACTIVE, None)
    assert [one.task.id for one in store.tasks()] == ["t2", "t1"]


@pytest.mark.requirement("task-end-destroys")
async def test_the_end_of_a_task_destroys_its_key_handles_ledger_and_subjects(store):
    with store.begin() as turn:
        turn.keep("t1", [vault("h1", "ann@example.com")], [LEDGER])
        turn.meet("t1", {"s1", "s2"})
        turn.end_tasks(["t1"], NOW)
        assert turn.meet("t1", set()) == 0
    facts = await store.facts("t1")
    assert (facts.state, facts.key, facts.ledger_key) == (TaskState.ENDED, b"", b"")
    assert await store.resolve("t1", ["h1"]) == {}
    with store._reading() as connection:
        assert not any(connection.execute(select(one)).all() for one in (HANDLE, METADATA.tables["ledger"], SUBJECT))
    with store.begin() as turn:
        assert [turn.set_state("t1", state) for state in (TaskState.SUSPENDED, TaskState.ACTIVE)] == [False, False]
        assert turn.state("t1") is TaskState.ENDED
        assert (turn.strike("t1"), turn.strike("t9")) == (1, 0)


@pytest.mark.requirement("handle-sink")
@pytest.mark.parametrize("value", ["ann@example.com", "\ud800", None, 1.5, {"a": [1, "\u00e9"]}])
async def test_a_handle_gives_its_value_back_to_its_task_alone(store, value):
    with store.begin() as turn:
        turn.open_task(task("t2"), KEY)
        turn.keep("t1", [vault("h1", value), vault("h2", 2)], [LEDGER, LEDGER])
    assert await store.open("t1", ["h1"]) == {"h1": value}
    assert await store.open("t1", []) == {}
    found = await store.resolve("t1", ["h1", "h9", "\ud800"])
    assert [(one.handle, one.kind, one.origin) for one in found.values()] == [("h1", "email", "shop.o.email")]
    assert await store.resolve("t2", ["h1"]) == await store.resolve("\ud800", ["h1"]) == {}
    for name, handles in (("t2", ["h1"]), ("t1", ["h1", "h9"]), ("t9", ["h1"])):
        with pytest.raises(StoreFault, match="gone"):
            await store.open(name, handles)


async def test_more_handles_than_one_statement_takes_are_found(store):
    with store.begin() as turn:
        turn.keep("t1", [vault(f"h{at}", at) for at in range(250)], [])
    assert len(await store.resolve("t1", [f"h{at}" for at in range(300)])) == 250


def test_what_has_no_task_is_not_kept(store):
    with store.begin() as turn:
        for wrong in (lambda: turn.keep("t9", [vault("h", 1)], []), lambda: turn.raise_label("t9", Label())):
            with pytest.raises(LookupError):
                wrong()


async def test_a_label_only_grows(store):
    person = Label(classes=frozenset({"person"}), zones=frozenset({"sales"}), regions=frozenset({"eu"}), untrusted=True)
    for label in (person, Label(classes=frozenset({"card"})), Label()):
        with store.begin() as turn:
            turn.raise_label("t1", label)
    assert (await store.facts("t1")).label == person.join(Label(classes=frozenset({"card"})))


def test_subjects_are_counted_once(store):
    with store.begin() as turn:
        assert [turn.meet("t1", met) for met in ({"a", "b"}, {"b", "c"}, set())] == [2, 3, 3]


def test_a_budget_is_spent_exactly(store):
    for at in range(10):
        assert reserved(store, f"c{at}", claim("sum", "0.1", 1)) == {"sum": Decimal("0.1")}
    assert reserved(store, "c", claim("sum", "0.000000001", 1)) is Reason.BUDGET_BUSY
    with store.begin() as turn:
        for at in range(10):
            turn.settle(f"c{at}", None)
    assert reserved(store, "c", claim("sum", "0.000000001", 1)) is Reason.BUDGET_SPENT


def test_many_amounts_become_one_and_the_sum_stays_exact(store):
    for at in range(FOLDED + 9):
        assert reserved(store, f"c{at}", claim("sum", "0.1", 100), now=NOW + at) == {"sum": Decimal("0.1")}
        with store.begin() as turn:
            turn.settle(f"c{at}", None)
    with store._reading() as connection:
        assert len(connection.execute(select(SPEND)).all()) < FOLDED
    assert reserved(store, "last", claim("sum", "95.9", 100)) == {"sum": Decimal("95.9")}
    assert reserved(store, "more", claim("sum", "0.1", 100)) is Reason.BUDGET_BUSY


def test_what_one_key_has_used_is_nothing_to_another(store):
    for key in ("t1", "t2", "principal:ann"):
        assert reserved(store, f"of {key}", claim("calls", 1, 1, key=key)) == {"calls": 1}


def test_digits_beyond_the_usual_precision_count(store):
    held = claim("sum", "9007199254740991", "9007199254740991.000000001")
    assert reserved(store, "a", held) == {"sum": held.amount}
    assert reserved(store, "b", claim("sum", "1E-40", "9007199254740991")) is Reason.BUDGET_BUSY


def test_all_is_held_or_nothing(store):
    assert reserved(store, "c", claim("calls", 1, 1), claim("rows", 5, 4)) is Reason.BUDGET_SPENT
    assert reserved(store, "c", claim("calls", 1, 1)) == {"calls": 1}


def test_spent_outweighs_busy(store):
    assert [reserved(store, name, claim("calls", 1, 1)) for name in "ab"] == [{"calls": 1}, Reason.BUDGET_BUSY]
    assert reserved(store, "b", claim("calls", 1, 1), claim("rows", 5, 4)) is Reason.BUDGET_SPENT


def test_upto_takes_what_is_left(store):
    rows = claim("rows", 50, 60, upto=True)
    assert [reserved(store, name, rows) for name in "abc"] == [{"rows": 50}, {"rows": 10}, Reason.BUDGET_BUSY]
    with store.begin() as turn:
        turn.settle("a", {"rows": Decimal(60)})
        turn.settle("b", {})
    assert reserved(store, "d", rows) is Reason.BUDGET_SPENT


@pytest.mark.requirement("ceiling")
def test_a_window_counts_the_last_seconds_alone(store):
    day = claim("pay.refund.amount", 300, 500, key="principal:ann", window=86400.0)
    assert reserved(store, "a", day) == {"pay.refund.amount": 300}
    assert reserved(store, "b", day, now=NOW + 86399) is Reason.BUDGET_BUSY
    assert reserved(store, "c", day, now=NOW + 86400) == {"pay.refund.amount": 300}


def test_a_window_forgets_each_amount_in_its_turn(store):
    for at in range(FOLDED + 2):
        reserved(store, f"c{at}", claim("sum", 1, FOLDED + 9, window=86400.0), now=NOW + at)
        with store.begin() as turn:
            turn.settle(f"c{at}", None)
    last = claim("sum", FOLDED, FOLDED + 9, window=86400.0)
    assert reserved(store, "last", last, now=NOW + 86400 + FOLDED - 1) == {"sum": FOLDED}


def test_one_item_under_two_keys_is_bound_by_the_tighter(store):
    claims = (claim("rows", 50, 60, upto=True), claim("rows", 50, 7, upto=True, key="principal:ann"))
    assert reserved(store, "a", *claims) == {"rows": 7}


def test_one_key_under_two_limits_is_held_once(store):
    claims = (claim("calls", 1, 5), claim("calls", 1, 2, window=60.0))
    assert [reserved(store, name, *claims) for name in "abc"] == [{"calls": 1}, {"calls": 1}, Reason.BUDGET_BUSY]
    assert reserved(store, "d", claim("calls", 3, 5)) == {"calls": 3}


@pytest.mark.parametrize("amount", ["-1", "NaN", "Infinity", "-Infinity"])
def test_no_amount_is_no_amount(store, amount):
    with store.begin() as turn:
        with pytest.raises(ValueError, match="no amount"):
            turn.reserve("c", [claim("calls", 1, 1), claim("sum", amount, 5)], NOW)
        with pytest.raises(ValueError, match="no amount"):
            turn.settle("c", {"sum": Decimal(amount)})
        assert turn.reserve("c", [], NOW) == {}
    with pytest.raises(ValueError, match="no amount"):
        reserved(store, "c", claim("sum", 1, "NaN"))


@pytest.mark.requirement("budget-exact")
async def test_a_hundred_parallel_calls_hold_exactly_what_there_is(store):
    results = []

    async def one(at):
        found = await anyio.to_thread.run_sync(reserved, store, f"c{at}", claim("sum", "0.7", 20))
        results.append(found)

    async with anyio.create_task_group() as group:
        for at in range(100):
            group.start_soon(one, at)
    assert sum(one != Reason.BUDGET_BUSY for one in results) == 28  # 28 times 0.7 is 19.6


def test_a_call_is_open_until_it_ends_once(store):
    with store.begin() as turn:
        turn.begin_call(open_call("c1"))
        turn.begin_call(open_call("c2", has_effect=False, digest="e"))
        assert turn.orphans() == []  # of this process, which lives
        assert turn.end_call("c1")
        assert not turn.end_call("c1")
        assert not turn.leave_unresolved("c1")
        assert turn.leave_unresolved("c2")
        assert [turn.end_call("c2"), turn.leave_unresolved("c2")] == [False, False]
        assert not turn.unresolved("t1", "e")  # a read may be sent again
        turn.begin_call(open_call("c3"))
        assert not turn.unresolved("t1", "d")
        turn.leave_unresolved("c3")
        assert turn.unresolved("t1", "d")
        assert not turn.unresolved("t2", "d")


def test_a_savepoint_undoes_what_was_done_inside_it(store):
    def meets(turn):
        with turn.savepoint():
            turn.meet("t1", {"b"})
            raise KeyError

    with store.begin() as turn:
        turn.meet("t1", {"a"})
        with pytest.raises(KeyError):
            meets(turn)
        assert turn.meet("t1", set()) == 1


def test_the_log_is_read_as_it_was_written(store):
    entries = [Entry(kind="k", call=f"c{at % 2}", task="t1", body=b"%d" % at) for at in range(1300)]
    with store.begin() as turn:
        assert turn.head() == Head(size=0, frontier=())
        turn.extend(entries[:700], Head(size=700, frontier=(b"a" * 32, b"b" * 32)), "first")
        turn.extend(entries[700:], Head(size=1300, frontier=(b"c" * 32,)), "second")
    assert store.head() == Head(size=1300, frontier=(b"c" * 32,))
    assert list(store.entries(0)) == [(at, b"%d" % at) for at in range(1300)]
    assert [seq for seq, _ in store.entries(5, 8)] == [5, 6, 7]
    assert list(store.checkpoints()) == ["first", "second"]
    assert store.indexes("c1") == list(range(1, 1300, 2))
    assert len(store.indexes("t1")) == 1300
    assert store.indexes("\ud800") == []


@pytest.mark.requirement("one-log")
def test_a_head_that_moved_is_not_overwritten(store):
    entry = Entry(kind="k", call="", task="", body=b"x")
    with store.begin() as turn, pytest.raises(StoreFault, match="moved by another writer"):
        turn.extend([entry], Head(size=6, frontier=()), "note")


def test_a_transaction_left_by_an_exception_leaves_nothing(store):
    def fails():
        with store.begin() as turn:
            turn.open_task(task("t5"), KEY)
            raise KeyError

    with pytest.raises(KeyError):
        fails()
    with store.begin() as turn:
        assert turn.state("t5") is None


def test_the_drivers_own_errors_do_not_leave_the_store(store):
    with store.begin() as turn:
        turn.begin_call(open_call("c1"))
        with pytest.raises(StoreFault) as fault:
            turn.begin_call(open_call("c1", digest="canary"))
    assert "canary" not in str(fault.value)
    assert not isinstance(fault.value.__cause__, sqlite3.Error)
