"""What is written down of a task: who asked for it, what it began with, what became of it; never a value."""

from __future__ import annotations

from broker.audit import canonical
from broker.audit.record import DETAIL, NAMES, Fields, Stamp, Why, digested, entry, moment, of_label, of_why, whose
from broker.audit.refusals import Counted
from broker.model.asking import Asking
from broker.model.outcome import Token
from broker.model.record import Entry
from broker.model.task import Heritage, Task


def refused(stamp: Stamp, asking: Asking, said: Why) -> Entry:
    return entry(
        stamp,
        "task.refused",
        {
            "principal": {"issuer": asking.principal.issuer, "sub": asking.principal.sub},
            "roles": sorted(asking.roles),
            "actor": asking.actor,
            "purpose": asking.purpose,
            "scope": asking.scope,
            "parameters": {name: digested(stamp, one) for name, one in asking.parameters.items()},
            "said_by": asking.said_by.value,
            **({"bearer": asking.bearer} if asking.bearer else {}),
            **of_why(said),
        },
    )


def counted(stamp: Stamp, one: Counted) -> Entry:
    """Openings that were refused, beyond those that are on record each."""
    said: Fields = {"since": moment(one.since), "counts": dict(one.counts)}
    if one.holder is not None:
        principal = one.holder.principal
        said |= {"principal": {"issuer": principal.issuer, "sub": principal.sub}, "actor": one.holder.actor}
    return entry(stamp, "refusals.counted", said)


def of_state(stamp: Stamp, kind: str, task: str, *, by: str, because: str) -> Entry:
    """task.ended, task.suspended, task.resumed."""
    said: Fields = {"task": task, "by": canonical.plain(by, DETAIL), "why": canonical.plain(because, DETAIL)}
    return entry(stamp, kind, said)


def requested(stamp: Stamp, task: Task) -> Entry:
    return entry(stamp, "task.requested", _of_task(stamp, task))


def opened(stamp: Stamp, task: Task, token: Token | None, handed: Heritage) -> Entry:
    said: Fields = _of_task(stamp, task)
    if token is not None:
        said["token"] = _of_token(token)
    if handed.tasks:
        from_ = {"from": list(handed.tasks[:NAMES]), "tasks": len(handed.tasks)}
        from_ |= {"ledger": handed.ledger, "whole": handed.whole}
        said["inherits"] = {**from_, "label": of_label(handed.label)}
    return entry(stamp, "task.opened", said)


def refreshed(stamp: Stamp, task: Task, token: Token, *, by: str) -> Entry:
    """Another root for a task that is open."""
    said: Fields = {"token": _of_token(token), "by": canonical.plain(by, DETAIL)}
    return entry(stamp, "task.refreshed", {**whose(task), **said})


def not_refreshed(stamp: Stamp, task: Task, said: Why, *, by: str) -> Entry:
    who: Fields = {**whose(task), "by": canonical.plain(by, DETAIL)}
    return entry(stamp, "task.refused", {**who, **of_why(said)})


def _of_task(stamp: Stamp, task: Task) -> Fields:
    """Parameters are values: digests of them alone."""
    parameters = {
        name: {**digested(stamp, one.value), "said_by": one.said_by.value} for name, one in task.parameters.items()
    }
    said: Fields = {"parameters": parameters, "opened": moment(task.opened), "ends": moment(task.ends)}
    with_what: Fields = {"bearer": task.bearer} if task.bearer else {}
    return {**whose(task), "roles": sorted(task.roles), **said, "said_by": task.said_by.value, **with_what}


def _of_token(token: Token) -> Fields:
    """What it is called, and whose it is; never a part of it that somebody could use."""
    said: Fields = {"jti": token.jti, "exp": moment(token.expires)}
    return said if token.holder is None else {**said, "holder": token.holder}
