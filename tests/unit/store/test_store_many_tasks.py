"""Ten thousand tasks: an opening costs by what its own holder has open, and by nothing else that there is or was."""

import pytest

from broker.store.memory import Memory
from tests.unit.audit.audit_made import NOW, task

KEY, MANY = b"k" * 32, 10_000


def steps(turn, name, **more):
    """How many instructions of the database an opening takes: counted, opened, and what is handed on."""
    taken, raw = [], turn._connection.connection.driver_connection
    one = task(name, opened=NOW + 2 * MANY, ends=NOW + 3 * MANY, **more)
    raw.set_progress_handler(lambda: taken.append(1), 1)
    turn.holding(one, one.opened)
    turn.open_task(one, KEY)
    turn.hand_on(one, one.opened)
    raw.set_progress_handler(None, 0)
    turn.end_tasks([name], one.opened)
    return len(taken)


@pytest.mark.requirement("opening-limited")
def test_an_opening_costs_by_what_its_holder_has_open_and_by_nothing_else():
    store, taken, opened = Memory(), {}, 0
    for count in (100, 1_000, MANY):
        with store.begin() as turn:
            for at in range(opened, count):
                turn.open_task(task(f"t{at}", opened=NOW + at, ends=NOW + 3 * MANY), KEY)
            taken[count], other = steps(turn, f"one{count}"), steps(turn, f"two{count}", actor=f"helpdesk-{count}")
        opened = count
        assert other < taken[100]
    assert taken[MANY] < 1.1 * 10 * taken[1_000]
    with store.begin() as turn:
        turn.end_tasks([f"t{at}" for at in range(MANY)], NOW)
        assert steps(turn, "last") < taken[100]
