"""Whichever door a request comes through, the same is decided and it leaves its one record."""

import anyio
import pytest

from tests.fuzz.doors import Tally, carries, compare, newer


@pytest.mark.requirement("same-doors")
@pytest.mark.parametrize("seed", [21, 22])
def test_the_same_requests_get_the_same_through_every_door(seed, tmp_path):
    tally = anyio.run(compare, 120, seed, tmp_path, lambda: None)
    assert not tally.wrong
    assert tally.sent == 120
    assert tally.answers["served"] > 10
    assert tally.records > 300


DENIED = ([("call.denied", "arguments_invalid", "bank.pay", None, None)], "refused arguments_invalid")
SERVED = ([("call.intent", None, "t", None, None), ("call.outcome", None, "t", "served", "done")], "served")
DOORS = ("http older", "stdio older", "http newer", "stdio newer")
RAW = newer({"params": {}, "jsonrpc": "2.0", "id": 1, "method": "tools/call"})


@pytest.mark.parametrize("odd", DOORS)
@pytest.mark.parametrize("other", [SERVED, ([], DENIED[1]), (DENIED[0] * 2, DENIED[1]), (DENIED[0], "error -32602")])
def test_a_door_that_differs_would_be_seen(odd, other):
    assert carries(RAW)
    tally = Tally()
    tally.judge("honest", RAW, dict.fromkeys(DOORS, DENIED))
    assert not tally.wrong
    tally.judge("honest", RAW, {**dict.fromkeys(DOORS, DENIED), odd: other})
    assert tally.wrong


@pytest.mark.parametrize("era", ["older", "newer"])
def test_an_era_that_decides_otherwise_would_be_seen(era):
    tally = Tally()
    tally.judge("honest", RAW, {door: SERVED if door.endswith(era) else DENIED for door in DOORS})
    assert tally.wrong
