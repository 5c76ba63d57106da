"""`--task name=value`, given as often as there are parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import typer


def pairs(written: Iterable[str], option: str) -> Mapping[str, str]:
    """name -> value. `option`: where they were written, for whoever wrote one wrong."""
    found: dict[str, str] = {}
    for one in written:
        name, given_as, value = one.partition("=")
        if not name or not given_as:
            raise typer.BadParameter(f"`{one}` is not of the form `name=value`", param_hint=option)
        if name in found:
            raise typer.BadParameter(f"`{name}` is given twice", param_hint=option)
        found[name] = value
    return found
