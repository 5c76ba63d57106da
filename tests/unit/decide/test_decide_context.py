"""The hours in which a scope may be used."""

from datetime import UTC, datetime

import pytest

from broker.decide.context import unmet
from broker.model.scope import Hours

WEEK = frozenset(range(5))


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def hours(start, end, zone="UTC", days=WEEK):
    return Hours(start=start * 60, end=end * 60, zone=zone, days=days)


@pytest.mark.requirement("hours")
@pytest.mark.parametrize(
    ("span", "now", "within"),
    [
        (hours(7, 20), "2026-11-24T07:00", True),
        (hours(7, 20), "2026-11-24T06:59", False),
        (hours(7, 20), "2026-11-24T19:59", True),
        (hours(7, 20), "2026-11-24T20:00", False),
        (hours(7, 20), "2026-11-28T12:00", False),  # a Saturday
        (hours(22, 6), "2026-11-24T23:00", True),
        (hours(22, 6), "2026-11-25T05:59", True),
        (hours(22, 6), "2026-11-25T06:00", False),
        (hours(22, 6), "2026-11-28T05:00", True),  # Saturday morning belongs to Friday's night
        (hours(22, 6), "2026-11-28T23:00", False),
        (hours(22, 6), "2026-11-30T05:00", False),  # Monday morning belongs to Sunday's
        (hours(7, 20, "Europe/Berlin"), "2026-11-24T06:30", True),
        (hours(7, 20, "Europe/Berlin"), "2026-07-21T05:30", True),  # summer time
        (hours(7, 20, "Europe/Berlin"), "2026-07-21T18:30", False),
        (hours(7, 20, "Asia/Tokyo"), "2026-11-27T23:00", False),  # already Saturday there
    ],
)
def test_a_call_is_within_the_hours_or_not(span, now, within):
    assert (unmet(span, at(now)) is None) is within


def test_a_scope_without_hours_is_for_every_hour():
    assert unmet(None, at("2026-11-28T03:00")) is None
