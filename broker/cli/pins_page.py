"""What MCP servers say of themselves, for an admin's eyes: nothing in it can act on the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, assert_never

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from broker.catalog.pin_diff import changes
from broker.catalog.pins import NAMES, Definition, Sight, Standing
from broker.catalog.suspect import Finding, suspicions
from broker.catalog.visible import visible
from broker.cli import say
from broker.main.looking import Seen

_WHAT: Final = {"tools": "tool", "resources": "resource", "templates": "template", "prompts": "prompt"}
_STYLES: Final = {
    Standing.APPROVED: "green",
    Standing.NEW: "yellow",
    Standing.CHANGED: "bold red",
    Standing.GONE: "dim",
}
HINT: Final = "These are hints for you to look twice. They find what was hidden clumsily, and they control nothing."


def page(seen: Seen) -> Group:
    """One server: how it was reached, what runs, and each thing that it lists."""
    return Group(_title(seen), say.facts(list(_about(seen))), *_entries(seen), *_hints(seen, seen.sights))


def differences(seen: Seen, sights: Sequence[Sight]) -> Group:
    """What is not as it was approved, before and after, and what in it to look twice at."""
    parts: list[RenderableType] = [_title(seen)]
    if seen.ran is not Standing.APPROVED:
        parts += [Text(), _named(seen.ran, "what runs"), _sides(*_digests(seen))]
    for one in sights:
        parts += [Text(), _named(one.standing, f"{_WHAT[one.kind]} {visible(one.name)}", _here(seen, one))]
        parts += _definition(one)
    return Group(*parts, *_hints(seen, sights))


def findings(seen: Seen, one: Sight) -> tuple[Finding, ...]:
    """Hints about what it says now."""
    return () if one.after is None else suspicions(one.after, others=seen.place.others)


def printed(seen: Seen) -> Mapping[str, Any]:
    """The same for programs."""
    place, ran = seen.place, seen.runs
    return {
        "source": place.name,
        "trouble": seen.trouble,
        "protocol": seen.protocol,
        "spoilt": place.spoilt,
        "runs": None if ran is None else {"sha256": ran.digest, "files": ran.files, "is": seen.ran},
        "entries": [
            {
                "what": _WHAT[one.kind],
                "name": one.name,
                "as": _here(seen, one),
                "is": one.standing,
                "unfit": seen.unfit.get(one.name),
                "hints": [{"at": it.path, "sign": it.sign, "what": it.what} for it in findings(seen, one)],
            }
            for one in seen.sights
        ],
    }


def _title(seen: Seen) -> Text:
    own = seen.place.own
    where = own["url"] if own["command"] is None else " ".join(own["command"])
    return say.text(seen.place.name, "bold") + say.text(f"  {visible(str(where))}", "dim")


def _about(seen: Seen) -> Iterator[tuple[str, object]]:
    if seen.trouble is None:
        yield "reached", f"yes; it speaks {visible(seen.protocol or '')}"
    else:
        yield "reached", say.text(f"no: {seen.trouble}", "red")
        if seen.words:
            yield "it said", say.text(seen.words, "dim")
    if seen.place.own["command"] is None:
        yield "runs", "on the network, where nobody here sees what"
    elif seen.runs is not None:
        yield "runs", say.text(seen.runs.digest) + say.text(f"\n{seen.runs.files:,} files, ") + _ran(seen)
    if seen.place.spoilt is not None:
        yield "pins", say.text(seen.place.spoilt, "red")
    elif seen.place.pins is None:
        yield "pins", say.text("nothing is approved yet", "yellow")
    for name, why in sorted(seen.unfit.items()):
        yield "unfit", say.text(f"{visible(name)}: {why}; it cannot be approved", "red")


def _ran(seen: Seen) -> Text:
    match seen.ran:
        case Standing.APPROVED:
            return say.text("as approved", "green")
        case Standing.NEW:
            return say.text("not approved yet", "yellow")
        case Standing.CHANGED | Standing.GONE:
            return say.text("not those that were approved", "bold red")
        case _:
            assert_never(seen.ran)


def _entries(seen: Seen) -> Iterator[RenderableType]:
    if seen.live is None:
        return
    listed = [(one, len(findings(seen, one))) for one in seen.sights]
    columns = ("is", "what", "its own name", "name here", *(("hints",) if any(count for _, count in listed) else ()))
    table = say.table(*columns)
    for one, count in listed:
        word = seen.place.word(one.kind, one.name)
        row = (
            say.text(one.standing, _STYLES[one.standing]),
            say.text(_WHAT[one.kind]),
            say.text(visible(one.name)),
            say.text("none", "dim") if word is None else say.text(word),
            say.text(count or "", "yellow"),
        )
        table.add_row(*row[: len(columns)])
    yield Text()
    yield table if listed else say.text("It lists nothing, and nothing is approved.", "dim")


def _here(seen: Seen, one: Sight) -> str | None:
    word = seen.place.word(one.kind, one.name)
    return None if word is None else f"{seen.place.name}.{word}"


def _hints(seen: Seen, sights: Sequence[Sight]) -> Iterator[RenderableType]:
    found = [(one, it) for one in sights for it in findings(seen, one)]
    if not found:
        return
    yield Text()
    yield say.text("Look twice", "bold yellow")
    for one, it in found:
        yield say.text(f"{visible(one.name)}, {it.path}: ") + say.text(it.what, "yellow")
    yield say.text(HINT, "dim")


def _named(standing: Standing, what: str, here: str | None = None) -> Text:
    told = say.text(f"{standing}  ", _STYLES[standing]) + say.text(what, "bold")
    return told if here is None else told + say.text(f"  here {here}", "dim")


def _definition(one: Sight) -> Iterator[RenderableType]:
    if one.after is None:
        yield Padding(say.text("The server does not list it any more.", "dim"), (0, 0, 0, 2))
        return
    for before, after in [(one.before, one.after)] if one.before is not None else _parts(one.kind, one.after):
        for change in changes(before, after):
            yield Padding(say.text(change.path, "dim"), (0, 0, 0, 2))
            yield _sides(change.before, change.after)


def _parts(kind: str, new: Definition) -> Iterator[tuple[Definition, Definition]]:
    """Of a new definition what it says, without its name; then what it takes, argument by argument."""
    schemas = {key: new[key] for key in ("inputSchema", "outputSchema") if isinstance(new.get(key), Mapping)}
    yield {}, {key: value for key, value in new.items() if key not in schemas and key != NAMES[kind]}
    listed: Definition = {
        key: {"properties": {}} if isinstance(one.get("properties"), Mapping) else {} for key, one in schemas.items()
    }
    yield listed, schemas


def _digests(seen: Seen) -> tuple[str | None, str | None]:
    then = None if seen.place.pins is None else seen.place.pins.runs
    return then, None if seen.runs is None else seen.runs.digest


def _sides(before: str | None, after: str | None) -> Padding:
    removed = [] if before is None else [say.text(f"- {before}", "red")]
    added = [] if after is None else [say.text(f"+ {after}", "green")]
    return Padding(Group(*removed, *added), (0, 0, 0, 4))
