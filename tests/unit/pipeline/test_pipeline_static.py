"""Static tokens and the limits of opening: ten thousand askings leave a bounded log, whichever process they reach."""

from dataclasses import replace

import pytest

from broker.audit.refusals import FEW
from broker.audit.tasks import TRIES
from broker.grants.bearer import asking
from broker.model.constraint import Anything
from broker.model.decision import Reason
from broker.model.outcome import NotOpened, OpenedTask
from broker.model.scope import Given, Lookup
from broker.model.task import Limits, Principal
from broker.store.sqlite import Sqlite
from tests.bearers import begun, given, house
from tests.kit import scope, spec

LIMITS = Limits(open=3, per_hour=20)


async def _asks(one, who, times, **more):
    asked = replace(asking(who, scope="s", purpose="p"), takes_token=False, **more)
    return [await one.opening.open_task(asked) for _ in range(times)]


@pytest.mark.requirement("opening-bounded")
async def test_hundreds_of_askings_leave_as_many_records_as_a_few_and_the_log_goes_on():
    one = house(limits=LIMITS)
    _, who = await given(one)
    found = await _asks(one, who, 300)
    assert sum(isinstance(each, OpenedTask) for each in found) == 3
    assert {each.reason for each in found[3:]} == {Reason.BUDGET_SPENT}
    assert len(one.kinds("task.refused")) == FEW
    await one.journal.flush_strangers()
    last = one.records[-1]
    assert (last["kind"], last["counts"]) == ("refusals.counted", {"budget_spent": 297 - FEW})
    assert (last["principal"], last["actor"]) == ({"issuer": "local", "sub": "maria"}, "agent-1")
    assert one.journal.latched is None


@pytest.mark.requirement("opening-bounded")
async def test_holders_without_number_are_counted_together():
    one = house()
    _, who = await given(one, roles=frozenset({"x"}))
    for at in range(300):
        await _asks(one, replace(who, principal=Principal(issuer="local", sub=f"u{at}")), FEW + 1 if at < 2 else 1)
    assert len(one.kinds("task.refused")) == 256 + 2 * (FEW - 1) + FEW
    await one.journal.flush_strangers()
    counted = [each for each in one.records if each["kind"] == "refusals.counted"]
    assert [("actor" in each, each["counts"]) for each in counted] == [
        (True, {"value_not_allowed": 1}),
        (True, {"value_not_allowed": 1}),
        (False, {"value_not_allowed": 300 - 256 - FEW}),
    ]


@pytest.mark.requirement("opening-bounded")
async def test_what_could_not_be_counted_on_record_is_counted_later():
    one = house()
    _, who = await given(one, roles=frozenset({"x"}))
    await _asks(one, who, FEW + 5)
    one.store.broken = True
    with pytest.raises(Exception, match="disk"):
        await one.journal.flush_strangers()
    assert one.journal._refusals.take()[0].counts == {"value_not_allowed": 5}


@pytest.mark.requirement("opening-bounded")
async def test_lookups_for_a_task_that_never_opens_are_bounded_by_the_hour():
    looked = scope(
        parameters={"k": Given(type="text", constraint=Anything()), "v": Lookup(tool="t.t", argument="a", key="k")}
    )
    one = house(scope_of=looked, limits=Limits(open=3, per_hour=2))
    one.shelf.tools["t.t"] = (spec(max_rows=1, leaves=one.shelf.spec("t.t").leaves), one.shelf.tool("t.t"))
    _, who = await given(one)
    found = await _asks(one, who, 20, parameters={"k": "x"})
    assert [each.reason for each in found].count(Reason.ROW_OUT_OF_REACH) == 2 * TRIES
    assert len(one.kinds("call.intent")) == 2 * TRIES
    assert "asked for 6 tasks within an hour" in found[-1].detail
    one.clock.at += 3_601
    (again,) = await _asks(one, who, 1, parameters={"k": "x"})
    assert again.reason is Reason.ROW_OUT_OF_REACH


@pytest.mark.requirement("opening-limited")
async def test_the_limits_hold_over_two_processes_for_one_token(tmp_path):
    stores = [Sqlite(tmp_path / "b.db", bytes(32), f"boot-{at}") for at in range(2)]
    first, second = (house(limits=LIMITS, store=store) for store in stores)
    try:
        _, who = await given(first)
        opened = [await begun(first, who), await begun(second, who), await begun(first, who)]
        for one in (first, second):
            (refused,) = await _asks(one, who, 1)
            assert isinstance(refused, NotOpened)
        await second.journal.ended(opened[0].task.id, by="operator", why="test")
        assert isinstance((await _asks(first, who, 1))[0], OpenedTask)
    finally:
        for store in stores:
            store.close()
