"""What an operator asks for when a task is to be opened; nothing in it is trusted but who asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from broker.model.chain import Claims
from broker.model.task import Principal, SaidBy


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    scope: str
    principal: Principal
    roles: frozenset[str]
    actor: str
    purpose: str
    parameters: Mapping[str, str]  # as written; the scope says their type
    holder: Claims | None = None  # the public key (a JWK) that the token is for; None: whoever bears it
    until: float = inf  # unix seconds: no token of it outlives what says that the principal let this agent act
    said_by: SaidBy = SaidBy.PRINCIPAL  # whose words these are; what an agent asked for proves nothing
    bearer: str = ""  # the static token that it is asked with, which names the task from then on
    takes_token: bool = True  # whether a bearer token of the task is wanted beside a static one
    within: frozenset[str] | None = None  # the scopes that whoever asks may name; None: any
