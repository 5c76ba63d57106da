"""The broker that the golden vectors are about: its task is open, its clock stands, its keys are in a file."""

import json
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from broker.adapters.broken import LEAVES, Broken
from broker.edge.gate import Gate
from broker.grants.audience import Audience
from broker.model.constraint import Anything, Field, Range
from broker.model.scope import RowsAny
from broker.model.task import Parameter, Principal, SaidBy
from broker.model.tool import Argument, Policy
from broker.tokens.chain import opener
from broker.tokens.keys import from_mapping
from tests.kit import House, Shelf, scope, spec, task, tool_grant

FOLDER = Path(__file__).parents[2] / "vectors" / "tokens"
GIVEN, KEYS = (json.loads((FOLDER / f"{name}.json").read_text()) for name in ("given", "keys"))
CASES = {name: json.loads((FOLDER / f"{name}.json").read_text()) for name in ("good", "forms", "claims", "proofs")}
AUDIENCE = Audience(issuer=GIVEN["issuer"], url=GIVEN["audience"])

ID = Argument(schema={"type": "integer"}, required=True, policy=None, handles=frozenset())
NOTE = Argument(schema={"type": "string"}, required=False, policy=Policy.IDENTIFIER, handles=frozenset())
AMOUNT = Argument(schema={"type": "number"}, required=True, policy=None, handles=frozenset())
SCOPE = scope(
    {
        "shop.read": tool_grant(
            {"id": Field(Range(Decimal(1), Decimal(100))), "note": Field(Anything(), optional=True)}, RowsAny("x")
        ),
        "shop.pay": tool_grant({"amount": Field(Range(Decimal("0.01"), Decimal(100)))}, RowsAny("x")),
    },
    name=GIVEN["task"]["scope"],
    revision=GIVEN["task"]["scope_rev"],
    delegate=GIVEN["scope"]["delegate"],
)
TASK = task(
    SCOPE,
    id=GIVEN["task"]["tid"],
    principal=Principal(issuer="https://idp.example", sub="maria"),
    actor=GIVEN["task"]["act"],
    purpose=GIVEN["task"]["purpose"],
    parameters={"ticket": Parameter(value=42, said_by=SaidBy.PRINCIPAL)},
)


@dataclass
class Behind:
    """What is reached by those who pass."""

    reached: int = 0

    async def __call__(self, _scope, receive, send):
        self.reached += 1
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def house():
    """A broker in memory with the vectors' issuer key and their one task."""
    tool = Broken(leaves=LEAVES)
    tools = {
        "shop.read": (spec("shop.read", arguments={"id": ID, "note": NOTE}), tool),
        "shop.pay": (spec("shop.pay", arguments={"amount": AMOUNT}), tool),
    }
    one = House(Shelf(SCOPE, tools))
    issuers = {kid: from_mapping(KEYS[name]) for kid, name in GIVEN["issuers"].items()}
    one.pipeline = replace(one.pipeline, unseal=opener(issuers), audience=AUDIENCE)
    one.clock.at = float(GIVEN["now"])
    with one.store.begin() as turn:
        turn.open_task(TASK, bytes(32))
    return one


async def answered(one, case, behind):
    """(status, body) of the answer to the last of what is sent."""
    for _ in range(case.get("sent", 1)):
        said, body = [], [{"type": "http.request", "body": GIVEN["body"].encode(), "more_body": False}]
        headers = [(b"authorization", f"{case['scheme']} {case['token']}".encode())]
        headers += [(b"dpop", proof.encode()) for proof in case.get("proofs", ())]
        scope = {"type": "http", "method": GIVEN["method"], "path": "/mcp", "query_string": b"", "headers": headers}

        async def receive(waiting=body):
            return waiting.pop(0) if waiting else {"type": "http.disconnect"}

        async def send(message, heard=said):
            heard.append(message)

        gate = Gate(app=behind, pipeline=one.pipeline, ids=one.ids, max_body=1024)
        await gate(scope, receive, send)
    return said[0]["status"], said[1]["body"]


async def recorded(one):
    """(reason, why) of the last refusal, counted or on its own."""
    await one.journal.flush_strangers()
    last = one.records[-1]
    if last["kind"] == "call.denied":
        return last["reason"], last["detail"]
    return next(iter(last["counts"])), next(iter(last["why"]))
