"""What came of each run, as a row of the table that a person reads."""

from dataclasses import dataclass
from typing import assert_never

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tests.clients import expect
from tests.clients.conversation import Told
from tests.clients.roster import Client, Example, Run
from tests.clients.stage import Stage

COLUMNS = ("list", "call", "refusal", "masked", "cancel", "record")  # those of `expect.of_client`
_WIDTHS = {"era": 6, "way": 6}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    run: Run
    problems: dict[str, list[str]]  # column -> what is wrong; a column that is not there was not asked
    seconds: float

    @property
    def is_well(self) -> bool:
        return bool(self.problems) and not any(self.problems.values())

    @property
    def printed(self) -> dict[str, object]:
        of = self.run
        named = {"client": of.of.name, "era": of.era, "way": of.way, "ok": self.is_well}
        return {**named, "problems": self.problems, "cannot": of.cannot, "seconds": round(self.seconds, 2)}


def row(told: Told, stage: Stage) -> Row:
    match told.run.of:
        case Client() as of:
            problems = expect.of_client(told, of, expect.effects(stage, told))
        case Example() as of:
            emails = [str(email) for (email,) in stage.rows("shop.db", "SELECT email FROM customer")]
            problems = {"record": list(expect.example(told, of, emails))}
        case of:
            assert_never(of)
    return Row(run=told.run, problems=problems, seconds=told.seconds)


def show(rows: list[Row], seconds: dict[str, float], console: Console) -> None:
    made = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("client", "era", "way", *COLUMNS):
        made.add_column(name, no_wrap=True, min_width=_WIDTHS.get(name, len(name)))
    for one in rows:
        cells = [_cell(one.problems.get(column)) for column in COLUMNS]
        made.add_row(one.run.of.name, one.run.era, one.run.way, *cells)
    console.print(made)
    for client, how, step, why in _missing(rows):
        console.print(f"- {client}, {how}: no {step}: {why}", markup=False, style="dim")
    for one in rows:
        for column, found in one.problems.items():
            for problem in found:
                console.print(
                    f"{one.run.of.name} {one.run.era} {one.run.way}, {column}: {problem}", markup=False, style="red"
                )
    spent = ", ".join(f"{name} {took:.0f} s" for name, took in seconds.items())
    well = sum(one.is_well for one in rows)
    console.print(f"{well} passed, {len(rows) - well} failed", markup=False)
    console.print(spent, markup=False, style="dim")


def _cell(found: list[str] | None) -> Text:
    if found is None:
        return Text("-", "dim")
    return Text("✗", "bold red") if found else Text("✓", "green")


def _missing(rows: list[Row]) -> list[tuple[str, str, str, str]]:
    return [
        (one.run.of.name, f"{one.run.era} {one.run.way}", step, why)
        for one in rows
        for step, why in one.run.cannot.items()
    ]
