"""Is this the hour in which the scope may be used?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from broker.model.decision import Deny, Reason
from broker.model.scope import Hours


def unmet(hours: Hours | None, now: float) -> Deny | None:
    """`now` in unix seconds. A span past midnight belongs to the day it starts; the end is excluded."""
    if hours is None:
        return None
    local = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(hours.zone))
    minute = local.hour * 60 + local.minute
    yesterday = (local - timedelta(days=1)).weekday()
    if hours.start < hours.end:
        within = hours.start <= minute < hours.end and local.weekday() in hours.days
    else:
        late = minute >= hours.start and local.weekday() in hours.days
        early = minute < hours.end and yesterday in hours.days
        within = late or early
    return None if within else Deny(reason=Reason.CONTEXT_NOT_MET, detail="outside the scope's hours")
