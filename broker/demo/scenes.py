"""How steps look: what was asked, what was decided, and why or what came back."""

from __future__ import annotations

from collections.abc import Mapping
from string import ascii_uppercase
from typing import Final

from rich.text import Text

from broker.demo.events import Answered, Offered, Turned
from broker.demo.findings import Ranked
from broker.demo.page import MARGIN, Page
from broker.demo.plain import shown
from broker.demo.steps import NO_ROWS, SERVED

_LETTERS: Final = ("body", "text")
_LETTER, _LINES = 640, 16  # characters and lines of it
_LIMITS: Final = 90
_CELL = 28
_NUMBER, _DECIDED, _COUNT, _INDENT = 2, 7, 3, 2  # characters


def offer(page: Page, event: Offered) -> None:
    page.fact("offered", f"{len(event.tools)} tools; the schemas that the agent is shown state its limits")
    for tool, arguments in event.tools.items():
        limits = "\n".join(f"{name}: {shown(said or 'any', _LIMITS)}" for name, said in arguments.items())
        page.row((Text(), MARGIN), (page.text(tool), 24), (page.text(limits, "dim"), None))


def chapter(page: Page, event: Turned) -> None:
    page.headline(event.title)
    heads = (Text(head, style="dim") for head in ("", "asked", "decided", "why, or what came back"))
    _columns(page, *heads)


def answer(page: Page, event: Answered) -> None:
    permitted = event.came in {SERVED, NO_ROWS}
    asked = page.text(event.wants)
    sql = event.arguments.get("sql")
    asked.append_text(page.text(f"\n{event.tool}{'' if sql else _listed(event.arguments, 17)}", "dim"))
    decided = Text("permit" if permitted else "deny", style="green" if permitted else "yellow")
    _columns(page, Text(f"{event.number:>2}", style="dim"), asked, decided, _why(page, event))
    if sql:
        page.row((Text(), _NUMBER), (page.text(str(sql), "italic dim"), None))
    for name, value in event.shown.items():
        if _is_letter(name, value):
            page.row((Text(), _NUMBER), (page.text(_letter(str(value)), "italic"), None))


def rank(page: Page, event: Ranked) -> None:
    """Two answers side by side. Whoever stands in both has the same letter in both."""
    marks = dict(zip(event.both, ascii_uppercase, strict=False))
    name = (page.width - _INDENT - 4) // 2 - _COUNT - 6  # of a pseudonym, beside its letter and its number
    heads = (f"{len(event.buyers)} who buy most", "", f"{len(event.writers)} who complain most", "")
    _halves(page, ("", *heads[:2], "", *heads[2:]), name, "dim", "dim")
    left, right = list(event.buyers.items()), list(event.writers.items())
    for place in range(max(len(left), len(right))):
        cells: list[str] = []
        styles: list[str] = []
        for side in (left, right):
            who, count = side[place] if place < len(side) else ("", "")
            cells += [marks.get(who, ""), shown(who, name), f"{count:>{_COUNT}}"]
            styles.append("bold" if who in marks else "")
        _halves(page, cells, name, *styles)


def _letter(text: str) -> str:
    """Its own lines, without empty ones; cut where it goes on and on."""
    lines = [line for line in text[:_LETTER].splitlines() if line.strip()]
    is_cut = len(text) > _LETTER or len(lines) > _LINES
    return "\n".join(lines[:_LINES]) + ("..." if is_cut else "")


def _halves(page: Page, cells: tuple[str, ...] | list[str], name: int, left: str, right: str) -> None:
    widths = (1, name, _COUNT)
    styles = (left,) * 3 + (right,) * 3
    texts = [page.text(cell, style) for cell, style in zip(cells, styles, strict=True)]
    page.row((Text(), _INDENT), *zip(texts, widths * 2, strict=True))


def _columns(page: Page, number: Text, asked: Text, decided: Text, why: Text) -> None:
    page.row((number, _NUMBER), (asked, 38 if page.is_wide else 32), (decided, _DECIDED), (why, None))


def _why(page: Page, event: Answered) -> Text:
    match event.came:
        case "served":
            why = Text(_brought(event))
            why.append_text(page.text(_first(event), "dim"))
        case "no_rows":
            why = Text("no rows")
            why.append(": the broker's row filter leaves only this task's customer", style="dim")
        case _:
            why = page.text(event.came)
            why.append_text(page.text(f": {event.hint}", "dim"))
    if not event.as_told:
        why.append_text(page.text(f"\nTHE STORY SAYS {event.expected}", "bold red"))
    return why


def _brought(event: Answered) -> str:
    if not event.shown:
        return "done"
    if "text" in event.shown:
        return "a text"
    return "1 row" if event.rows == 1 else f"{event.rows} rows, the first"


def _first(event: Answered) -> str:
    """What of the first row is short enough to stand beside the step."""
    short = {name: shown(it, _CELL) for name, it in event.shown.items() if not _is_letter(name, it)}
    said = " ".join(it if name in _LETTERS else f"{name}={it}" for name, it in short.items())
    return f": {said}" if said else ""


def _is_letter(name: str, value: object) -> bool:
    """What people wrote, and is read whole below the step."""
    return name in _LETTERS and len(str(value)) > _CELL


def _listed(values: Mapping[str, object], width: int) -> str:
    return "".join(f" {name}={shown(value, width)}" for name, value in values.items())
