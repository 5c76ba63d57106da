"""A proposal as the text of a source file: state `draft`, a reason beside each class, for an admin to finish."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from broker.adapters.sql.inspect.guessed import By, Guess
from broker.adapters.sql.inspect.owners import Owners, Way
from broker.adapters.sql.inspect.propose import Proposal
from broker.adapters.sql.inspect.schema import Column, LeftOut, Table
from broker.catalog.visible import visible
from broker.model.label import PUBLIC

REVIEW: Final = timedelta(days=90)
_PLAIN: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$ ./:@%{}?=&>+-]*")
_MEANT: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})  # by YAML 1.1, unquoted
_WIDTH: Final = 110
_MARGIN: Final = 36  # where comments start, unless what is before them is longer
_MAX_ROWS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a draft says that the schema does not."""

    source: str
    url: str  # as the file writes it, without a password
    password: str | None  # where it is kept, as `env:NAME`
    owner: str
    today: date


def draft(found: Proposal, facts: Facts) -> str:
    """Of a proposal with at least one table."""
    return "\n".join([*_head(facts), "", *_tables(found), "", *_owners(found.owners), "", *_tools(found, facts), ""])


def _head(facts: Facts) -> Iterator[str]:
    yield f"# Drafted by `broker sql inspect` on {facts.today.isoformat()}, from names, types, keys and a few rows."
    yield "# Agents see nothing of it before it says `state: active`. Until then: settle what is `unsure`, take out"
    yield "# the tables and columns that nobody needs, and say who answers for it."
    yield f"source: {facts.source}"
    yield "kind: sql"
    yield _noted(f"description: Tables of {facts.source}.", "say what agents should know of it")
    yield f"url: {_word(facts.url)}"
    if facts.password is not None:
        yield f"password: {facts.password}"
    yield _noted(f"owner: {facts.owner}", "who answers for it")
    yield "risk: high"
    yield f"review_by: {(facts.today + REVIEW).isoformat()}"
    yield "state: draft"
    yield _noted("# trust: internal", "once it is sure that only your own systems write what says no `writer`")


def _tables(found: Proposal) -> Iterator[str]:
    yield "# Every readable column has a class. A column that is not listed cannot be read by any tool."
    yield "tables:"
    for table in found.tables:
        yield f"  {_word(table.name)}:" + (f"  # {table.unread}: by names and types alone" if table.unread else "")
        lines = [(f"    {_word(one.name)}: {_leaf(guess)}", _why(guess)) for one, guess in _columns(found, table)]
        margin = max(_MARGIN, *(len(line) + 2 for line, why in lines if why and "{" not in line), 0)
        yield from (_noted(line, why, margin) for line, why in lines)
    if found.left_out:
        yield "  # Left out:"
        yield from (f"  #   {_left(one)}" for one in found.left_out)


def _columns(found: Proposal, table: Table) -> Iterable[tuple[Column, Guess]]:
    return [(column, found.guesses[table.name][column.name]) for column in table.columns]


def _leaf(guess: Guess) -> str:
    # Whoever the source trusts: what people write down may hold anybody's words.
    return "{class: free-text, writer: anyone}" if guess.kind == "free-text" else guess.kind


def _why(guess: Guess) -> str:
    said = guess.by if not guess.why else f"{guess.by}, {guess.why}"
    if not guess.sure:
        return f"unsure: {said}"
    return "" if guess.kind == PUBLIC and guess.by in {By.KEY, By.NAME} else said


def _left(one: LeftOut) -> str:
    return f"{visible(one.name)[:_WIDTH]}: {one.why}"


def _owners(found: Owners) -> Iterator[str]:
    if found.subject is None:
        yield "# Whose data a row is: no table of people was found. Say `subject: table.column` where there is one."
        return
    yield "# Whose data a row is, and how each table leads there. Scopes say `rows: $customer` and mean this."
    said = f"subject: {_word('.'.join(found.subject))}"
    if not found.sure:
        yield f"# unsure: {found.why}"
        yield f"# {said}"
    else:
        yield said
    sure = [way for way in found.ways if found.sure and way.sure]
    doubted = [way for way in found.ways if way not in sure]
    if found.ways:
        yield "owner_key:" if sure else "# owner_key:"
    for way in sure:
        yield f"  {_way(way)}"
    for way in doubted:
        yield _noted(f"#   {_way(way)}", f"unsure: {way.why}" if way.why else "")


def _way(way: Way) -> str:
    return f"{_word(way.table)}: {_word(way.said)}"


def _tools(found: Proposal, facts: Facts) -> Iterator[str]:
    yield "tools:"
    yield "  # An agent's own SELECT. Add named queries beside it, as `sql: file.sql`, for what is asked every day."
    yield "  query:"
    yield _noted(f"    description: Read-only SQL over {facts.source}.", "say what it is good for")
    yield "    effect: read"
    yield "    select:"
    yield from _list("      tables: [", [_word(name) for name in found.asked])
    yield f"      max_rows: {_MAX_ROWS}"
    if found.kept_back:
        yield f"    # Not for it, for what they are about: {', '.join(found.kept_back)}"
    if found.astray:
        yield "    # These lead to no subject and hold private columns: no scope can grant this tool as `rows: $param`"
        yield "    # while they are in `tables`; a tool of their own may have them:"
        yield from _list("    #   ", list(found.astray), end="", after="    #   ")


def _list(start: str, words: list[str], *, end: str = "]", after: str = "               ") -> Iterator[str]:
    line = start
    for place, word in enumerate(words):
        part = word + (end if place == len(words) - 1 else ", ")
        if len(line) + len(part) > _WIDTH and line.strip():
            yield line.rstrip()
            line = after
        line += part
    yield line


def _noted(line: str, why: str, margin: int = _MARGIN) -> str:
    return f"{line:<{margin - 1}} # {why}" if why else line


def _word(text: str) -> str:
    """As YAML reads it back, in any version: quoted where it would mean something else."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _MEANT and ": " not in text and text[-1] not in " :"
    return text if plain else json.dumps(text)
