"""`broker audit`: read the log, check it, hand it over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import anyio
import typer

from broker.audit.export import write
from broker.cli import say
from broker.cli.calm import NO
from broker.cli.check_log import checked, told
from broker.cli.check_log import printed as printed_report
from broker.cli.options import CONFIG, AsJson, Config, given
from broker.cli.record_line import Read, line, read
from broker.cli.record_page import page
from broker.main.books import Books, books
from broker.model.faults import ConfigError, Problem
from broker.ports import Archive

_EVERY = 0.5  # seconds between two looks, while following


def tail(
    *,
    count: Annotated[int, typer.Option("-n", min=0, metavar="N", help="How many.")] = 20,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as records come, until Ctrl-C.")] = False,
    config: Config = CONFIG,
    as_json: AsJson = False,
) -> None:
    """The newest records, oldest of them first."""
    with books(given(config)) as found:
        teller = _Teller(as_json=as_json)
        size = found.archive.head().size
        teller.tell(found.archive, max(0, size - count), size)
        if follow:
            anyio.run(_follow, found.archive, teller, size)


def show(
    name: Annotated[str, typer.Argument(metavar="ID", help="Of a call or a task, or a record's number.")],
    *,
    config: Config = CONFIG,
    as_json: AsJson = False,
) -> None:
    """Everything on record of one call, one task, or under one number."""
    with books(given(config)) as found:
        archive = found.archive
        numbers = _numbers(archive, name)
        records = [read(index, body) for number in numbers for index, body in archive.entries(number, number + 1)]
    if not records:
        mend = "`broker audit tail` shows numbers, `--json` the ids of calls and tasks"
        raise ConfigError([Problem(file="log", expected=f"nothing is on record of `{name}`", mend=mend)])
    for one in records:
        if as_json:
            say.as_json(_printed(one))
        else:
            say.out().print(page(one))


def verify(
    *,
    witness: Annotated[Path | None, typer.Option(metavar="NOTE", help="A checkpoint that somebody else kept.")] = None,
    config: Config = CONFIG,
    as_json: AsJson = False,
) -> None:
    """Check every record against the signed checkpoints."""
    seen = None if witness is None else witness.read_text(encoding="utf-8", errors="replace")
    with books(given(config)) as found:
        report = checked(found.archive, found.vkey, seen)
    if as_json:
        say.as_json(printed_report(report))
    else:
        say.out().print(told(report))
    if report.problems:
        for problem in report.problems:
            say.trouble(problem)
        raise typer.Exit(NO)


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Made where it is missing.")],
    *,
    config: Config = CONFIG,
    as_json: AsJson = False,
) -> None:
    """Write the log as files that anyone can check without the broker."""
    with books(given(config)) as found:
        count = _exported(found, folder)
    if as_json:
        say.as_json({"folder": str(folder), "records": count})
        return
    console = say.out()
    console.print(say.text(f"{count} records lie in {folder}", "bold"), soft_wrap=True)
    console.print(say.text(f"  python {folder}/verify.py {folder} {folder}/log.vkey"), soft_wrap=True)
    console.print(say.text("checks them with nothing else of the broker; `cryptography` must be installed.", "dim"))


def _exported(found: Books, folder: Path) -> int:
    try:
        with say.errors().status("writing"):
            return write(found.archive, folder, found.vkey)
    except FileExistsError:
        mend = "choose an empty folder: an export is never mixed with another"
        raise ConfigError([Problem(file=str(folder), expected="holds an export", mend=mend)]) from None


async def _follow(archive: Archive, teller: _Teller, size: int) -> None:
    while True:
        await anyio.sleep(_EVERY)
        now = archive.head().size
        teller.tell(archive, size, now)
        size = now


def _numbers(archive: Archive, name: str) -> list[int]:
    size = archive.head().size
    is_number = name.isascii() and name.isdecimal() and len(name) <= len(str(size))
    if is_number and int(name) < size:
        return [int(name)]
    return sorted(archive.indexes(name))


def _printed(one: Read) -> dict[str, object]:
    return {"index": one.index, "record": dict(one.fields)}


class _Teller:
    """Lines of one day after the other; the day stands above them."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._day = ""

    def tell(self, archive: Archive, start: int, stop: int) -> None:
        for index, body in archive.entries(start, stop):
            one = read(index, body)
            if self._as_json:
                say.as_json(_printed(one))
                continue
            if one.day != self._day:
                self._day = one.day
                say.line(one.day, "bold")
            say.out().print(line(one), soft_wrap=True)
