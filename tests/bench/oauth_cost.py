"""What an exchange costs: CPU of a whole broker process for each, and what it is spent on.

The broker is a process over a file, asked over HTTP for a task of a user, with a proof: what `broker.agent` sends. Its
CPU is that of all its threads, and of no client. The parts are measured by themselves, in this process.
"""

import functools
import http.server
import json
import tempfile
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import anyio
import httpx2

from broker.edge.oauth.form import TYPE
from broker.edge.oauth.metadata import token_url
from broker.grants.audience import Audience
from broker.model.chain import Proof
from broker.model.outcome import OpenedTask
from broker.model.task import SaidBy
from broker.store.system import SystemClock
from broker.tokens.dpop import prove_bare, read_bare_proof
from broker.tokens.foreign import ALGORITHMS, Keys, verify
from broker.tokens.keys import new_key, public
from broker.tokens.segment import sign
from tests import kit
from tests.bench.calls import cpu
from tests.desk import NAME, desk
from tests.oauth_kit import signed
from tests.served import Launcher, bank, home

COST_MS = 3.0
RAW_US = 66.0
"""One Ed25519 signature verified, where the bar was set: by it, the bar is told for the machine that runs it."""
US = Audience(issuer="http://127.0.0.1:8750", url="http://127.0.0.1:8750/mcp")
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
NOW = SystemClock()
AGENT, USERS = new_key(), new_key()  # of the agent, and of the users' issuer
SET = {"keys": [{**public(USERS), "kid": "k1"}]}


class Login(http.server.BaseHTTPRequestHandler):
    """Where the issuer's keys are."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(SET).encode())

    def log_message(self, *_):
        pass


@contextmanager
def login():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Login) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def identity(issuer):
    return f"""
[[identity.issuers]]
url = "{issuer}"
jwks = "{issuer}/jwks"
algorithms = ["Ed25519"]
roles_claim = "roles"
roles = {{teller = "teller"}}
delegates = {{desk = ["robot-1"]}}

[[identity.agents]]
name = "robot-1"
key = "agent.pub"
owner = "o"
model = "m"
provider = "p"
review_by = 2999-01-01
"""


def subject(issuer, n):
    now = int(NOW.now())
    said = {"iss": issuer, "aud": US.url, "sub": f"user-{n % 50}", "exp": now + 900, "iat": now, "client_id": "desk"}
    return signed(USERS, {**said, "roles": ["teller"]}, typ="at+jwt", kid="k1")


def assertion(n):
    now = int(NOW.now())
    said = {"iss": "robot-1", "sub": "robot-1", "aud": US.issuer, "jti": f"j{n}-{now}", "exp": now + 120}
    return sign({"typ": "JWT"}, said, AGENT)


def proof(n):
    return prove_bare(AGENT, method="POST", url=token_url(US), jti=f"p{n}-{NOW.now()}", now=NOW.now())


def request(issuer, n):
    """(form, headers) of the nth."""
    detail = {"type": TYPE, "scope": NAME, "purpose": "service"}
    form = {
        "grant_type": EXCHANGE,
        "client_assertion_type": ASSERTION,
        "client_assertion": assertion(n),
        "subject_token": subject(issuer, n),
        "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
        "authorization_details": json.dumps([detail]),
    }
    return form, {"DPoP": proof(n)}


async def asked(url, requests, step=lambda: None):
    async with httpx2.AsyncClient(timeout=60, trust_env=False) as client:
        for form, headers in requests:
            answer = await client.post(url, data=form, headers=headers)
            if answer.status_code != 200:
                raise RuntimeError(answer.text)
            step()


def whole(run, count):
    """Milliseconds of the server's CPU for one exchange; the first fifth warms up and does not count."""
    launcher = Launcher()
    try:
        with (
            tempfile.TemporaryDirectory() as folder,
            login() as issuer,
            home(Path(folder) / "bank", launcher, bank) as one,
        ):
            desk(one.folder)
            (one.folder / "agent.pub").write_text(json.dumps(dict(public(AGENT))))
            with one.config.open("a") as config:
                config.write(identity(issuer))
            with one.serving() as served:
                at, used = f"{served.base}/token", 0.0
                anyio.run(asked, at, [request(issuer, -1 - n) for n in range(max(1, count // 5))])
                # Some at a time: what the agent says of itself lasts two minutes.
                for start in run.watched("exchanges", range(0, count, 50)):
                    part = [request(issuer, n) for n in range(start, min(start + 50, count))]
                    before = cpu(served.pid)
                    anyio.run(asked, at, part)
                    used += cpu(served.pid) - before
            return used / count * 1e3
    finally:
        launcher.end()


def least(works, batches, each=10):
    """name -> microseconds of CPU, of the best of some batches, in turn: all have the same company on the machine."""
    found = dict.fromkeys(works, float("inf"))
    for _ in range(batches):
        for name, work in works.items():
            start = time.process_time()
            for _ in range(each):
                work()
            found[name] = min(found[name], (time.process_time() - start) / each * 1e6)
    return found


def parts(batches):
    """name -> microseconds: what of it can be measured by itself."""
    agents = Keys({"keys": [{**public(AGENT), "kid": "robot-1"}]})
    users = Keys(SET)
    vouched, user, bound = assertion(0), subject("http://login", 0), proof(0)
    key, text = AGENT.private_key, b"x" * 400
    signature = key.sign(text)
    return least(
        {
            "signature made": functools.partial(key.sign, text),
            "signature verified": lambda: key.public_key().verify(signature, text),
            "assertion": lambda: verify(vouched, agents, ALGORITHMS, kid="robot-1"),
            "subject": lambda: verify(user, users, frozenset({"Ed25519"})),
            "proof": lambda: read_bare_proof(bound, method="POST", url=token_url(US), now=NOW.now()),
        },
        batches,
    )


async def opening(count):
    """Microseconds of CPU for a task that is opened with two proofs, on record and its token made; the best tenth."""
    one = kit.house(None)
    took = []
    for n in range(count):
        asking = kit.asking(holder=public(AGENT), said_by=SaidBy.AGENT)
        proofs = [Proof(holder=who, token="", jti=f"{n}", until=kit.NOW + 60, body="") for who in ("a", "b")]
        start = time.process_time()
        opened = await one.opening.open_task(asking, proofs)
        took.append((time.process_time() - start) * 1e6)
        if not isinstance(opened, OpenedTask):
            raise TypeError(opened)
    return sorted(took)[count // 10]


def rows(run, count):
    found = parts(max(2, count // 10))
    found["opened"] = anyio.run(opening, count)
    cost = whole(run, count)
    raw = 3 * found["signature verified"] + 2 * found["signature made"]
    here = COST_MS * max(1.0, found["signature verified"] / RAW_US)
    yield run.row(
        "CPU of an exchange, the whole request, all of the server's process",
        bar=f"<= {COST_MS:g} ms, on this machine {here:.1f} ms",
        measured=f"{cost:.2f} ms, {cost * 1e3 / raw:.1f} times the five signatures in it ({raw / 1e3:.2f} ms)",
        ok=cost <= here,
    )
    named = ("assertion", "subject", "proof", "opened")
    rest = cost * 1e3 - sum(found[name] for name in named)
    told = [
        *(f"{name} {found[name] / 1e3:.2f}" for name in named[:3]),
        f"one transaction and the token {found['opened'] / 1e3:.2f}",
        f"HTTP, form, JSON, the disk {rest / 1e3:.2f}",
    ]
    yield run.row("of it, in ms", bar="none", measured=", ".join(told), ok=True)
