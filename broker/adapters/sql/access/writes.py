"""What a source's tools write: the least that their role needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlglot import exp

from broker.adapters.sql.resolved import Resolved


@dataclass(frozen=True, slots=True, kw_only=True)
class Writes:
    """Of one table. Columns are folded."""

    insert: frozenset[str] = frozenset()
    update: frozenset[str] = frozenset()
    delete: bool = False

    def joined(self, other: Writes) -> Writes:
        return Writes(
            insert=self.insert | other.insert,
            update=self.update | other.update,
            delete=self.delete or other.delete,
        )


def writes(statements: Iterable[Resolved]) -> Mapping[str, Writes]:
    """table -> what is written of it."""
    found: dict[str, Writes] = {}
    for one in statements:
        if one.target is not None:
            found[one.target] = found.get(one.target, Writes()).joined(_of(one))
    return found


def _of(one: Resolved) -> Writes:
    match one.statement:
        case exp.Insert():
            # What a row that is there already becomes is among the written, and asks for the right to change it.
            clash = one.statement.args.get("conflict")
            changes = () if clash is None else clash.expressions
            changed = {pair.this.name.lower() for pair in changes if isinstance(pair, exp.EQ)}
            return Writes(
                insert=frozenset(column.name.lower() for column in one.statement.this.expressions),
                update=frozenset(changed),
            )
        case exp.Update():
            return Writes(update=one.written)
        case exp.Delete():
            return Writes(delete=True)
        case _:
            return Writes()
