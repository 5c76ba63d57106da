"""`broker pins`: what MCP servers say of their tools, what of it is approved, and the approval."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from functools import partial
from typing import Annotated

import anyio
import typer

from broker.catalog.pins import Sight, Standing
from broker.catalog.report import nearest
from broker.catalog.visible import visible
from broker.cli import say
from broker.cli.calm import NO
from broker.cli.going import going
from broker.cli.options import CONFIG, AsJson, Config, given
from broker.cli.pins_page import differences, page, printed
from broker.main.looking import Seen, looked
from broker.main.pinning import approved, keep
from broker.main.places import Place, places
from broker.model.faults import ConfigError, Problem

Source = Annotated[str | None, typer.Argument(metavar="SOURCE", help="One source; all of kind mcp where it is absent.")]


def list_(source: Source = None, *, config: Config = CONFIG, as_json: AsJson = False) -> None:
    """Start or reach each server once, and show what it lists and what of it is approved."""
    found = _looked(places(given(config), source))
    for place, seen in enumerate(found):
        if as_json:
            say.as_json(printed(seen))
        else:
            say.out().print(*([] if place == 0 else [""]), page(seen), sep="\n")
    if not found and not as_json:
        say.line("no source is of kind mcp", "dim")
    if any(seen.trouble is not None for seen in found):
        raise typer.Exit(NO)


def diff(
    source: Source = None,
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="One entry, by its own name or by the one here.")
    ] = None,
    *,
    config: Config = CONFIG,
    as_json: AsJson = False,
) -> None:
    """What is not as it was approved, before and after; exit code 1 where there is such a thing."""
    found = _looked(places(given(config), source))
    differ = False
    for seen in found:
        chosen = None if name is None or seen.trouble is not None else _chosen(seen, [name])
        sights = _other(seen, chosen)
        if seen.trouble is not None:
            say.trouble(f"`{seen.place.name}` could not be looked at: {seen.trouble}")
        differ = differ or bool(sights) or seen.ran is not Standing.APPROVED or seen.trouble is not None
        if as_json:
            say.as_json(printed(seen))
        elif sights or (seen.ran is not Standing.APPROVED and seen.trouble is None):
            say.out().print(differences(seen, sights))
        elif seen.trouble is None:
            say.line(f"{seen.place.name}: all is as it was approved")
    if differ:
        raise typer.Exit(NO)


def approve(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The source whose server is meant.")],
    *,
    only: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Of its entries this one; may be given again.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: for scripts.")] = False,
    config: Config = CONFIG,
    as_json: AsJson = False,
) -> None:
    """Show what the server says now, and keep it as approved once you say yes."""
    (place,) = places(given(config), source)
    if place.spoilt is not None and only is not None:
        raise _cannot(place, f"{place.spoilt}, all of it", "leave `--only` out")
    (seen,) = _looked((place,))
    if seen.trouble is not None:
        said = f"; it said: {seen.words}" if seen.words else ""
        raise _cannot(place, f"its server could not be looked at: {seen.trouble}{said}", "see `command` or `url` in it")
    chosen = None if only is None else _chosen(seen, only)
    sights = [one for one in _other(seen, chosen) if one.name not in seen.unfit]
    for name, why in seen.unfit.items():
        say.note(f"`{name}` cannot be approved: {why}")
    if not sights and seen.ran is Standing.APPROVED and place.spoilt is None and place.pins is not None:
        _tell(seen, sights, as_json=as_json)
        return
    if not as_json:
        say.out().print(differences(seen, sights))
    if not yes:
        _asked(sights)
    keep(place, approved(seen, chosen))
    _tell(seen, sights, as_json=as_json)


def _looked(found: Sequence[Place]) -> tuple[Seen, ...]:
    with going("looking at servers", len(found)) as step:
        return anyio.run(partial(looked, found, step))


def _other(seen: Seen, chosen: Collection[str] | None) -> list[Sight]:
    """What is not as it was approved; of these names alone."""
    other = [one for one in seen.sights if one.standing is not Standing.APPROVED]
    return [one for one in other if chosen is None or one.name in chosen]


def _chosen(seen: Seen, names: Sequence[str]) -> frozenset[str]:
    """Own names, by those or by the ones here. Raises ConfigError where one of them is neither."""
    known: dict[str, str] = {}
    for one in seen.sights:
        word = seen.place.word(one.kind, one.name)
        known |= {} if word is None else {word: one.name, f"{seen.place.name}.{word}": one.name}
    known |= {one.name: one.name for one in seen.sights}
    lost = [name for name in names if name not in known]
    if lost:
        mend = nearest(lost[0], known) or f"`broker pins list {seen.place.name}` names what it lists"
        raise _cannot(seen.place, f"its server lists no `{lost[0]}`", mend)
    return frozenset(known[name] for name in names)


def _asked(sights: Sequence[Sight]) -> None:
    """Goes on where the answer is yes."""
    about = f"{len(sights)} of its definitions and what runs" if sights else "what runs"
    try:
        said = typer.confirm(f"\nApprove {about}?")
    except typer.Abort:
        if sys.stdin.isatty():
            raise
        said = False
    if not said:
        say.trouble("nothing was approved; `--yes` says it for scripts")
        raise typer.Exit(NO)


def _tell(seen: Seen, sights: Sequence[Sight], *, as_json: bool) -> None:
    gone = [one.name for one in sights if one.standing is Standing.GONE]
    kept = [one.name for one in sights if one.standing is not Standing.GONE]
    if as_json:
        ran = None if seen.runs is None else seen.runs.digest
        say.as_json({"source": seen.place.name, "approved": kept, "gone": gone, "runs": ran})
        return
    if not sights and seen.ran is Standing.APPROVED:
        say.line(f"{seen.place.name}: all is as it was approved")
        return
    say.line("")
    taken = f", and took out what is gone: {', '.join(map(visible, gone))}" if gone else ""
    counted = f"{len(kept)} definition{'' if len(kept) == 1 else 's'} and what runs" if kept else "what runs"
    say.line(f"Approved {counted}{taken}", "bold")
    say.line("A broker that serves takes it up when it is started again.", "dim")
    if any(one.standing is not Standing.NEW for one in sights):
        say.line("Tasks that were granted what changed end then: open new ones.", "dim")


def _cannot(place: Place, expected: str, mend: str) -> ConfigError:
    return ConfigError([Problem(file=f"source `{place.name}`", expected=expected, mend=mend)])
