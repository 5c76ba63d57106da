"""Whose ceiling does a call count against? Known before the call, or the call is not made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Context, InvalidOperation
from typing import Final, assert_never

from broker.model.call import Checked
from broker.model.grant import Grant
from broker.model.scope import Per, RowsSubject
from broker.model.spelling import normalized

_EXACT: Final = Context(prec=1000, traps=[InvalidOperation])
"""With the 28 digits of the default, two long ids would be one."""


def named(grant: Grant, digest: Callable[[str], str]) -> Mapping[str, str]:
    """Task parameter -> keyed digest of whom it may name, where a ceiling asks for it: the value itself is nobody's to
    read in the store or the log. `digest`: keyed.
    """
    ceiling = grant.scope.ceiling
    if ceiling is None or ceiling.per is not Per.SUBJECT:
        return {}
    said = grant.task.parameters.items()
    return {name: digest(f"subject of a ceiling: {spelled(one.value)}") for name, one in said}


def whose(checked: Checked, per: Per, people: Mapping[str, str]) -> str | None:
    """The key that the ceiling counts under; None where it cannot be known."""
    task = checked.call.grant.task
    match per:
        case Per.PRINCIPAL:
            return f"principal:{task.principal}"
        case Per.ACTOR:
            root = task.actor.partition("/")[0]  # the names of those that it hands work on to grant nothing
            return f"actor:{root}"
        case Per.SUBJECT:
            rows = checked.tool.rows
            found = people.get(rows.param) if isinstance(rows, RowsSubject) else None
            return None if found is None else f"subject:{found}"
        case _:
            assert_never(per)


def spelled(value: str | float) -> str:
    """One spelling for what a database may hold to be equal: `5`, `5.0` and `"05"` in a column of numbers, `Ann` and
    `ann` in one without case. Two who are taken for one are limited too soon; one who is taken for two is not limited.
    """
    text = str(value)
    folded = (normalized("NFKC", text) or text).strip().casefold()
    try:
        number = _EXACT.create_decimal(folded)
    except InvalidOperation:
        return folded
    if not number.is_finite():
        return folded
    return str(number.normalize(_EXACT)) if number else "0"
