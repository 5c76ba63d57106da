"""What goes into a value."""

from __future__ import annotations

from dataclasses import dataclass

Column = tuple[str, str]  # table, column; both folded


@dataclass(frozen=True, slots=True)
class Flow:
    columns: frozenset[Column] = frozenset()
    parameters: frozenset[str] = frozenset()
    plain: Column | None = None  # it is this column, as it is

    def join(self, other: Flow) -> Flow:
        return Flow(self.columns | other.columns, self.parameters | other.parameters)
