"""The rows of an answer as JSON, as many as fit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import orjson

from broker.adapters.sql.engine import Order, Result
from broker.model.faults import Effect, ToolFault
from broker.model.label import Json


def gather(
    found: Iterable[Sequence[object]], order: Order, read: Callable[[object], Json], most: int | None = None
) -> Result:
    """One row more than fits is read, to know whether that is all. `most`: of a write, whose rows are all read out.

    Raises ToolFault where there are more than `most`.
    """
    rows: list[dict[str, Json]] = []
    size = len(b'{"rows":[],"truncated":false}')
    truncated = False
    for count, raw in enumerate(found, 1):
        if most is not None:
            hold(count, most)
        if len(raw) != len(order.names):
            raise ToolFault("the answer has other columns than the statement", effect=Effect.NONE)
        row = {name: read(value) for name, value in zip(order.names, raw, strict=True)}
        size += len(orjson.dumps(row)) + 1
        if truncated or len(rows) >= order.rows or size > order.bytes:
            truncated = True
            if most is None:
                break
            continue
        rows.append(row)
    return _result(rows, truncated=truncated)


def hold(written: int, most: int) -> None:
    if written > most:
        raise ToolFault(f"it would have written more than {most} rows", effect=Effect.NONE)


def affected(written: int) -> Result:
    return _result([{"affected": written}], truncated=False)


def _result(rows: list[dict[str, Json]], *, truncated: bool) -> Result:
    value = {"rows": rows, "truncated": truncated}
    return Result(value=value, rows=len(rows), size=len(orjson.dumps(value)))
