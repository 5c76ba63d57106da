"""The login to try things with says what it is asked to say, as a real one would say it."""

import httpx2

from broker.demo.issuer import DevIssuer
from broker.edge.oauth.issuer_keys import IssuerKeys
from broker.grants.exchange import user
from broker.model.identity import Issuer
from broker.store.system import SystemIds
from broker.tokens.foreign import kid_of, verify
from tests.kit import Clock

URL, US = "http://127.0.0.1:8760", "http://127.0.0.1:8750/mcp"
ISSUER = Issuer(
    url=URL,
    audience=US,
    types=frozenset({"at+jwt"}),
    algorithms=frozenset({"Ed25519"}),
    roles_claim="roles",
    roles={"support": "support"},
    delegates={"dev-app": frozenset({"helpdesk-1"})},
)


async def test_its_tokens_are_taken_as_those_of_any_issuer():
    clock = Clock()
    made = DevIssuer(url=URL, now=clock.now, name=SystemIds().fresh)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=made.app())) as client:
        asked = {"sub": "maria", "roles": "support", "audience": US}
        token = (await client.post(f"{URL}/token", params=asked)).json()["access_token"]
        keys = await IssuerKeys(listed={URL: None}, clock=clock, client=client).of(URL, kid_of(token))
        nobody = await client.post(f"{URL}/token", params={"roles": "support"})
    found = user(verify(token, keys, ISSUER.algorithms), ISSUER, clock.now())
    assert (found.principal.sub, found.roles, found.may_act) == ("maria", {"support"}, {"helpdesk-1"})
    assert nobody.status_code == 400
