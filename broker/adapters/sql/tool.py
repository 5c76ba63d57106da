"""A named query that can be called: admitted under row filters when it is loaded, run on a thread when it is called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import anyio

from broker.adapters.label import label
from broker.adapters.sql.awaited import awaited
from broker.adapters.sql.engine import Order
from broker.adapters.sql.lists import too_long, values, width
from broker.adapters.sql.plan import Plan, plan
from broker.adapters.sql.resolved import Resolved
from broker.adapters.sql.source import Tables
from broker.adapters.sql.values import NotStorableError, Stored, present, stored
from broker.model.decision import Permit
from broker.model.faults import Effect, ToolFault
from broker.model.label import Labeled, Leaf
from broker.model.outcome import Opened
from broker.model.scope import Rows, RowsAny
from broker.ports import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlTool:
    resolved: Resolved
    tables: Tables
    reads: Mapping[str, frozenset[str]]
    leaves: Mapping[str, Leaf]
    owned: frozenset[str]
    handle_only: frozenset[str]  # arguments that may hold nothing but a handle
    lists: frozenset[str]  # arguments that are lists
    idempotency: str | None  # the parameter that gets the same key for the same call
    max_rows: int
    max_affected: int | None
    timeout: float
    limiter: anyio.CapacityLimiter = field(repr=False)
    plans: dict[Rows | None, Plan] = field(default_factory=dict, repr=False)  # filled while loading

    def admit(self, rows: Rows | None) -> str | None:
        """See the port. For None the catalog decides whether no filter will do."""
        found = plan(self.resolved, rows, self.tables, self.reads, self.lists)
        if isinstance(found, str):
            return found
        self.plans[None if isinstance(rows, RowsAny) else rows] = found
        return None

    def missing(self) -> str | None:
        return self.tables.engine.missing(self.reads)

    def changed(self) -> str | None:
        """Its statement is fixed text, read when it was loaded."""
        return None

    async def unfit(self, permit: Permit) -> str | None:
        """See the port. Its statement is fixed, its arguments are values; only a list can be too long."""
        return too_long(self.lists, permit.checked.arguments)

    async def invoke(self, opened: Opened, progress: Progress) -> Labeled:  # noqa: ARG002 - a statement tells of none
        """See the port. Stopped before its commit it has no effect and says so; committed, it gives its result."""
        result = await awaited(self.tables.engine.run(self._order(opened)), self.limiter)
        return label(result.value, self.leaves, result.rows, result.size)

    def _order(self, opened: Opened) -> Order:
        intended = opened.intended
        call, granted = intended.permit.checked.call, intended.permit.checked.tool
        whole = granted.rows is None or isinstance(granted.rows, RowsAny)
        found = self.plans.get(None if whole else granted.rows)
        # A lookup is made by the broker for the task itself; anyone else must say whose rows.
        if found is None or (granted.rows is None and self.owned and not call.is_lookup):
            raise ToolFault("no rows were granted", effect=Effect.NONE)
        typed = self.handle_only & set(opened.clear_arguments) - set(intended.permit.checked.handles)
        if typed:
            # A value that the agent knows already is a guess at the column it is compared with.
            raise ToolFault("a typed value where only a handle may stand", effect=Effect.NONE)
        try:
            return Order(
                text=found.text(width(self.lists, opened.clear_arguments)),
                within=found.footprint,
                parameters=self._parameters(opened, found),
                names=self.resolved.names,
                max_affected=self.max_affected,
                rows=min(intended.rows, self.max_rows),
                bytes=intended.bytes,
                timeout=self.timeout,
            )
        except (NotStorableError, KeyError) as error:
            raise ToolFault("a parameter cannot be bound", effect=Effect.NONE) from error

    def _parameters(self, opened: Opened, found: Plan) -> Mapping[str, Stored]:
        key = {} if self.idempotency is None else {self.idempotency: opened.intended.permit.checked.digest}
        said = {**opened.clear_arguments, **key}
        count = width(self.lists, said)
        listed = [values(name, said.get(name), count) for name in self.lists]
        return {
            # An optional one that is absent: NULL.
            **{name: stored(said.get(name)) for name in self.resolved.parameters - self.lists},
            **{name: value for one in listed for name, value in one.items()},
            **{name: stored(present(opened.clear_parameters[param])) for name, param in found.parameters.items()},
            **found.literals,
        }
