"""Two brokers over one store, each a process: every limit holds to the last call, and death gives nothing back."""

import pytest

from tests.broken_off import assert_whole
from tests.pair import LIMIT, pair

AT_ONCE = 50  # in each process
ONE = {"n": 1}


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    with pair(tmp_path_factory.mktemp("pair")) as both:
        yield both


async def ended(two, *shares):
    """Served; and that nothing but a budget stood in the way of the others."""
    ends, ran = await two.volley(*shares)
    assert ends.total() == sum(times for share in shares for _, _, times in share)
    assert set(ends) <= {"served", "budget_spent", "budget_busy"}
    assert ran == ends["served"]
    return ran


@pytest.mark.requirement("budget-exact")
@pytest.mark.parametrize("limit", ["task", "tool", "principal", "actor", "subject"])
async def test_a_budget_of_ten_is_ten_calls_over_two_processes(two, limit):
    task = await two.open(limit, actor=limit, sub=limit, who=1)
    share = [(task, ONE, AT_ONCE)]
    assert await ended(two, share, share) == LIMIT
    assert await ended(two, [(task, ONE, 1)], [(task, ONE, 1)]) == 0
    assert_whole(two.parent.store)


@pytest.mark.requirement("budget-exact")
@pytest.mark.parametrize(("amount", "fits"), [(3, 3), (0.7, 14)])
async def test_a_sum_is_spent_to_the_last_amount_that_fits(two, amount, fits):
    task = await two.open("sum", sub=f"sum-{amount}")
    share = [(task, {"n": amount}, AT_ONCE)]
    assert await ended(two, share, share) == fits


@pytest.mark.requirement("block-budget")
async def test_two_who_were_handed_one_block_share_what_it_has(two):
    task = await two.open("block")
    block = task.handed_on("lead", budget={"calls": LIMIT})
    here, there = block.handed_on("here"), block.handed_on("there")
    assert await ended(two, [(here, ONE, AT_ONCE)], [(there, ONE, AT_ONCE)]) == LIMIT
    assert await ended(two, [(task, ONE, 1)], [(task, ONE, 1)]) == 2  # what stands above it has its own


@pytest.mark.requirement("block-budget")
async def test_every_block_above_counts_the_tightest_binds(two):
    task = await two.open("block")
    wide = task.handed_on("wide", budget={"calls": 7})
    wider = wide.handed_on("wider", budget={"calls": 100}, tools={"t.t": {"budget": {"sum": {"n": 5}}}})
    leaf = wider.handed_on("leaf")
    assert await ended(two, [(leaf, ONE, 10)], [(wider, ONE, 10)]) == 5
    assert await ended(two, [(wide, ONE, 10)], [(leaf, ONE, 10)]) == 2


@pytest.mark.requirement("ceiling")
async def test_a_ceiling_is_one_for_all_tasks_of_an_agent_over_two_processes(two):
    mine = [await two.open("actor", actor="planner", sub=f"user-{n}") for n in range(2)]
    below = mine[1].handed_on("planner-2")
    assert await ended(two, [(mine[0], ONE, 10)], [(below, ONE, 10)]) == LIMIT
    other = await two.open("actor", actor="planner-2")
    assert await ended(two, [(other, ONE, 1)], [(other, ONE, 1)]) == 2


@pytest.mark.requirement("ceiling")
@pytest.mark.requirement("values-nowhere")
async def test_a_ceiling_per_subject_follows_the_person_and_the_store_does_not_say_who(two):
    person = 990_017_313
    tasks = [await two.open("subject", actor=f"a-{n}", sub=f"user-{n}", who=person) for n in range(2)]
    assert await ended(two, *([(one, ONE, 10)] for one in tasks)) == LIMIT
    with two.parent.store._reading() as connection:
        found = connection.exec_driver_sql("SELECT DISTINCT key FROM spend WHERE key LIKE 'subject:%'").scalars().all()
    assert len(found) >= 1
    assert str(person).encode() not in b"".join(one.read_bytes() for one in two.folder.glob("broker.db*"))


@pytest.mark.requirement("crash")
@pytest.mark.requirement("budget-exact")
async def test_a_broker_that_dies_gives_nothing_back(tmp_path):
    with pair(tmp_path) as two:
        task = await two.open("task")
        block = task.handed_on("lead", budget={"calls": LIMIT})
        ends, ran = await two.volley([(block, ONE, 4)], None, hanging=4)
        assert (ends.total(), ran) == (0, 4)
        await two.dies(0)
        # What it held is held as long as nobody knows that it is dead.
        ends, ran = await two.volley(None, [(block, ONE, 10)])
        assert (ran, ends["served"], ends["budget_busy"] + ends["budget_spent"]) == (6, 6, 4)
        # Then it is used.
        assert await two.parent.journal.recover() == 4
        ends, ran = await two.volley(None, [(block, ONE, 5), (task, ONE, 5)])
        assert (ran, ends) == (0, {"budget_spent": 10})
        assert_whole(two.parent.store)
