"""Which task a request asks for: by `authorization_details`, by `scope`, or by what its agent gets unasked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from broker.edge.oauth.form import FormError, Renewal, Wish, wish
from broker.grants.named import MOST
from broker.model.identity import Agent, User


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """Asked for by the names of scopes alone (RFC 6749 3.3): no parameters, and no task that could be named."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`said`: the values of `scope`, with which the rest must agree; empty where there are none."""

    what: Wish | Renewal | Plain
    said: tuple[str, ...]


def wanted(form: Mapping[str, str], agent: Agent, whom: User) -> Wanted:
    """Raises FormError."""
    said = tuple(form.get("scope", "").split(" ")) if "scope" in form else ()
    if len(said) > MOST:
        raise FormError("invalid_scope", "too many scopes")
    if "authorization_details" in form:
        return Wanted(what=wish(form["authorization_details"]), said=said)
    by_itself = (agent.scope,) if whom.within is None and agent.scope is not None else sorted(whom.within or ())[:MOST]
    values = said or tuple(by_itself)
    if not values:
        raise FormError("invalid_scope", "no scope, and none that the agent gets where it names none")
    return Wanted(what=Plain(values=values), said=said)
