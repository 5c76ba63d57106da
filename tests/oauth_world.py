"""A bank whose agents come by OAuth, and the login of its users: what clients of any make are tried against."""

import hashlib
import json
import socket
import threading
from contextlib import closing, contextmanager

import anyio
import uvicorn
from joserfc import jws
from joserfc.jwk import ECKey
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

from broker.grants.id_jag import TYPE
from broker.store.system import SystemClock
from tests.served import bank

READ, PAY, HIDDEN = "bank__account_read", "bank__pay", "bank__whole_bank"
SECRET = "a-test-secret-that-nobody-guesses"
AGENT_KEY, LOGIN_KEY = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
_SCOPES = {
    "reading": """\
scope: reading
why: Reads accounts.
for: {roles: [teller], agents: ["robot-*"], purposes: [service]}
expires: 10m
seal: true
zones: [bank]
tools:
  bank.account_read: {args: {account_id: {any: true}}, rows: {any: true, why: tests}}
budget: {calls: 100}
""",
    "paying": """\
scope: paying
why: Reads accounts, and pays into the first.
for: {roles: [teller], agents: ["robot-*"], purposes: [service, closing]}
expires: 10m
seal: true
zones: [bank]
tools:
  bank.account_read: {args: {account_id: {any: true}}, rows: {any: true, why: tests}}
  bank.pay: {args: {account_id: {in: [1]}, amount: {range: 0.01..1}}}
budget: {calls: 100}
ceiling: {per: principal, window: 1d, sum: {bank.pay.amount: 1000}}
""",
    "ruling": """\
scope: ruling
why: For the director alone.
for: {roles: [director], agents: ["robot-*"], purposes: [service]}
expires: 10m
seal: true
zones: [bank]
tools:
  bank.whole_bank: {args: {}, rows: {any: true, why: tests}}
budget: {calls: 100}
""",
}
_ISSUER = """
[[identity.issuers]]
url = "{url}"
algorithms = ["ES256"]
roles = {{staff = "teller"}}
id_jag = true
"""
_AGENT = """
[[identity.agents]]
name = "{name}"
{how}
owner = "tests"
model = "any"
provider = "any"
review_by = 2999-01-01
roles = ["teller"]
scope = "reading"
"""


class Login:
    """An OpenID provider, as far as the broker asks one, on a port of its own."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"
        self.named = 0

    def app(self):
        keys = {"keys": [{**LOGIN_KEY.as_dict(private=False), "kid": "k1"}]}
        said = {"issuer": self.url, "jwks_uri": f"{self.url}/jwks"}

        async def metadata(_request):
            return JSONResponse(said)

        async def jwks(_request):
            return JSONResponse(keys)

        return Starlette(routes=[Route("/.well-known/openid-configuration", metadata), Route("/jwks", jwks)])

    def id_jag(self, audience, resource, client="robot-secret", typ=TYPE, **more):
        """What an identity provider says of maria to `client` (draft-ietf-oauth-identity-assertion-authz-grant 3)."""
        now, self.named = int(SystemClock().now()), self.named + 1
        said = {"iss": self.url, "sub": "maria", "aud": audience, "resource": resource, "client_id": client}
        said |= {"jti": f"jag-{self.named}", "iat": now, "exp": now + 300, "roles": ["staff"], **more}
        head = {"alg": "ES256", "typ": typ, "kid": "k1"}
        return jws.serialize_compact(head, json.dumps(said), LOGIN_KEY, algorithms=["ES256"])


def fill(folder, port, login):
    """The bank of the tests with scopes for agents that open tasks by themselves."""
    bank(folder)
    for name, text in _SCOPES.items():
        (folder / "scopes" / f"{name}.yaml").write_text(text)
    (folder / "robot-key.pub").write_text(json.dumps(AGENT_KEY.as_dict(private=False)))
    config = folder / "broker.toml"
    digest = hashlib.sha256(SECRET.encode()).hexdigest()
    config.write_text(
        config.read_text().replace("# port = 8750", f"port = {port}")
        + _ISSUER.format(url=login)
        + _AGENT.format(name="robot-key", how='key = "robot-key.pub"')
        + _AGENT.format(name="robot-secret", how=f'secret_sha256 = "{digest}"')
    )


def free_port():
    with closing(socket.create_server(("127.0.0.1", 0))) as one:
        return one.getsockname()[1]


@contextmanager
def signing_in():
    """The login, in a thread of this process."""
    listening = socket.create_server(("127.0.0.1", 0))
    login = Login(listening.getsockname()[1])
    server = uvicorn.Server(uvicorn.Config(login.app(), log_level="critical", lifespan="off"))
    thread = threading.Thread(target=anyio.run, args=(server.serve, [listening]))
    thread.start()
    try:
        yield login
    finally:
        server.should_exit = True
        thread.join()
