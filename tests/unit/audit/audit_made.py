"""Calls, tasks and a journal over a store, made by hand for the tests of the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import orjson

from broker.audit.checkpoint import new_signer
from broker.audit.journal import Journal
from broker.audit.sequencer import Sequencer
from broker.model.call import Call, Checked, HandleRef
from broker.model.decision import Claim, Permit
from broker.model.grant import Grant, GrantedTool
from broker.model.label import Label
from broker.model.outcome import LedgerRow, Masked, Token, VaultRow
from broker.model.scope import Budget, Scope
from broker.model.task import Limits, Parameter, Principal, SaidBy, Task
from broker.model.tool import Argument, Effect, State, ToolSpec
from broker.store.sql import SqlStore
from broker.store.system import SystemIds

NOW = 1_800_000_000.25
SIGNER = new_signer("broker.example/log", bytes(range(32)))
DIGEST_KEY = b"d" * 32
IDS = SystemIds()
TOKEN = Token(jti="j1", expires=NOW + 900)
LIMITS = Limits(open=3, per_hour=20)


@dataclass
class Still:
    """A clock that stands where it was put."""

    at: float = NOW

    def now(self) -> float:
        return self.at


def task(name: str = "t1", **changed: Any) -> Task:
    one = Task(
        id=name,
        principal=Principal(issuer="https://id.example", sub="ann"),
        actor="helpdesk-1",
        purpose="refund",
        scope="support-refund",
        revision="ab" * 32,
        parameters={"ticket": Parameter(value="canary-parameter", said_by=SaidBy.PRINCIPAL)},
        opened=NOW,
        ends=NOW + 3600,
    )
    return replace(one, **changed)


def spec(name: str = "pay.refund", effect: Effect = Effect.MONEY) -> ToolSpec:
    text = Argument(schema={"type": "string"}, required=False, policy=None, handles=frozenset())
    return ToolSpec(
        name=name,
        description="",
        effects=frozenset({effect}),
        arguments={"order_id": text, "amount": text, "to": text},
        authority=frozenset(),
        bind={},
        leaves={},
        owned=frozenset(),
        zone="payments",
        region=None,
        external=False,
        risk="high",
        owner="payments",
        review_by=date(2027, 1, 1),
        state=State.ACTIVE,
        timeout=1.0,
        max_bytes=1000,
        max_rows=50,
        open_why=None,
        canary=False,
        guesses=None,
        pin="cd" * 32,
    )


def scope(subjects: int | None = None) -> Scope:
    return Scope(
        name="support-refund",
        why="refunds",
        roles=frozenset({"support"}),
        agents=("helpdesk-*",),
        purposes=frozenset({"refund"}),
        parameters={},
        hours=None,
        expires=900,
        lifetime=3600,
        zones=frozenset(),
        seal=True,
        tools={},
        mask={},
        budget=Budget(calls=40, subjects=subjects),
        ceiling=None,
        revision="ab" * 32,
    )


def granted(one: ToolSpec) -> GrantedTool:
    return GrantedTool(spec=one, arguments={}, rows=None, budget=Budget(), schema=dict, misfit=lambda _: None)


def call(
    arguments: Mapping[str, Any] | None = None,
    *,
    of: Task | None = None,
    tool: ToolSpec | None = None,
    named: str | None = None,
    subjects: int | None = None,
    is_lookup: bool = False,
) -> Call:
    one = spec() if tool is None else tool
    grant = Grant(
        task=task() if of is None else of, scope=scope(subjects), tools={one.name: granted(one)}, expires=NOW + 900
    )
    said = {"order_id": "canary-argument", "amount": 5} if arguments is None else arguments
    return Call(
        id=IDS.fresh(), grant=grant, tool=one.name if named is None else named, arguments=said, is_lookup=is_lookup
    )


def claim(item: str, amount: Any, limit: Any, **changed: Any) -> Claim:
    return replace(Claim(key="t1", item=item, amount=Decimal(amount), limit=Decimal(limit)), **changed)


def permit(
    of: Call | None = None,
    claims: tuple[Claim, ...] = (),
    handles: Mapping[str, HandleRef] | None = None,
    digest: str = "ef" * 32,
) -> Permit:
    one = call() if of is None else of
    checked = Checked(
        call=one,
        tool=one.grant.tools[one.tool],
        arguments=one.arguments,
        handles={} if handles is None else handles,
        digest=digest,
    )
    return Permit(checked=checked, exposure={"email": "handle"}, claims=claims)


def masked(**changed: Any) -> Masked:
    one = Masked(
        content={"rows": []},
        shows=Label(classes=frozenset({"person"}), zones=frozenset({"sales"}), untrusted=True),
        hidden={"email:handle": 1},
        subjects=frozenset({"s1"}),
        vault=(VaultRow(handle="hdl-email-x", kind="email", origin="shop.o.email", clear_value="canary-vault"),),
        ledger=(LedgerRow(digest="l1", origin="shop.o.email", shown="handle", writer="system", confirms=False),),
        rows=3,
        size=480,
        shown=120,
    )
    return replace(one, **changed)


def journal(store: SqlStore, clock: Still | None = None, deadline: float = 5.0) -> Journal:
    sequencer = Sequencer(store, SIGNER, deadline)
    return Journal(sequencer, Still() if clock is None else clock, IDS, DIGEST_KEY)


def records(store: SqlStore, kind: str = "") -> list[dict[str, Any]]:
    found = [orjson.loads(body) for _, body in store.entries(0)]
    return [one for one in found if kind in {"", one["kind"]}]
