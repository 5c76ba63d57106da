"""A tool that runs an agent's own SELECT: judged before anything is intended, masked where the values come from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, assert_never

import anyio
import anyio.to_thread

from broker.actions.shapes import RANK
from broker.adapters.label import label
from broker.adapters.sql.awaited import awaited
from broker.adapters.sql.engine import Order, Text, Veil
from broker.adapters.sql.reaching import Actions, Admitted, Selection, inside
from broker.adapters.sql.recent import Recent
from broker.adapters.sql.select.guard import guard
from broker.adapters.sql.select.reach import Guarded, Output, Reach, Unfit
from broker.adapters.sql.source import Tables
from broker.adapters.sql.trust import least_trusted
from broker.adapters.sql.values import NotStorableError, Stored, present, stored
from broker.model.decision import Permit
from broker.model.faults import Effect, ToolFault
from broker.model.label import PUBLIC, Labeled, Leaf, Writer
from broker.model.outcome import Opened
from broker.model.scope import Rows, RowsAny
from broker.model.tool import Argument, Policy
from broker.ports import Progress

SQL: Final = "sql"
ARGUMENT: Final = Argument(
    schema={"type": "string", "minLength": 1, "maxLength": 8_000},
    required=True,
    policy=Policy.CODE,
    handles=frozenset(),
)
FAILED: Final = (
    "the database gave this query up: a value does not fit a type, a number is too large, or it takes too long."
    " Masked columns hold stand-ins. Write it another way"
)
TRUNCATED: Final = Leaf(kind=PUBLIC, writer=Writer.SYSTEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A query that can run, and what its result is."""

    guarded: Guarded
    text: Text
    reach: Reach
    leaves: Mapping[str, Leaf]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The same without its tree, which takes a hundred times the room: this is kept."""

    text: Text
    names: tuple[str, ...]
    reach: Reach
    leaves: Mapping[str, Leaf]


Key = tuple[str, Rows | None, Actions]


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectTool:
    selection: Selection
    kinds: tuple[str, ...]  # the classes that a query can meet, in order
    owned: frozenset[str]
    timeout: float
    limiter: anyio.CapacityLimiter = field(repr=False)
    admitted: dict[Rows | None, Admitted] = field(default_factory=dict, repr=False)  # filled while loading
    reaches: Recent[tuple[Rows | None, Actions], Reach] = field(default_factory=lambda: Recent(64), repr=False)
    ready: Recent[Key, Ready | Unfit] = field(default_factory=lambda: Recent(128), repr=False)

    @property
    def tables(self) -> Tables:
        return self.selection.tables

    def admit(self, rows: Rows | None) -> str | None:
        """See the port. For None the catalog decides whether no filter will do."""
        found = self.selection.admit(rows)
        if isinstance(found, str):
            return found
        self.admitted[_whole(rows)] = found
        return None

    def missing(self) -> str | None:
        ways = {column for found in self.admitted.values() for column in found.filters.columns}
        reads = dict(self.selection.reads())
        for table, column in ways:
            reads[table] = reads.get(table, frozenset()) | {column}
        return self.tables.engine.missing(reads, veiled=True)

    def changed(self) -> str | None:
        """What it may read was said when it was loaded."""
        return None

    async def unfit(self, permit: Permit) -> str | None:
        """See the port. A text that was judged a moment ago costs a look."""
        checked = permit.checked
        key = self._key(str(checked.arguments[SQL]), checked.tool.rows, permit.exposure)
        found = await self._ready(key)
        return found.hint if isinstance(found, Unfit) else None

    def judge(self, sql: str, rows: Rows | None, exposure: Mapping[str, str]) -> Judged | Unfit:
        """Blocking. `exposure`: class -> action. Raises ToolFault where these rows were not admitted."""
        return self._judge(self._key(sql, rows, exposure))

    async def invoke(self, opened: Opened, progress: Progress) -> Labeled:  # noqa: ARG002 - a statement tells of none
        permit = opened.intended.permit
        checked = permit.checked
        if checked.tool.rows is None and self.owned and not checked.call.is_lookup:
            raise ToolFault("no rows were granted", effect=Effect.NONE)
        key = self._key(str(opened.clear_arguments[SQL]), checked.tool.rows, permit.exposure)
        found = await self._ready(key)
        if isinstance(found, Unfit):
            raise ToolFault("a query that is not fit to run", effect=Effect.NONE)
        try:
            result = await awaited(self.tables.engine.run(self._order(opened, found, key[1])), self.limiter)
        except ToolFault as fault:
            fault.hint = "" if fault.is_unreachable else FAILED
            raise
        return label(result.value, found.leaves, result.rows, result.size)

    async def _ready(self, key: Key) -> Ready | Unfit:
        known = self.ready.get(key)
        if known is not None:
            return known
        return await anyio.to_thread.run_sync(self.ready.made, key, lambda: _kept(self._judge(key)))

    def _key(self, sql: str, rows: Rows | None, exposure: Mapping[str, str]) -> Key:
        actions = tuple((kind, inside(exposure.get(kind, "redact"))) for kind in self.kinds)
        return sql, _whole(rows), actions

    def _judge(self, key: Key) -> Judged | Unfit:
        sql, rows, actions = key
        admitted = self._admitted(rows)
        if admitted.filters.columns and dict(actions).get(PUBLIC, "show") != "show":
            return Unfit(hint="nothing is available here", detail="what decides whose a row is is masked")
        reach = self.reaches.made((rows, actions), lambda: self.selection.reach(admitted, actions))
        found = guard(sql, reach, self.tables.engine.dialect)
        match found:
            case Unfit():
                return found
            case Guarded():
                text = self.tables.engine.render(found.tree, found.text)
                return Judged(guarded=found, text=text, reach=reach, leaves=self._leaves(found, dict(actions)))
            case _:
                assert_never(found)

    def _admitted(self, rows: Rows | None) -> Admitted:
        found = self.admitted.get(rows)
        if found is None:
            raise ToolFault("no rows were granted", effect=Effect.NONE)
        return found

    def _order(self, opened: Opened, found: Ready, rows: Rows | None) -> Order:
        intended, filters = opened.intended, self._admitted(rows).filters
        try:
            parameters: Mapping[str, Stored] = {
                **{name: stored(present(opened.clear_parameters[one])) for name, one in filters.parameters.items()},
                **filters.literals,
            }
        except (NotStorableError, KeyError) as error:
            raise ToolFault("a parameter cannot be bound", effect=Effect.NONE) from error
        return Order(
            text=found.text,
            within=Veil(reach=found.reach, mask_key=opened.mask_key),
            parameters=parameters,
            names=found.names,
            max_affected=None,
            rows=min(intended.rows, self.selection.max_rows),
            bytes=intended.bytes,
            timeout=self.timeout,
        )

    def _leaves(self, found: Guarded, by_kind: Mapping[str, str]) -> Mapping[str, Leaf]:
        """Whatever a query reads may show in each of its columns: it chose the rows, and their order."""
        read = [self.tables.leaf(*column) for column in sorted(found.reads)]
        kinds = frozenset(leaf.kind for leaf in read) - {PUBLIC}
        writer = least_trusted(read)
        leaves = {"truncated": TRUNCATED}
        for one in found.outputs:
            kind = self._kind(one, by_kind)
            leaves[f"rows.*.{one.name}"] = Leaf(
                kind=kind,
                writer=writer,
                subject=one.plain is not None and self.tables.leaf(*one.plain).subject,
                beside=kinds - {kind},
                at_source=True,
            )
        return leaves

    def _kind(self, output: Output, by_kind: Mapping[str, str]) -> str:
        """Of a column as it is, its own; else that of its sources which is hidden most."""
        if output.plain is not None:
            return self.tables.leaf(*output.plain).kind
        kinds = {self.tables.leaf(*column).kind for column in output.sources} - {PUBLIC}
        return min(kinds, key=lambda kind: (RANK[by_kind[kind]], kind)) if kinds else PUBLIC


def _whole(rows: Rows | None) -> Rows | None:
    return None if isinstance(rows, RowsAny) else rows


def _kept(judged: Judged | Unfit) -> Ready | Unfit:
    match judged:
        case Unfit():
            return judged
        case Judged(guarded=guarded):
            names = tuple(one.name for one in guarded.outputs)
            return Ready(text=judged.text, names=names, reach=judged.reach, leaves=judged.leaves)
        case _:
            assert_never(judged)
