"""Hostile requests in their thousands: none gets through, none is lost, none breaks anything."""

import anyio
import pytest

from tests.fuzz.hostile import battle, holds


@pytest.mark.requirement("answered-for")
@pytest.mark.requirement("any-bytes")
@pytest.mark.parametrize("seed", [11, 12])
def test_every_hostile_request_is_answered_for(seed, tmp_path):
    tally = anyio.run(battle, 2_500, seed, tmp_path, lambda: None)
    assert not tally.wrong
    assert tally.latched is None
    assert tally.sent == 2_500
    assert (tally.ends, tally.counted) == (tally.due, tally.strangers)
    assert tally.sent == tally.due + tally.quiet + tally.strangers
    assert tally.answers["served"] > 100
    assert holds(tally)
