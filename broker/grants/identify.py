"""From what a token says to who speaks. The only maker of Call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from broker.grants.audience import Audience
from broker.grants.issue import parameter_claims
from broker.model.call import Call, Request
from broker.model.chain import Chain, Claims, Proof
from broker.model.decision import Deny, Reason
from broker.model.grant import Grant
from broker.model.halted import dead
from broker.model.label import Json
from broker.model.stop import Target, rests_on
from broker.model.task import Task, TaskFacts
from broker.ports import Catalog

_CLAIMS: Final = frozenset(
    {"iss", "aud", "sub", "act", "jti", "iat", "exp", "tid", "purpose", "scope", "scope_rev", "params", "pop", "cnf"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedAway:
    """A token of ours for a task of ours that grants nothing any more: on record, unlike a stranger's."""

    task: Task
    deny: Deny
    chain: Chain = field(repr=False)

    @property
    def rests_on(self) -> tuple[Target, ...]:
        """As the token says; nobody has looked whether its blocks are what they should be."""
        return resting_on(self.chain)


def task_named(chain: Chain | str) -> str:
    """The task to look up; nothing is looked up for a chain that is not ours."""
    named = None if isinstance(chain, str) else chain.root.get("tid")
    return named if isinstance(named, str) else ""


def resting_on(chain: Chain | str) -> tuple[Target, ...]:
    """All whose revocation ends what it grants. Nothing in its blocks is checked yet: what is no name names nothing."""
    if isinstance(chain, str):
        return ()
    acting = (_name(one.get("act"), "sub") for one in (chain.root, *chain.blocks))
    return rests_on(
        task=_name(chain.root, "tid"),
        user=_name(chain.root, "sub"),
        actor="/".join(acting),
        token=_name(chain.root, "jti"),
        blocks=[_name(one, "jti") for one in chain.blocks],
    )


def speaker(
    chain: Chain | str,
    proof: Proof | None,
    facts: TaskFacts | None,
    *,
    catalog: Catalog,
    audience: Audience,
    now: float,
) -> Grant | TurnedAway | Deny:
    """The grant that a token names. `chain`: or why it is none.

    1. the chain holds, and who sends it may use it: it is sealed, or its last key signed for this very request
    2. every claim is one that we know: an unknown one may be a restriction that we would miss
    3. it is ours and for us
    4. it has not run out
    5. its task exists, and the token says of it what the store says
    6. nothing that it rests on was revoked
    7. its scope is still the one that it was opened under
    8. each block is one that we understand whole
    9. none has run out, and there are no more than the scope, and each block before it, lets stand
    """
    # 1
    if isinstance(chain, str):
        return Deny(reason=Reason.BAD_TOKEN, detail=chain)
    unproven = _unproven(chain, proof)
    if unproven is not None:
        return Deny(reason=Reason.BAD_TOKEN, detail=unproven)
    root = chain.root
    # 2, 3, 4
    foreign = _foreign(root, audience, now)
    if foreign is not None:
        return foreign
    # 5
    if facts is None:
        return Deny(reason=Reason.BAD_TOKEN, detail="root: no such task")
    if not _is_of(facts.task, root):
        return Deny(reason=Reason.BAD_TOKEN, detail="root: not what the store says of its task")
    away = partial(TurnedAway, task=facts.task, chain=chain)
    # 6
    over = dead(facts.stops)
    if over is not None:
        return away(deny=Deny(reason=over[0], detail=over[1]))
    # 7, 8, 9
    found = left(chain, facts.task, catalog, now)
    return found if isinstance(found, Grant) else away(deny=found)


def left(chain: Chain, task: Task, catalog: Catalog, now: float) -> Grant | Deny:
    """What a chain leaves of its task's scope at this moment; the last three steps of `speaker`."""
    # 7
    grant = catalog.grant(task, float(chain.root["exp"]))
    if grant is None:
        detail = "the scope is gone or changed since the task was opened"
        return Deny(reason=Reason.TASK_ENDED, detail=detail)
    # 8
    narrowed = catalog.narrow(grant, chain)
    if isinstance(narrowed, str):
        return Deny(reason=Reason.BAD_TOKEN, detail=narrowed)
    # 9
    late = _over(chain, grant.scope.delegate, now)
    return narrowed if late is None else late


def _foreign(root: Claims, audience: Audience, now: float) -> Deny | None:
    # 2
    if root.keys() != _CLAIMS:
        return Deny(reason=Reason.BAD_TOKEN, detail="root: an unknown or a missing claim")
    # 3
    if root["iss"] != audience.issuer or root["aud"] != audience.url:
        return Deny(reason=Reason.BAD_TOKEN, detail="root: of another issuer, or for another audience")
    # 4: stated as what is accepted, so that NaN, text and the unforeseen fall on the safe side
    if type(root["exp"]) is not int or not now < root["exp"]:
        return Deny(reason=Reason.TOKEN_EXPIRED, detail="root: past its `exp`")
    return None


def _unproven(chain: Chain, proof: Proof | None) -> str | None:
    """Why whoever sent it may not use it."""
    if chain.sealed:
        return None if chain.root.get("pop") == "optional" else "sealed, and its root allows no seal"
    if proof is None:
        return "neither sealed nor with a proof of its holder's key"
    if proof.holder != chain.holder:
        return "a proof by another key"
    return None if proof.token == chain.digest else "a proof for another token"


def _over(chain: Chain, deepest: int, now: float) -> Deny | None:
    """`deepest`: how many blocks the scope lets stand. What they say is understood by now."""
    left = deepest
    for place, block in enumerate(chain.blocks, 1):
        if not now < block["exp"]:
            return Deny(reason=Reason.TOKEN_EXPIRED, detail=f"segment {place}: past its `exp`")
        if not left > 0:
            detail = f"segment {place}: one block more than the scope, or a block, lets stand"
            return Deny(reason=Reason.BAD_TOKEN, detail=detail)
        left = min(left - 1, block.get("delegate", left))
    return None


def _name(value: Json, key: str) -> str:
    found = value.get(key) if isinstance(value, Mapping) else None
    return found if isinstance(found, str) else ""


def identify(request: Request, grant: Grant) -> Call:
    return Call(id=request.id, grant=grant, tool=request.tool, arguments=request.arguments, face=request.face)


def lookup(call_id: str, grant: Grant, tool: str, arguments: Mapping[str, Json]) -> Call:
    """A call of the broker's own, while the task opens: its one value becomes a parameter."""
    return Call(id=call_id, grant=grant, tool=tool, arguments=arguments, is_lookup=True)


def _is_of(task: Task, root: Claims) -> bool:
    """Whether the token says of the task what the store says; whoever could make one that does not has our key."""
    return root == {
        **root,
        "tid": task.id,
        "sub": str(task.principal),
        "act": {"sub": task.actor},
        "purpose": task.purpose,
        "scope": task.scope,
        "scope_rev": task.revision,
        "params": parameter_claims(task.parameters),
    }
