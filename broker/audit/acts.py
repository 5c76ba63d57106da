"""What an operator takes back or puts on hold: each function is the whole of one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from broker.audit import canonical, task_record
from broker.audit.record import DETAIL, Fields, Stamp, entry, moment
from broker.model.bearer import Bearer
from broker.model.record import Entry
from broker.model.stop import Act, Target, What
from broker.ports import Turn

AT_ONCE = 500
"""Tasks that end in one transaction: ten thousand at once would keep every call waiting beyond the log's deadline."""


def revoked(turn: Turn, stamp: Callable[[], Stamp], target: Target, by: str, why: str) -> tuple[None, Sequence[Entry]]:
    """From here on nothing that rests on it begins or is shown. Its tasks are ended next, see `ending`."""
    turn.stop(Act.REVOKED, target)
    return None, [_act(stamp(), "authority.revoked", target, by, why)]


def ending(
    turn: Turn, stamp: Callable[[], Stamp], target: Target, by: str, why: str
) -> tuple[Sequence[str], Sequence[Entry]]:
    """Destroy what some of its tasks hold; which ones. Those alone that were there when it was revoked."""
    over, because = turn.doomed(target, AT_ONCE), f"{target} revoked: {why}"
    turn.end_tasks(over, stamp().at)
    return over, [task_record.of_state(stamp(), "task.ended", task, by=by, because=because) for task in over]


def freeze(turn: Turn, stamp: Stamp, target: Target, by: str, why: str) -> tuple[bool, Sequence[Entry]]:
    """False where it stands already."""
    if not turn.stop(Act.FROZEN, target):
        return False, []
    return True, [_act(stamp, "authority.frozen", target, by, why)]


def thaw(turn: Turn, stamp: Stamp, target: Target, by: str, why: str) -> tuple[bool, Sequence[Entry]]:
    """False where it is not frozen."""
    return (True, [_act(stamp, "authority.thawed", target, by, why)]) if turn.thaw(target) else (False, [])


def gave_bearer(
    turn: Turn, stamp: Stamp, bearer: Bearer, digest: str, *, by: str, why: str
) -> tuple[bool, Sequence[Entry]]:
    """A static token; of the token itself nothing is written down. False where there was ever one of this name."""
    if not turn.keep_bearer(bearer, digest):
        return False, []
    said: Fields = {
        "name": bearer.name,
        "principal": {"issuer": bearer.principal.issuer, "sub": bearer.principal.sub},
        "roles": sorted(bearer.roles),
        "actor": bearer.actor,
        "scopes": sorted(bearer.scopes),
        "exp": moment(bearer.ends),
        "by": canonical.plain(by, DETAIL),
        "why": canonical.plain(why, DETAIL),
    }
    return True, [entry(stamp, "bearer.given", said)]


def _act(stamp: Stamp, kind: str, target: Target, by: str, why: str) -> Entry:
    said: Fields = {"by": canonical.plain(by, DETAIL), "why": canonical.plain(why, DETAIL)}
    about: Fields = {"task": target.name} if target.what is What.TASK else {}
    return entry(stamp, kind, {"what": target.what.value, "name": target.name, **about, **said})
