"""Between the words of the house and the rows of the tables, sealed where they must be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from broker.model.call import HandleRef
from broker.model.label import Json, Label
from broker.model.outcome import VaultRow
from broker.model.record import Head, OpenCall
from broker.model.task import Parameter, Principal, SaidBy, Task, TaskFacts, TaskState
from broker.store.seal import Sealer

HASH = 32

Values = Mapping[str, Any]


def of_task(task: Task, key: bytes, sealer: Sealer) -> Values:
    said = {name: [one.value, one.said_by.value] for name, one in task.parameters.items()}
    return {
        "id": task.id,
        "issuer": task.principal.issuer,
        "sub": task.principal.sub,
        "actor": task.actor,
        "purpose": task.purpose,
        "scope": task.scope,
        "revision": task.revision,
        "parameters": sealer.seal(_bytes(said), "task", task.id),
        "opened": task.opened,
        "ends": task.ends,
        "state": TaskState.ACTIVE.value,
        "label": of_label(Label()),
        "strikes": 0,
        "key": sealer.seal(key, "task key", task.id),
        "said_by": task.said_by.value,
        "roles": json.dumps(sorted(task.roles)),
        "bearer": task.bearer,
        "token_until": task.opened,
        "bound": False,
        "remembered": None,
        "heir_of": "[]",
        "ledger_whole": True,
    }


def to_facts(row: Row[*tuple[Any, ...]], sealer: Sealer) -> TaskFacts:
    """`row`: of a task, with its holder's key as `ledger_key`."""
    said = json.loads(sealer.open(row.parameters, "task", row.id))
    task = Task(
        id=row.id,
        principal=Principal(issuer=row.issuer, sub=row.sub),
        actor=row.actor,
        purpose=row.purpose,
        scope=row.scope,
        revision=row.revision,
        parameters={name: Parameter(value=value, said_by=SaidBy(by)) for name, (value, by) in said.items()},
        opened=row.opened,
        ends=row.ends,
        said_by=SaidBy(row.said_by),
        roles=frozenset(json.loads(row.roles)),
        bearer=row.bearer,
    )
    holder = row.issuer, row.sub, row.actor
    return TaskFacts(
        task=task,
        state=TaskState(row.state),
        label=to_label(row.label),
        key=b"" if row.key is None else sealer.open(row.key, "task key", row.id),
        ledger_key=b"" if row.key is None else sealer.open(row.ledger_key, "ledger key", *holder),
        heir_of=tuple(json.loads(row.heir_of)),
        ledger_whole=row.ledger_whole,
        bound=row.bound,
    )


def of_label(label: Label) -> str:
    return json.dumps(
        {
            "classes": sorted(label.classes),
            "zones": sorted(label.zones),
            "regions": sorted(label.regions),
            "untrusted": label.untrusted,
        }
    )


def to_label(text: str) -> Label:
    said = json.loads(text)
    return Label(
        classes=frozenset(said["classes"]),
        zones=frozenset(said["zones"]),
        regions=frozenset(said["regions"]),
        untrusted=said["untrusted"],
    )


def of_handle(task: str, row: VaultRow, sealer: Sealer) -> Values:
    return {
        "task": task,
        "handle": row.handle,
        "kind": row.kind,
        "origin": row.origin,
        "sealed": sealer.seal(_bytes(row.clear_value), "handle", task, row.handle),
    }


def to_clear_value(row: Row[*tuple[Any, ...]], sealer: Sealer) -> Json:
    return json.loads(sealer.open(row.sealed, "handle", row.task, row.handle))


def to_ref(row: Row[*tuple[Any, ...]]) -> HandleRef:
    return HandleRef(handle=row.handle, kind=row.kind, origin=row.origin)


def of_call(call: OpenCall, boot: str) -> Values:
    return {
        "call": call.call,
        "task": call.task,
        "tool": call.tool,
        "digest": call.digest,
        "has_effect": call.has_effect,
        "at": call.at,
        "boot": boot,
        "state": "open",
    }


def to_call(row: Row[*tuple[Any, ...]]) -> OpenCall:
    return OpenCall(
        call=row.call, task=row.task, tool=row.tool, digest=row.digest, has_effect=row.has_effect, at=row.at
    )


def to_head(row: Row[*tuple[Any, ...]]) -> Head:
    joined = row.frontier
    return Head(size=row.size, frontier=tuple(joined[at : at + HASH] for at in range(0, len(joined), HASH)))


def _bytes(value: Json) -> bytes:
    # ASCII escapes: a tool may hand out a lone surrogate, and UTF-8 has no bytes for it.
    return json.dumps(value).encode("ascii")
