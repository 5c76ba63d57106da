"""Taken back in one process, dead in all of them: what two brokers begin, and ten thousand tasks that end."""

import time

import pytest
from sqlalchemy import insert, select

from broker.audit import verify
from broker.model.stop import Target, What
from broker.store.sqlite import Sqlite
from broker.store.tables import TASK
from tests.authority import a_house, answering, call, opened, revoke
from tests.bench.tokens_revoke import KINDS, trial
from tests.pair import pair

MANY = 10_000


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    with pair(tmp_path_factory.mktemp("pair")) as both:
        yield both


@pytest.mark.requirement("revoked")
@pytest.mark.parametrize("number", range(len(KINDS)), ids=[kind.value for kind in KINDS])
async def test_no_call_begins_on_two_brokers_once_revoke_has_returned(two, number):
    found = await trial(two, KINDS[number], number)
    assert found.before > 0
    assert found.sent_after > 0
    assert (found.began_after, found.late) == (0, 0)


@pytest.mark.requirement("revoked")
async def test_ten_thousand_tasks_end_in_steps_that_keep_nobody_waiting(tmp_path):
    store = Sqlite(tmp_path / "broker.db", bytes(32), "one")
    house = a_house(answering(), store=store)
    work = await opened(house)
    with store.begin() as turn:
        one = dict(turn._run(select(TASK)).mappings().one())
        turn._run(insert(TASK), [{**one, "id": f"task-{at}"} for at in range(MANY)])
    longest, begin = [0.0], store.begin
    store.begin = lambda: Timed(begin(), longest)
    other = await opened(house, actor="agent-2")
    ended = await revoke(house, Target(what=What.AGENT, name="agent-1"))
    assert len(set(ended)) == MANY + 1
    assert house.kinds("task.ended").count("task.ended") == MANY + 1
    assert longest[0] < house.deadline / 2
    assert await call(house, work.root) == "task_ended"
    assert await call(house, other.root) == "served"
    report = verify.check((body for _, body in store.entries(0)), store.checkpoints(), house.signer.vkey)
    assert report.problems == ()
    store.close()


class Timed:
    """A transaction, and how long the longest of them took."""

    def __init__(self, turn, longest):
        self._turn, self._longest = turn, longest

    def __enter__(self):
        self._since = time.monotonic()
        return self._turn.__enter__()

    def __exit__(self, *left):
        self._longest[0] = max(self._longest[0], time.monotonic() - self._since)
        return self._turn.__exit__(*left)
