"""From what a token says to who speaks. The only maker of Call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from broker.catalog.grammar import slug
from broker.grants.audience import Audience
from broker.grants.issue import parameter_claims
from broker.model.call import Call, Request
from broker.model.chain import Chain, Proof
from broker.model.decision import Deny, Reason
from broker.model.grant import Grant
from broker.model.label import Json
from broker.model.task import Task, TaskFacts
from broker.ports import Catalog

_BLOCK = frozenset({"prev", "cnf", "jti", "iat", "exp", "act"})
_MAY = frozenset({"tools", "budget", "delegate"})
_LONGEST = 64  # characters of a `jti`
_CLAIMS = frozenset(
    {"iss", "aud", "sub", "act", "jti", "iat", "exp", "tid", "purpose", "scope", "scope_rev", "params", "pop", "cnf"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnedAway:
    """A token of ours for a task of ours that grants nothing any more: on record, unlike a stranger's."""

    task: Task
    deny: Deny


def task_named(chain: Chain | None) -> str:
    """The task to look up; nothing is looked up for a chain that is not ours."""
    named = None if chain is None else chain.root.get("tid")
    return named if isinstance(named, str) else ""


def speaker(
    chain: Chain | None,
    proof: Proof | None,
    facts: TaskFacts | None,
    *,
    catalog: Catalog,
    audience: Audience,
    now: float,
) -> Grant | TurnedAway | Deny:
    """The grant that a token names.

    1. the chain holds, and who sends it may use it: it is sealed, or its last key signed for this very request
    2. every claim is one that we know: an unknown one may be a restriction that we would miss
    3. it is ours and for us
    4. it has not run out
    5. its task exists, and the token says of it what the store says
    6. its scope is still the one that it was opened under
    7. each block is one that we understand whole, and has not run out; there are no more than the scope, and each
       block before it, lets stand
    """
    # 1
    if chain is None:
        return Deny(reason=Reason.BAD_TOKEN, detail="no chain of ours")
    unproven = _unproven(chain, proof)
    if unproven is not None:
        return Deny(reason=Reason.BAD_TOKEN, detail=unproven)
    root = chain.root
    # 2
    if set(root) != _CLAIMS:
        return Deny(reason=Reason.BAD_TOKEN, detail="an unknown or a missing claim")
    # 3
    if root["iss"] != audience.issuer or root["aud"] != audience.url:
        return Deny(reason=Reason.BAD_TOKEN, detail="another issuer or audience")
    # 4: stated as what is accepted, so that NaN, text and the unforeseen fall on the safe side
    expires = root["exp"]
    if type(expires) is not int or not now < expires:
        return Deny(reason=Reason.TOKEN_EXPIRED, detail="past `exp`")
    # 5
    if facts is None or _of(facts.task) != _said(root):
        return Deny(reason=Reason.BAD_TOKEN, detail="no such task")
    # 6
    grant = catalog.grant(facts.task, float(expires))
    if grant is None:
        detail = "the scope is gone or changed since the task was opened"
        return TurnedAway(task=facts.task, deny=Deny(reason=Reason.TASK_ENDED, detail=detail))
    # 7
    unreadable = _unreadable(chain, grant.scope.delegate, now)
    if unreadable is not None:
        return TurnedAway(task=facts.task, deny=unreadable)
    narrowed = catalog.narrow(grant, chain)
    if isinstance(narrowed, str):
        return TurnedAway(task=facts.task, deny=Deny(reason=Reason.BAD_TOKEN, detail=narrowed))
    ends = min((float(expires), *(float(one["exp"]) for one in chain.blocks)))
    return narrowed if ends == narrowed.expires else replace(narrowed, expires=ends)


def _unproven(chain: Chain, proof: Proof | None) -> str | None:
    """Why whoever sent it may not use it."""
    if chain.sealed:
        return None if chain.root.get("pop") == "optional" else "sealed, and its root allows no seal"
    if proof is None:
        return "neither sealed nor with a proof of its holder's key"
    if proof.holder != chain.holder:
        return "a proof by another key"
    return None if proof.token == chain.digest else "a proof for another token"


def _unreadable(chain: Chain, deepest: int, now: float) -> Deny | None:
    """Written by agents: whatever is not exactly as it must be leaves nothing of the grant."""
    left = deepest
    for one in chain.blocks:
        if not _BLOCK <= set(one) <= _BLOCK | _MAY:
            return Deny(reason=Reason.BAD_TOKEN, detail="a block with an unknown or a missing claim")
        act, jti, iat, exp, further = one["act"], one["jti"], one["iat"], one["exp"], one.get("delegate", left)
        named = isinstance(act, dict) and set(act) == {"sub"} and isinstance(slug(str(act["sub"])), str)
        if not named or not isinstance(act["sub"], str):
            return Deny(reason=Reason.BAD_TOKEN, detail="a block that does not say who acts")
        if not isinstance(jti, str) or not 0 < len(jti) <= _LONGEST or type(iat) is not int:
            return Deny(reason=Reason.BAD_TOKEN, detail="a block without a name or a time")
        if type(exp) is not int or not now < exp:
            return Deny(reason=Reason.TOKEN_EXPIRED, detail="a block past its `exp`")
        if type(further) is not int or further < 0 or left <= 0:
            return Deny(reason=Reason.BAD_TOKEN, detail="more blocks than the scope, or a block, lets stand")
        left = min(left - 1, further)
    return None


def identify(request: Request, grant: Grant) -> Call:
    return Call(id=request.id, grant=grant, tool=request.tool, arguments=request.arguments, face=request.face)


def lookup(call_id: str, grant: Grant, tool: str, arguments: Mapping[str, Json]) -> Call:
    """A call of the broker's own, while the task opens: its one value becomes a parameter."""
    return Call(id=call_id, grant=grant, tool=tool, arguments=arguments, is_lookup=True)


def _of(task: Task) -> Mapping[str, Json]:
    return {
        "sub": str(task.principal),
        "act": {"sub": task.actor},
        "tid": task.id,
        "purpose": task.purpose,
        "scope": task.scope,
        "scope_rev": task.revision,
        "params": parameter_claims(task.parameters),
    }


def _said(root: Mapping[str, Json]) -> Mapping[str, Json]:
    return {name: root[name] for name in ("sub", "act", "tid", "purpose", "scope", "scope_rev", "params")}
