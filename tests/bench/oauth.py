"""What is measured of the ways in: `make bench-oauth`.

A token request that is right is bent in one place after another: none may give a token, none may end in a server's
error. A user's token is tried for everybody whom it is not for. Then what a right request costs.
"""

import argparse
import json
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from random import Random  # noqa: TID251 - seeded: the same requests must come again
from urllib.parse import urlencode

import anyio
import httpx2

from broker.adapters.broken import Broken
from broker.edge.oauth.metadata import token_url
from broker.edge.oauth.subjects import ASSERTION, CREDENTIALS
from tests import kit
from tests.bench import oauth_cost, table
from tests.fuzz import texts
from tests.oauth_kit import ID_JAG, ISSUER, OTHER, OKPKey, RSAKey, Ways, agent, id_jag

REQUESTS, REPLAYS, COSTS = 10_000, 1_000, 300
FORM = "application/x-www-form-urlencoded"
ERRORS = frozenset(
    {
        *("invalid_request", "invalid_client", "invalid_grant", "invalid_target", "invalid_authorization_details"),
        *("unsupported_grant_type", "invalid_dpop_proof", "temporarily_unavailable", "invalid_scope"),
    }
)
SECRETIVE, SECRET = "agent-3", "a-secret-of-an-agent-that-cannot-sign"
STRANGER, THIEF = RSAKey.generate_key(2048), OKPKey.generate_key("Ed25519")


@dataclass
class Sender:
    ways: Ways
    random: Random

    def bent(self):
        """(body, headers) of a request that is wrong in one place at least."""
        form = self.random.choice((self.ways.form, self._asserted, self._secret))()
        how = self.random.choice((self._field, self._token, self._details, self._bytes, self._proof, self._twice))
        return how(form)

    def _asserted(self):
        """A right request by ID-JAG, with the scope by its name."""
        whole = self.ways.form(scope="s")
        kept = ("client_assertion_type", "client_assertion", "scope")
        return {"grant_type": ASSERTION, "assertion": id_jag(self.ways), **{name: whole[name] for name in kept}}

    def _secret(self):
        return {"grant_type": CREDENTIALS, "client_id": SECRETIVE, "client_secret": SECRET, "scope": "s"}

    def _text(self):
        return self.random.choice([*map(str, texts.ODD_VALUES), "", "\0", "a" * 70_000, "%00", "é", "null", "[]"])

    def _field(self, form):
        name = self.random.choice(sorted(form))
        if self.random.random() < 0.3:
            del form[name]
        else:
            form[name] = self._text() + "~"
        return urlencode(form, errors="replace").encode(), {"Content-Type": FORM}

    def _token(self, form):
        """One character of a signed text is another one."""
        names = ("subject_token", "client_assertion", "assertion", "client_secret")
        name = self.random.choice([one for one in names if one in form])
        text = form[name]
        at = self.random.randrange(len(text) - 4)  # the last ones may be padding bits, which are refused as well
        other = self.random.choice([one for one in "ABCXYZabcxyz019-_.~" if one != text[at]])
        form[name] = text[:at] + other + text[at + 1 :]
        return urlencode(form).encode(), {"Content-Type": FORM}

    def _details(self, form):
        odd = self.random.choice(
            [
                [],
                {},
                [{}],
                [{"type": "broker_task"}],
                [{"type": "broker_task", "task": self.random.choice(["x", "", "\ud800"])}],
                [{"type": "broker_task", "scope": "s", "purpose": "p", "parameters": {"x": self._text()}}],
                [{"type": "broker_task", "scope": self._text(), "purpose": "p"}],
                [{"type": "broker_task", "scope": "s", "purpose": self._text()}],
                [{"type": "broker_task", "scope": "s", "purpose": "p", "tools": ["*"]}],
                [[[[[[]]]]]],
            ]
        )
        form["authorization_details"] = json.dumps(odd)
        return urlencode(form, errors="replace").encode(), {"Content-Type": FORM}

    def _bytes(self, form):
        body = bytearray(urlencode(form).encode())
        for _ in range(self.random.randrange(1, 40)):
            body[self.random.randrange(len(body))] = self.random.randrange(256)
        # `&` between two fields may have become part of a value: what is left may be a right request, but not a form
        return bytes(body) + b"&grant_type", {"Content-Type": self.random.choice([FORM, "application/json", "", FORM])}

    def _proof(self, form):
        return urlencode(form).encode(), {
            "Content-Type": FORM,
            "DPoP": self.random.choice(["x", "a.b.c", "..", "é" * 9]),
        }

    def _twice(self, form):
        return (urlencode(form) + "&" + urlencode({self.random.choice(sorted(form)): "x"})).encode(), {
            "Content-Type": FORM
        }

    def stolen(self):
        """A user's token for somebody whom it is not for."""
        ways = self.ways
        return self.random.choice(
            (
                lambda: {"client_assertion": ways.assertion(name=OTHER)},
                lambda: {"client_assertion": ways.assertion(key=THIEF)},
                lambda: {"subject_token": ways.subject(aud="http://other/mcp")},
                lambda: {"subject_token": ways.subject(iss="https://evil.example")},
                lambda: {"subject_token": ways.subject(key=STRANGER)},
                lambda: {"subject_token": ways.subject(client_id="another-app")},
                lambda: {"subject_token": ways.subject(may_act={"sub": OTHER})},
                lambda: {"subject_token": ways.subject(typ="JWT", nonce="n")},
                lambda: {"subject_token": ways.subject(iss=ISSUER + "/")},
                lambda: {"subject_token": id_jag(ways, client_id=OTHER), "subject_token_type": ID_JAG},
                lambda: {"subject_token": id_jag(ways)},  # as an access token
            )
        )()


def ways():
    made = Ways(kit.house(Broken(answers={"rows": [], "truncated": False}, leaves=kit.spec().leaves)), id_jag=True)
    digest = sha256(SECRET.encode()).hexdigest()
    made.endpoint.agents[SECRETIVE] = agent(SECRETIVE, key=None, secret_sha256=digest, roles=frozenset({"r"}))
    return made


async def bent(run, count, seed):
    one = ways()
    sender, seen, wrong = Sender(one, Random(seed)), Counter(), []
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=one.app)) as client:
        for _ in run.watched("bent requests", range(count)):
            body, headers = sender.bent()
            sent = [(name.encode(), value.encode("latin-1", "replace")) for name, value in headers.items()]
            answer = await client.post(token_url(kit.AUDIENCE), content=body, headers=sent)
            error = answer.json().get("error")
            seen[str(error)] += 1
            if answer.status_code >= 500 or error not in ERRORS or set(answer.json()) != {"error"}:
                wrong.append((answer.status_code, answer.text[:200], body[:300]))
    for what in wrong[:5]:
        run.tell(str(what))
    opened = one.house.kinds("task.opened")
    told = ", ".join(f"{number:,} {error}" for error, number in seen.most_common())
    return run.row(
        f"{count:,} malformed or confused requests to /token",
        bar="0 tokens, 0 server errors, one form of answer",
        measured=f"{len(opened)} tokens, {len(wrong)} other answers ({told})",
        ok=not opened and not wrong,
    )


async def stolen(run, count, seed):
    one = ways()
    sender, taken = Sender(one, Random(seed)), 0
    for _ in run.watched("tokens of others", range(count)):
        answer = await one.ask(**sender.stolen())
        taken += answer.status_code == 200
    return run.row(
        "a user's token for another agent, audience, issuer or client",
        bar=f"0 of {count:,}",
        measured=f"{taken} of {count:,}",
        ok=taken == 0,
    )


def main():
    said = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    said.add_argument("--quick", action="store_true", help="less of everything")
    said.add_argument("--seed", type=int, default=1)
    given = table.given(said)
    part = 20 if given.quick else 1
    with table.running(as_json=given.json) as run:
        rows = [
            anyio.run(bent, run, REQUESTS // part, given.seed),
            anyio.run(stolen, run, REPLAYS // part, given.seed),
            *oauth_cost.rows(run, COSTS // part),
        ]
    table.printed("ways in", rows, as_json=given.json)


if __name__ == "__main__":
    main()
