"""What an admin reads after a draft was made: what was guessed, what is unsure, what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from rich.console import RenderableType

from broker.adapters.sql.access.ground import PUBLIC_SCHEMA
from broker.adapters.sql.inspect.guessed import By, Guess
from broker.adapters.sql.inspect.propose import Proposal
from broker.catalog.visible import visible
from broker.cli import say
from broker.model.label import PUBLIC

_SHOWN: Final = 20
_WORDS: Final[Mapping[By, str]] = {
    By.NAME: "by name",
    By.SAMPLE: "by a sample",
    By.TYPE: "by type",
    By.KEY: "keys",
    By.TABLE: "by their table",
    By.NOTHING: "unknown",
}


def page(found: Proposal, name: str, place: Path | None, to_do: Iterable[str]) -> Iterator[RenderableType]:
    guesses = list(_each(found))
    unsure = [one for one in guesses if not one[2].sure]
    where = "above" if place is None else str(place)
    counted = f"{_many(len(found.tables), 'table')}, {_many(len(guesses), 'column')}"
    yield say.text(f"A draft of {name}: {counted}", "bold")
    yield say.facts(
        [
            ("where", where),
            ("private", _kinds(guess for _, _, guess in guesses)),
            ("public", sum(guess.kind == PUBLIC for _, _, guess in guesses)),
            ("guessed", ", ".join(f"{count} {_WORDS[by]}" for by, count in _by(guesses).most_common())),
            ("whose", _whose(found)),
            *([("left out", "; ".join(_left(found)))] if found.left_out else []),
        ]
    )
    if unsure:
        yield ""
        yield say.text(f"{len(unsure)} unsure", "bold yellow")
        table = say.table("column", "drafted as", "why")
        for home, column, guess in unsure[:_SHOWN]:
            table.add_row(*map(say.text, (f"{home}.{column}", guess.kind, guess.why or guess.by)))
        yield table
        if len(unsure) > _SHOWN:
            yield say.text(f"and {len(unsure) - _SHOWN} more: each says `unsure` in the draft", "dim")
    yield ""
    yield say.text("To finish", "bold")
    yield from (say.text(f"  {number}. {step}") for number, step in enumerate(to_do, 1))


def steps(found: Proposal, name: str, place: Path | None, schema: str | None) -> Iterator[str]:
    """What is left for an admin to do. `schema`: on PostgreSQL, where the tables lie."""
    if not all(guess.sure for _, _, guess in _each(found)):
        yield "settle what is unsure: search the draft for the word"
    yield "look once at every `public`: that is what agents read in full"
    if found.owners.subject is None or not found.owners.sure or any(not way.sure for way in found.owners.ways):
        yield "say whose data it is: `subject` and `owner_key`"
    yield "write `description` and `owner`, set `risk`"
    if place is None or (place.parent.name, place.name) != (name, "source.yaml"):
        yield f"put it at tools/{name}/source.yaml"
    if schema is None:
        yield "say `state: active` and run `broker doctor`"
        return
    told = "" if schema == PUBLIC_SCHEMA else f" --schema {schema}"
    yield f"say `state: active`; let the database's admin run what `broker sql grants {name}{told}` prints"
    yield f"put its role's password into {name.upper()}_DB_PASSWORD and run `broker doctor`"


def printed(found: Proposal, text: str, name: str, place: Path | None) -> Mapping[str, Any]:
    """The same for programs."""
    subject = found.owners.subject
    return {
        "source": name,
        "file": None if place is None else str(place),
        "draft": text if place is None else None,
        "columns": [
            {"table": home, "column": column, "class": one.kind, "by": one.by, "why": one.why, "sure": one.sure}
            for home, column, one in _each(found)
        ],
        "subject": None if subject is None else {"column": ".".join(subject), "sure": found.owners.sure},
        "owner_key": [{"table": way.table, "way": way.said, "sure": way.sure} for way in found.owners.ways],
        "left_out": [{"name": one.name, "why": one.why} for one in found.left_out],
    }


def _each(found: Proposal) -> Iterator[tuple[str, str, Guess]]:
    for table in found.tables:
        for column in table.columns:
            yield table.name, column.name, found.guesses[table.name][column.name]


def _by(guesses: list[tuple[str, str, Guess]]) -> Counter[By]:
    return Counter(guess.by for _, _, guess in guesses)


def _kinds(guesses: Iterator[Guess]) -> str:
    counted = Counter(guess.kind for guess in guesses if guess.kind != PUBLIC)
    return f"{counted.total()}: " + ", ".join(f"{kind} {n}" for kind, n in counted.most_common()) if counted else "0"


def _whose(found: Proposal) -> str:
    owners = found.owners
    if owners.subject is None:
        return "no table of people was found"
    said = ".".join(owners.subject)
    if not owners.sure:
        return f"perhaps of {said} ({owners.why}): a comment in the draft"
    sure = sum(way.sure for way in owners.ways)
    doubted = len(owners.ways) - sure
    return f"of {said}; {_many(sure, 'table')} lead there" + (f", {doubted} perhaps" if doubted else "")


def _left(found: Proposal) -> Iterator[str]:
    few = found.left_out[:_SHOWN]
    yield from (f"{visible(one.name)} ({one.why})" for one in few)
    if len(found.left_out) > len(few):
        yield f"and {len(found.left_out) - len(few)} more"


def _many(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"
