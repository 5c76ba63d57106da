"""An issuer, an agent and a token endpoint over a house in memory."""

import json
from dataclasses import dataclass, field
from datetime import date

import httpx2
from joserfc import jws
from joserfc.jwk import OKPKey, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from broker.adapters.broken import Broken
from broker.catalog.compiled import compile_grant
from broker.edge.oauth.clients import ASSERTION
from broker.edge.oauth.form import TYPE
from broker.edge.oauth.issuer_keys import IssuerKeys
from broker.edge.oauth.metadata import token_url
from broker.edge.oauth.subjects import ACCESS_TOKEN, EXCHANGE
from broker.edge.oauth.token import TokenEndpoint
from broker.grants.id_jag import TYPE as TYPE_ID_JAG
from broker.model.identity import Agent, Issuer
from broker.tokens.foreign import of_one
from tests import kit

ISSUER = "https://login.example"
AGENT_KEY, ISSUER_KEY = OKPKey.generate_key("Ed25519"), RSAKey.generate_key(2048)
AGENT, OTHER = "agent-1", "agent-2"
ID_JAG = "urn:ietf:params:oauth:token-type:id-jag"
REVIEWED = date(2999, 1, 1)


def signed(key, said, **head):
    header = {"alg": "RS256" if isinstance(key, RSAKey) else "Ed25519", **head}
    return jws.serialize_compact(header, json.dumps(said), key, algorithms=[header["alg"]])


def agent(name=AGENT, key=AGENT_KEY, **more):
    said = {"owner": "sales", "model": "m", "provider": "p", "region": None, "review_by": REVIEWED, **more}
    return Agent(name=name, key=None if key is None else of_one(key.as_dict(private=False), name), **said)


@dataclass
class Login:
    """What an issuer answers. `asked`: the paths that were asked for."""

    keys: list = field(default_factory=lambda: [{**ISSUER_KEY.as_dict(private=False), "kid": "k1"}])
    metadata: dict = field(default_factory=lambda: {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks"})
    status: int = 200
    body: bytes | None = None
    asked: list = field(default_factory=list)

    @property
    def app(self):
        async def answer(request: Request):
            self.asked.append(request.url.path)
            if self.status in {301, 302, 307}:
                return RedirectResponse("https://evil.example/jwks", self.status)
            said = self.metadata if request.url.path.endswith("configuration") else {"keys": self.keys}
            return JSONResponse(said, self.status) if self.body is None else Response(self.body)

        return Starlette(routes=[Route("/{rest:path}", answer)])

    def client(self):
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=self.app))


class Scopes(kit.Shelf):
    """A shelf of several scopes."""

    def __init__(self, *scopes, tools=("t.t",)):
        made = {name: (kit.spec(name), Broken(answers={"rows": []}, leaves=kit.spec().leaves)) for name in tools}
        super().__init__(scopes[0], made)
        self.by_name = {one.name: one for one in scopes}

    def scope(self, name):
        return self.by_name.get(name)

    def scopes(self):
        return tuple(self.by_name.values())

    def grant(self, of, expires):
        found = self.by_name.get(of.scope)
        whole = {name: one for name, (one, _) in self.tools.items()}
        is_same = found is not None and found.revision == of.revision
        return compile_grant(found, of, expires, whole) if is_same else None


class Ways:
    """A token endpoint and whoever asks it."""

    def __init__(self, house, login=None, **of_issuer):
        self.house, self.login = house, Login() if login is None else login
        self.issuer = Issuer(
            url=ISSUER,
            audience=kit.AUDIENCE.url,
            types=frozenset({"at+jwt"}),
            algorithms=frozenset({"RS256"}),
            roles_claim="roles",
            roles={"staff": "r"},
            delegates={"desk": frozenset({AGENT})},
            **of_issuer,
        )
        self.endpoint = TokenEndpoint(
            opening=house.opening,
            issuers={ISSUER: self.issuer},
            agents={AGENT: agent(roles=frozenset({"r"})), OTHER: agent(OTHER)},
            keys=IssuerKeys(listed={ISSUER: None}, clock=house.clock, client=self.login.client()),
            url=token_url(kit.AUDIENCE),
        )
        self.app = Starlette(routes=[Route("/token", self.endpoint.answer, methods=["POST"])])
        self.named = 0

    def subject(self, key=ISSUER_KEY, typ="at+jwt", kid="k1", **more):
        now = int(self.house.clock.now())
        said = {"iss": ISSUER, "aud": kit.AUDIENCE.url, "sub": "mara", "exp": now + 900, "iat": now}
        said |= {"roles": ["staff"], "client_id": "desk", **more}
        return signed(key, said, typ=typ, kid=kid)

    def assertion(self, key=AGENT_KEY, name=AGENT, **more):
        self.named += 1
        said = {"iss": name, "sub": name, "aud": kit.AUDIENCE.issuer, "jti": f"j{self.named}"}
        said |= {"exp": int(self.house.clock.now()) + 60, **more}
        return signed(key, said)

    def form(self, **more):
        detail = {"type": TYPE, "scope": "s", "purpose": "p", "parameters": {}}
        said = {
            "grant_type": EXCHANGE,
            "client_assertion_type": ASSERTION,
            "client_assertion": self.assertion(),
            "subject_token": self.subject(),
            "subject_token_type": ACCESS_TOKEN,
            "authorization_details": json.dumps([detail]),
            **more,
        }
        return {name: one for name, one in said.items() if one is not None}

    async def ask(self, form=None, headers=(), **more):
        sent = self.form(**more) if form is None else form
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=self.app)) as client:
            return await client.post(token_url(kit.AUDIENCE), data=sent, headers=dict(headers))


def id_jag(ways, typ=TYPE_ID_JAG, **more):
    """The issuer's word that the agent may act for mara, at the broker of the tests."""
    ways.named += 1
    said = {"aud": kit.AUDIENCE.issuer, "resource": kit.AUDIENCE.url, "client_id": AGENT, "jti": f"jag{ways.named}"}
    return ways.subject(typ=typ, **{**said, "exp": int(ways.house.clock.now()) + 300, **more})
