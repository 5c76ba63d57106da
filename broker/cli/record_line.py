"""One record of the log as one line that an auditor reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rich.text import Text

from broker.cli import say

_GOOD, _BAD, _QUIET = "green", "yellow", "dim"
_STYLES = {
    "served": _GOOD,
    "opened": _GOOD,
    "denied": _BAD,
    "refused": _BAD,
    "withheld": _BAD,
    "failed": _BAD,
    "timeout": _BAD,
    "cancelled": _BAD,
    "unresolved": "red",
    "abandoned": _BAD,
    "suspended": "red",
    "revoked": "red",
    "frozen": "red",
}
_DAY, _CLOCK = slice(0, 10), slice(11, 19)  # of RFC 3339


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A record, read back. `fields`: empty where the bytes are no record; verifying says so, reading goes on."""

    index: int
    fields: Mapping[str, Any]

    @property
    def day(self) -> str:
        return str(self.fields.get("at", ""))[_DAY]


def read(index: int, body: bytes) -> Read:
    try:
        fields = json.loads(body)
    except (ValueError, TypeError, RecursionError):
        fields = None
    return Read(index=index, fields=fields if isinstance(fields, dict) else {})


def line(one: Read) -> Text:
    """Number, time of day, what happened, to what, and the rest."""
    fields = one.fields
    word, about, rest = _told(fields)
    clock = str(fields.get("at", ""))[_CLOCK]
    head = Text.assemble((f"{one.index:>6}  ", "dim"), (f"{say.text(clock).plain:<8}  ", "dim"))
    shown = say.text(f"{word:<10} ", _STYLES.get(word, ""))
    return head + shown + say.text(f"{about:<24} ") + say.text(rest, _QUIET)


def _told(fields: Mapping[str, Any]) -> tuple[str, str, str]:  # noqa: C901, PLR0912 - one arm for each kind of record
    tool = str(fields.get("tool", ""))
    match fields.get("kind"):
        case "call.intent":
            return "begins", tool, f"{_who(fields)}{', a lookup' if fields.get('lookup') else ''}"
        case "call.outcome":
            return str(fields.get("status", "ended")), tool, _outcome(fields)
        case "call.denied":
            return "denied", tool, _why(fields)
        case "call.abandoned":
            return "abandoned", tool, _why(fields)
        case "call.unresolved":
            return "unresolved", tool, "the broker died while it ran; nobody knows whether it happened"
        case "task.requested":
            return "asked for", str(fields.get("scope", "")), _who(fields)
        case "task.opened":
            return "opened", str(fields.get("scope", "")), f"{_who(fields)}, task {fields.get('task', '')}"
        case "task.refused":
            return "refused", str(fields.get("scope", "")), f"{_who(fields)}: {_why(fields)}"
        case "task.refreshed":
            return "refreshed", str(fields.get("scope", "")), f"{_who(fields)}, task {fields.get('task', '')}"
        case "task.ended" | "task.suspended" | "task.resumed" as kind:
            said = f"task {fields.get('task', '')}, by {fields.get('by', '')}: {fields.get('why', '')}"
            return kind.removeprefix("task."), "", said
        case "authority.revoked" | "authority.frozen" | "authority.thawed" as kind:
            about = f"{fields.get('what', '')} {fields.get('name', '')}".strip()
            return kind.removeprefix("authority."), about, f"by {fields.get('by', '')}: {fields.get('why', '')}"
        case "keys.rotated":
            return (
                "rotated",
                "",
                f"key {fields.get('new', '')} signs tokens, by {fields.get('by', '')}: {fields.get('why', '')}",
            )
        case "keys.wrapped":
            files = fields.get("files")
            named = ", ".join(map(str, files)) if isinstance(files, list) else ""
            return "wrapped", "", f"{named}, by {fields.get('by', '')}"
        case "certificate.taken":
            return "taken", "", f"certificate {fields.get('sha256', '')}, until {fields.get('until', '')}"
        case "certificate.kept":
            return "kept", "", f"the certificate before: {fields.get('why', '')}"
        case "bearer.given":
            said = f"{_who(fields)}, until {fields.get('exp', '')}, by {fields.get('by', '')}: {fields.get('why', '')}"
            return "given", f"static token {fields.get('name', '')}", said
        case "refusals.counted":
            return "refusals", "", f"{_who(fields)}: {_counts(fields.get('counts'))}"
        case "strangers.counted":
            return "strangers", "", _counts(fields.get("counts"))
        case "log.opened":
            return "log opened", "", f"at {fields.get('size', '')} records, {fields.get('unresolved', '')} left open"
        case kind:
            return "?" if kind is None else str(kind), "", "" if fields else "no record: see `broker audit verify`"


def _who(fields: Mapping[str, Any]) -> str:
    principal = fields.get("principal")
    user = f"{principal.get('issuer')}:{principal.get('sub')}" if isinstance(principal, dict) else "?"
    return f"{fields.get('actor', '?')} for {user}"


def _why(fields: Mapping[str, Any]) -> str:
    about = f" `{fields['about']}`" if fields.get("about") else ""
    detail = f": {fields['detail']}" if fields.get("detail") else ""
    return f"{fields.get('reason', '')}{about}{detail}"


def _outcome(fields: Mapping[str, Any]) -> str:
    parts = []
    if "rows" in fields:
        rows = fields["rows"]
        parts.append(f"{rows} row{'' if rows == 1 else 's'}")
    if isinstance(took := fields.get("duration_us"), int):
        parts.append(f"{took / 1000:.1f} ms")
    hidden = fields.get("hidden")
    if isinstance(hidden, dict) and hidden:
        parts.append("hidden " + ", ".join(f"{name} {count}" for name, count in sorted(hidden.items())))
    if fields.get("reason"):
        parts.append(_why(fields))
    return "; ".join(parts)


def _counts(counts: object) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) if isinstance(counts, dict) else ""
