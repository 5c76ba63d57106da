"""Who counts as whom, as broker.toml says it: read, checked whole, and made into values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from broker.edge.oauth.pinned import Network
from broker.edge.oauth.places import host, is_safe
from broker.grants.id_jag import TYPE as ID_JAG
from broker.model.faults import ConfigError, Problem
from broker.model.identity import Agent, Issuer
from broker.settings import Agent as SaidAgent
from broker.settings import Issuer as SaidIssuer
from broker.settings import Settings
from broker.tokens.foreign import ALGORITHMS, Keys, of_one
from broker.tokens.strict import UnreadableError, claims

_FILE = "broker.toml"
_LONGEST = 16 * 1024  # characters of a key's file


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    issuers: Mapping[str, Issuer]  # by their URL
    places: Mapping[str, str | None]  # issuer -> where its keys are, where that is said
    inside: Mapping[str, Sequence[Network]]  # host of an issuer -> networks beside the internet where it may lie
    agents: Mapping[str, Agent]  # by their name


def known(settings: Settings, audience: str) -> Known:
    """`audience`: the broker's URL. Raises ConfigError with every problem at once."""
    said = settings.identity
    problems: list[Problem] = []

    def wrong(field: str, expected: str, mend: str = "") -> None:
        problems.append(Problem(file=_FILE, field=f"identity.{field}", expected=expected, mend=mend))

    for at, one in enumerate(said.issuers):
        _issuer_fits(one, partial(wrong, f"issuers.{at}"))
    for twice in (*_twice(one.url for one in said.issuers), *_twice(one.name for one in said.agents)):
        wrong("issuers and agents", f"`{twice}` stands twice")
    agents = {}
    for at, agent in enumerate(said.agents):
        try:
            agents[agent.name] = _agent(agent, _key(settings, agent))
        except (OSError, UnreadableError, ValueError) as error:
            mend = "`broker key` writes one, its public half beside it"
            wrong(f"agents.{at}.key", f"`{agent.key}` holds no public key as a JWK ({type(error).__name__})", mend)
    if problems:
        raise ConfigError(problems)
    return Known(
        issuers={one.url: _issuer(one, audience) for one in said.issuers},
        places={one.url: one.jwks for one in said.issuers},
        inside=_inside(said.issuers),
        agents=agents,
    )


def _issuer_fits(said: SaidIssuer, wrong: Callable[[str, str], None]) -> None:
    for url in (said.url, *(() if said.jwks is None else (said.jwks,))):
        if not is_safe(url):
            wrong(f"`{url}` is no https URL", "plain http is for loopback alone")
    strange = sorted(set(said.algorithms) - ALGORITHMS)
    if strange or not said.algorithms:
        wrong(f"`algorithms` are some of {sorted(ALGORITHMS)}, not {strange}", "")
    if ID_JAG in {kind.lower().removeprefix("application/") for kind in said.types}:
        wrong(f"`types`: `{ID_JAG}` is no access token", "write `id_jag = true`")


def _inside(issuers: Sequence[SaidIssuer]) -> Mapping[str, Sequence[Network]]:
    found: dict[str, list[Network]] = {}
    for one in issuers:
        for url in (one.url, *(() if one.jwks is None else (one.jwks,))):
            found.setdefault(host(url), []).extend(one.networks)
    return found


def _issuer(said: SaidIssuer, audience: str) -> Issuer:
    return Issuer(
        url=said.url,
        audience=audience if said.audience is None else said.audience,
        types=frozenset(one.lower() for one in said.types),
        algorithms=frozenset(said.algorithms),
        roles_claim=said.roles_claim,
        roles=dict(said.roles),
        client_claim=said.client_claim,
        delegates={client: frozenset(agents) for client, agents in said.delegates.items()},
        id_jag=said.id_jag,
    )


def _agent(said: SaidAgent, key: Keys | None) -> Agent:
    return Agent(
        name=said.name,
        key=key,
        secret_sha256=said.secret_sha256,
        owner=said.owner,
        model=said.model,
        provider=said.provider,
        region=said.region,
        review_by=said.review_by,
        roles=frozenset(said.roles),
        scope=said.scope,
    )


def _key(settings: Settings, agent: SaidAgent) -> Keys | None:
    """Made ready here, once: for each assertion it took 0.14 ms."""
    if agent.key is None:
        return None
    return of_one(claims(settings.at(agent.key).read_bytes()[:_LONGEST]), agent.name)


def _twice(names: Iterable[str]) -> list[str]:
    found = list(names)
    return sorted({one for one in found if found.count(one) > 1})
