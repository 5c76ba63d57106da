"""What proves who asks serves once, in the very transaction that does what it came for, and of which there is one."""

import json

import pytest

from broker.store.turn import SqlTurn
from tests import kit
from tests.oauth_kit import Ways

DETAILS = "invalid_authorization_details"
NO_SCOPE = json.dumps([{"type": "broker_task", "scope": "x", "purpose": "p"}])


@pytest.fixture
def ways():
    return Ways(kit.house(None))


@pytest.fixture
def turns(ways, monkeypatch):
    """Every transaction that begins."""
    begun, begin = [], ways.house.store.begin
    monkeypatch.setattr(ways.house.store, "begin", lambda: begun.append(1) or begin())
    return begun


async def test_an_exchange_is_one_transaction_with_both_of_its_records(ways, turns):
    assert (await ways.ask()).status_code == 200
    assert len(turns) == 1
    assert ways.house.kinds("task") == ["task.requested", "task.opened"]


async def test_a_task_stands_where_the_record_of_its_opening_does(ways, monkeypatch):
    """What is revoked is held against that place: one before it, and a revocation in between would reach nobody."""
    stands, opens = [], SqlTurn.open_task

    def open_task(turn, task, *more):
        stands.append(turn.position())
        opens(turn, task, *more)

    monkeypatch.setattr(SqlTurn, "open_task", open_task)
    await ways.ask()
    (place,) = stands
    assert ways.house.records[place]["kind"] == "task.opened"


@pytest.mark.parametrize("more", [{}, {"authorization_details": NO_SCOPE}])
@pytest.mark.requirement("exchange-once")
async def test_an_assertion_that_came_before_writes_no_record_whatever_it_asks_for(more, ways):
    vouched = ways.assertion()
    first = await ways.ask(client_assertion=vouched, **more)
    assert first.status_code == 200 or first.json() == {"error": DETAILS}
    known = len(ways.house.records)
    again = await ways.ask(client_assertion=vouched, **more)
    assert (again.status_code, again.json()) == (401, {"error": "invalid_client"})
    assert len(ways.house.records) == known
    await ways.house.journal.flush_strangers()
    assert "a proof that was used before" in json.dumps(ways.house.records[-1])


async def test_an_assertion_that_came_before_gives_no_other_token_of_a_task(ways):
    (detail,) = (await ways.ask()).json()["authorization_details"]
    again = json.dumps([{"type": "broker_task", "task": detail["task"]}])
    vouched = ways.assertion()
    assert (await ways.ask(authorization_details=again, client_assertion=vouched)).status_code == 200
    assert (await ways.ask(authorization_details=again, client_assertion=vouched)).json() == {"error": "invalid_client"}
    assert ways.house.kinds("task.refreshed") == ["task.refreshed"]


@pytest.mark.parametrize(("after", "status"), [("/", 200), ("//", 401), ("/token", 401), ("?", 401), (".evil", 401)])
async def test_the_broker_is_called_by_its_name_with_a_slash_or_without_and_by_no_other(after, status, ways):
    """The Python SDK's version 1 puts the slash there."""
    vouched = ways.assertion(aud=kit.AUDIENCE.issuer + after)
    assert (await ways.ask(client_assertion=vouched)).status_code == status
