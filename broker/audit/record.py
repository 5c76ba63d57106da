"""What is written down of a call: who, what, why, and keyed digests; never a value. It cannot fail for any request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from broker.audit import canonical
from broker.model.call import Call, Checked
from broker.model.decision import Claim, Deny, Permit, Reason
from broker.model.label import PUBLIC, Json, Label
from broker.model.outcome import Intended, Masked
from broker.model.record import Entry, OpenCall
from broker.model.stop import Target, What
from broker.model.task import Task

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAMES = 16  # of unknown arguments; the rest is counted
DETAIL = 200  # code points

Fields = dict[str, Json]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What each record begins with. `nonce`: unguessable, so that a hash alone gives no body away."""

    at: float  # unix seconds
    nonce: str
    key: bytes = field(repr=False)  # of the digests


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The reason that an agent hears, and the detail that only an auditor reads."""

    reason: Reason
    about: str = ""
    detail: str = ""


def why(deny: Deny) -> Why:
    return Why(reason=deny.reason, about=deny.about, detail=deny.detail)


def intent(stamp: Stamp, permit: Permit) -> Entry:
    checked = permit.checked
    return entry(
        stamp,
        "call.intent",
        {
            **_who(checked.call),
            "args": _checked_arguments(stamp, checked),
            "pin": checked.tool.spec.pin,
            "digest": _same(stamp, checked.digest),
            "exposure": _exposure(permit),
            "claims": [_claim(stamp, claim) for claim in permit.claims],
        },
    )


def denied(stamp: Stamp, call: Call, said: Why) -> Entry:
    granted = call.grant.tools.get(call.tool)
    pin = {} if granted is None else {"pin": granted.spec.pin}
    return entry(stamp, "call.denied", {**_who(call), **_arguments(stamp, call), **pin, **of_why(said)})


def asked(stamp: Stamp, checked: Checked) -> Entry:
    arguments = {
        "args": _checked_arguments(stamp, checked),
        "pin": checked.tool.spec.pin,
        "digest": _same(stamp, checked.digest),
    }
    return entry(stamp, "approval.requested", {**_who(checked.call), **arguments})


def turned_away(stamp: Stamp, call: str, task: Task, tool: str, said: Why, *, rests_on: Sequence[Target] = ()) -> Entry:
    """A request with a good token that became no call: its arguments were never read."""
    named = {"tool": canonical.plain(tool, DETAIL)}
    return entry(
        stamp,
        "call.denied",
        {"call": call, **whose(task), **_acting(rests_on), **named, **of_why(said), "unread": True},
    )


def served(stamp: Stamp, intended: Intended, masked: Masked) -> Entry:
    return _outcome(
        stamp,
        intended,
        {
            "status": "served",
            "effect": "done",
            "rows": masked.rows,
            "bytes": masked.size,
            "hidden": dict(masked.hidden),
            "shows": of_label(masked.shows),
            "subjects": len(masked.subjects),
            "handles": len(masked.vault),
        },
    )


def withheld(stamp: Stamp, intended: Intended, masked: Masked | None, said: Why) -> Entry:
    read: Fields = {} if masked is None else {"rows": masked.rows, "bytes": masked.size}
    return _outcome(stamp, intended, {"status": "withheld", "effect": "done", **read, **of_why(said)})


def failed(stamp: Stamp, intended: Intended, status: str, effect: str, said: Why) -> Entry:
    return _outcome(stamp, intended, {"status": status, "effect": effect, **of_why(said)})


def abandoned(stamp: Stamp, intended: Intended, said: Why) -> Entry:
    """Nothing was sent."""
    who = _who(intended.permit.checked.call)
    return entry(stamp, "call.abandoned", {**who, **_took(stamp, intended.at), **of_why(said)})


def unresolved(stamp: Stamp, call: OpenCall) -> Entry:
    """It began in a process that lives no more; nobody knows whether it happened."""
    said: Fields = {"call": call.call, "task": call.task, "tool": call.tool, "digest": _same(stamp, call.digest)}
    effect = "unknown" if call.has_effect else "none"
    return entry(stamp, "call.unresolved", {**said, "effect": effect, **_took(stamp, call.at)})


def of_label(label: Label) -> Fields:
    return {
        "classes": sorted(label.classes),
        "zones": sorted(label.zones),
        "regions": sorted(label.regions),
        "untrusted": label.untrusted,
    }


def strangers(stamp: Stamp, minute: float, counts: Mapping[tuple[str, str], int]) -> Entry:
    """`counts`: (reason, what was wrong) -> how many."""
    reasons, whys = Counter[str](), Counter[str]()
    for (reason, detail), n in counts.items():
        reasons[reason] += n
        whys[detail] += n
    return entry(stamp, "strangers.counted", {"since": moment(minute), "counts": dict(reasons), "why": dict(whys)})


def log_opened(stamp: Stamp, size: int, orphans: int) -> Entry:
    return entry(stamp, "log.opened", {"size": size, "unresolved": orphans})


def entry(stamp: Stamp, kind: str, fields: Fields) -> Entry:
    head: Fields = {"v": 1, "kind": kind, "at": moment(stamp.at), "nonce": stamp.nonce}
    body = canonical.body({**head, **fields}, stamp.key)
    return Entry(kind=kind, call=fields.get("call", ""), task=fields.get("task", ""), body=body)


def _outcome(stamp: Stamp, intended: Intended, fields: Fields) -> Entry:
    call = intended.permit.checked.call
    return entry(stamp, "call.outcome", {**_who(call), **_took(stamp, intended.at), **fields})


def whose(task: Task) -> Fields:
    return {
        "task": task.id,
        "principal": {"issuer": task.principal.issuer, "sub": task.principal.sub},
        "actor": task.actor,
        "purpose": task.purpose,
        "scope": task.scope,
        "revision": task.revision,
    }


def _who(call: Call) -> Fields:
    grant = call.grant
    said: Fields = {"call": call.id, **whose(grant.task), **_acting(grant.rests_on)}
    said |= {"tool": canonical.plain(call.tool, DETAIL)}
    return {**said, "lookup": True} if call.is_lookup else said


def _acting(rests_on: Sequence[Target]) -> Fields:
    """Who acts, and what can be revoked of it. Names alone: no part of a token that somebody could use."""
    names: dict[What, list[str]] = {}
    for one in rests_on:
        names.setdefault(one.what, []).append(canonical.plain(one.name, DETAIL))
    said: Fields = {"actor": actors[-1]} if (actors := names.get(What.AGENT)) else {}
    if token := names.get(What.TOKEN):
        said["token"] = token[0]
    if blocks := names.get(What.BLOCK):
        said["blocks"] = blocks
    if bearer := names.get(What.BEARER):
        said["bearer"] = bearer[0]
    return said


def of_why(why: Why) -> Fields:
    said: Fields = {"reason": why.reason.value}
    if why.about:
        said["about"] = canonical.plain(why.about, DETAIL)
    if why.detail:
        said["detail"] = canonical.plain(why.detail, DETAIL)
    return said


def _exposure(permit: Permit) -> Mapping[str, str]:
    """What becomes of each class that this tool's results can hold."""
    leaves = permit.checked.tool.spec.leaves.values()
    kinds = {kind for leaf in leaves for kind in (leaf.kind, *leaf.beside)} - {PUBLIC}
    return {kind: permit.exposure.get(kind, "redact") for kind in sorted(kinds)}


def _claim(stamp: Stamp, claim: Claim) -> Fields:
    """Of one block each time the same key; the hash of a token is for no reader, so it is keyed."""
    sort, _, link = claim.key.partition(":")
    key = f"{sort}:{_same(stamp, link)}" if sort == "block" else claim.key
    said: Fields = {"key": key, "item": claim.item, "amount": str(claim.amount), "limit": str(claim.limit)}
    return said if claim.window is None else {**said, "window_s": int(claim.window)}


def _checked_arguments(stamp: Stamp, checked: Checked) -> Fields:
    said = {name: digested(stamp, value) for name, value in checked.arguments.items()}
    held = {
        name: {"handle": one.handle, "kind": one.kind, "origin": one.origin} for name, one in checked.handles.items()
    }
    return {**said, **held}


def _arguments(stamp: Stamp, call: Call) -> Fields:
    """A name that the tool's schema does not have is text of the agent's choosing: it is digested like a value."""
    granted = call.grant.tools.get(call.tool)
    known = frozenset[str]() if granted is None else granted.spec.arguments.keys()
    said: Fields = {"args": {name: digested(stamp, one) for name, one in call.arguments.items() if name in known}}
    strange = [name for name in call.arguments if name not in known]
    if strange:
        names = [digested(stamp, name) for name in strange[:NAMES]]
        said["unknown_args"] = {"count": len(strange), "names": names}
    return said


def _same(stamp: Stamp, digest: str) -> str:
    """Equal for identical calls of one task. Keyed: a short argument could be guessed from a bare hash."""
    return canonical.keyed(digest.encode(), stamp.key)


def digested(stamp: Stamp, value: Json) -> Fields:
    raw = canonical.digestible(value)
    return {"hmac": canonical.keyed(raw, stamp.key), "type": canonical.kind(value), "bytes": len(raw)}


def _took(stamp: Stamp, since: float) -> Fields:
    return {"duration_us": max(0, round((stamp.at - since) * 1e6))}


def moment(at: float) -> str:
    """UTC, RFC 3339, microseconds."""
    return (EPOCH + timedelta(seconds=at)).isoformat(timespec="microseconds").replace("+00:00", "Z")
