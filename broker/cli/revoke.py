"""`broker revoke`: take back for good what exists now; what is opened afterwards lives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import anyio
import typer

from broker.cli import say
from broker.cli.meant import last_use, of, target
from broker.cli.operator import operator, reason
from broker.cli.options import CONFIG, AsJson, Config, given
from broker.main.books import Books, books
from broker.model.stop import REVOCABLE, Target, What
from broker.model.task import TaskState

_SHOWN = 8  # tasks that are named; `--json` names them all
_KINDS = "|".join(one.value for one in REVOCABLE)


def _kind(text: str) -> What:
    """Not by the type of `what`: the help would list what this command refuses."""
    if text not in REVOCABLE:
        known = text in set(What)
        said = f"a {text} is frozen, not revoked" if known else f"`{text}` is none of {_KINDS}"
        raise typer.BadParameter(said, param_hint="WHAT")
    return What(text)


def revoke(
    what: Annotated[str, typer.Argument(metavar=_KINDS, help="What kind of thing; `all` takes no name.")],
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME", help="A jti, a task's id, an agent (`root` or `root/name`), `issuer:sub`, a bearer."
        ),
    ] = "",
    *,
    why: Annotated[str, typer.Option(help="For the record.")],
    by: Annotated[str | None, typer.Option(metavar="WHO", help="Who decided it, if not you.")] = None,
    unseen: Annotated[
        bool, typer.Option("--unseen", help="Whatever is called so, though it is on record nowhere.")
    ] = False,
    config: Config = CONFIG,
    as_json: AsJson = False,
) -> None:
    """Take authority back: nothing that rests on it begins from now on, and nothing under way is shown."""
    kind = _kind(what)
    reason(why)
    with books(given(config)) as found:
        meant = target(found.archive, kind, name, unseen=unseen)
        said = _before(found, meant)
        ended = anyio.run(found.journal.revoke, meant, operator(by), why)
    if as_json:
        say.as_json({"revoked": kind.value, "name": meant.name, "ended": list(ended), **said})
        return
    say.line(f"revoked: {meant}", "bold")
    say.out().print(say.facts([*_told(meant, ended), *((name, value) for name, value in said.items())]))


def _before(found: Books, meant: Target) -> dict[str, Any]:
    """What rests on it at this moment."""
    if meant.what in {What.TOKEN, What.BLOCK}:
        used = last_use(found.archive, meant)
        return (
            {}
            if used is None
            else {"task": used.get("task", ""), "actor": used.get("actor", ""), "record": used["index"]}
        )
    tasks = {one.task.id for one in of(meant, found.archive.tasks()) if one.state is not TaskState.ENDED}
    return {"running": sum(one.task in tasks for one in found.archive.calls())}


def _told(meant: Target, ended: Sequence[str]) -> list[tuple[str, object]]:
    match meant.what:
        case What.TOKEN | What.BLOCK:
            return [
                ("dead", "it, and every block below it" if meant.what is What.BLOCK else "it, and every block on it")
            ]
        case _ if not ended:
            return [
                (
                    "dead",
                    "no task of its own; every token in which it acts" if "/" in meant.name else "no task was open",
                )
            ]
        case _:
            more = f" and {len(ended) - _SHOWN} more" if len(ended) > _SHOWN else ""
            return [("ended", f"{len(ended)} tasks: {', '.join(ended[:_SHOWN])}{more}")]
