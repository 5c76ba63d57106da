"""Chains and calls that nobody wrote, and two judges of them: the broker, and a reading of each block by itself."""

import json
import math
import re
from dataclasses import dataclass
from decimal import Decimal
from random import Random  # noqa: TID251 - drawn anew from a seed, so that what was found is found again
from types import SimpleNamespace

from broker.catalog.classes import known
from broker.catalog.narrowing import narrow
from broker.decide.arguments import check
from broker.decide.policy import decide, find
from broker.grants.identify import identify, speaker
from broker.model.call import HandleRef, Request
from broker.model.chain import Chain, Credential, Proof
from broker.model.constraint import Anything, Field, HandleOf, Length, Range
from broker.model.decision import Deny, Facts, Permit
from broker.model.grant import Grant
from broker.model.label import Label
from broker.model.scope import RowsAny
from broker.model.task import Parameter, SaidBy, TaskFacts, TaskState
from broker.model.tool import Argument, Policy
from broker.tokens.chain import attenuate, verify
from broker.tokens.keys import from_mapping, kid
from tests.kit import DEFAULTS, Shelf, scope, spec, task, tool_grant
from tests.vectors.tokens.hand import ISSUER, NOW, URL, private, public, root

HANDLES = {
    f"hdl-{kind}-{'a' * 26}": HandleRef(handle=f"hdl-{kind}-{'a' * 26}", kind=kind, origin="crm.read.x")
    for kind in ("email", "card")
}
KEYS = [from_mapping(private(f"holder {n}")) for n in range(8)]
ISSUERS = {kid(one): one for one in [from_mapping(private("issuer"))]}
AUDIENCE = SimpleNamespace(issuer=ISSUER, url=URL)
CLASSES = known({})


def drawing(seed):
    """Where the choices come from."""
    return Random(seed)


def argument(kind, policy=None, handles=(), *, required=True, **schema):
    return Argument(schema={"type": kind, **schema}, required=required, policy=policy, handles=frozenset(handles))


TOOLS = {
    "crm.read": {
        "id": (argument("integer"), Field(Range(Decimal(1), Decimal(100)))),
        "state": (argument("string", Policy.IDENTIFIER), Field(Anything())),
        "note": (argument("string", Policy.TEXT, required=False), Field(Length(None, 40), optional=True)),
    },
    "crm.pay": {
        "amount": (argument("number"), Field(Range(Decimal("0.01"), Decimal(100)))),
        "to": (argument("string", Policy.EMAIL, ["email"]), Field(Anything())),
        "card": (
            argument("string", Policy.TOKEN, ["card"], required=False),
            Field(HandleOf(frozenset({"card"})), True),
        ),
    },
    "crm.tag": {
        "tags": (argument("array", items={"type": "string"}), Field(Anything())),
        "at": (
            argument("object", properties={"city": {"type": "string"}, "zip": {"type": "integer"}}),
            Field(Anything()),
        ),
    },
}
SCOPE = scope(
    {
        name: tool_grant({of: field for of, (_, field) in arguments.items()}, RowsAny("x"))
        for name, arguments in TOOLS.items()
    },
    name="desk",
    delegate=7,
)
SHELF = Shelf(
    SCOPE,
    {name: (spec(name, arguments={of: one for of, (one, _) in args.items()}), None) for name, args in TOOLS.items()},
)
TASK = task(
    SCOPE, actor="planner", purpose="refund", parameters={"ticket": Parameter(value=42, said_by=SaidBy.PRINCIPAL)}
)
FACTS = TaskFacts(task=TASK, state=TaskState.ACTIVE, label=Label(), key=bytes(32))
GRANT = SHELF.grant(TASK, float(NOW + 840))
ROOT = root(
    sub=str(TASK.principal),
    scope_rev=TASK.revision,
    params={"ticket": {"value": 42, "said_by": "principal"}},
)


@dataclass(frozen=True, slots=True)
class Said:
    """One block as it was drawn: its claims, and its constraints as somebody reads them who knows nothing of ours."""

    claims: dict
    means: dict  # (tool, argument) -> predicate; what is absent is not judged


def ranges(draw):
    low, high = sorted([draw.randint(-5, 120), draw.randint(-5, 120)])
    written = draw.choice([f"{low}..{high}", f"{low}..", f"..{high}"])
    low = low if not written.startswith("..") else -math.inf
    high = high if not written.endswith("..") else math.inf
    return draw.choice([written, {"range": written}]), lambda value: low <= value <= high


def numbers(draw):
    kind = draw.randrange(4)
    if kind == 0:
        one = draw.choice([7, 42, 50, 100])
        return draw.choice([one, {"eq": one}]), lambda value: value == one
    if kind == 1:
        some = [draw.choice([1, 7, 42, 50]) for _ in range(draw.randint(1, 4))]
        return draw.choice([some, {"in": some}]), lambda value: value in some
    if kind == 2:
        return "$ticket", lambda value: value == 42
    return ranges(draw)


def texts(draw):
    kind = draw.randrange(4)
    if kind == 0:
        one = draw.choice(["open", "closed"])
        return {"eq": one}, lambda value: value == one
    if kind == 1:
        some = [draw.choice(["open", "closed", "held"]) for _ in range(draw.randint(1, 3))]
        return some, lambda value: value in some
    if kind == 2:
        glob = draw.choice(["o*", "*d", "?pen", "*", "c*d", "*e*"])
        pattern = re.compile(glob.replace("*", "(.|\n)*").replace("?", "(.|\n)"))
        return {"like": glob}, lambda value: pattern.fullmatch(value) is not None
    longest = draw.randint(0, 12)
    return {"maxlen": longest}, lambda value: len(value) <= longest


def addresses(draw):
    if draw.random() < 0.3:
        return {"handle": ["email"]}, lambda value: value in HANDLES
    hosts = [draw.choice(["a.example", "b.example"]) for _ in range(draw.randint(1, 2))]
    return {"email": {"domain": hosts}}, lambda value: value.rpartition("@")[2].lower() in hosts


def lists(draw):
    most = draw.randint(0, 3)
    if draw.random() < 0.5:
        return {"maxitems": most}, lambda value: len(value) <= most
    return {"each": ["x", "y"]}, lambda value: all(one in {"x", "y"} for one in value)


def objects(draw):
    most = draw.choice([10, 100])
    return {"fields": {"zip": f"..{most}"}}, lambda value: set(value) == {"zip"} and value["zip"] <= most


WRITERS = {
    "id": numbers,
    "amount": ranges,
    "state": texts,
    "note": texts,
    "to": addresses,
    "tags": lists,
    "at": objects,
}
POOL = {
    "id": [0, 1, 7, 42, 50, 51, 100, 101, -1, 7.0, True, "7", None],
    "state": ["open", "closed", "held", "Open", "", "opened", 5],
    "note": ["open", "closed", "x" * 30, "see a.example/x", "\u202e", ""],
    "amount": [0.01, 1, 7, 42.5, 50, 100, 100.01, 0, -1, "1"],
    "to": ["m@a.example", "m@b.example", "m@c.example", "M@A.EXAMPLE", "nobody", f"hdl-email-{'a' * 26}"],
    "card": ["4111", f"hdl-card-{'a' * 26}"],
    "tags": [[], ["x"], ["x", "y"], ["z"], ["x"] * 4, "x"],
    "at": [{"zip": 5}, {"zip": 50}, {"zip": 500}, {"city": "b"}, {"zip": 5, "city": "b"}, {}],
}


def block(draw):
    claims = {
        "jti": f"b{draw.randrange(10**6)}",
        "iat": NOW,
        "exp": NOW + draw.choice([600] * 12 + [60, 1, 0, -5]),
        "act": {"sub": draw.choice(["writer", "reader-2"])},
    }
    means = {}
    if draw.random() < 0.85:
        claims["tools"] = {}
        for name in draw.sample([*TOOLS, "crm.drop"], draw.choice([4, 4, 3, 3, 2, 1, 0])):
            claims["tools"][name] = of_tool(draw, name, means)
    if draw.random() < 0.3:
        claims["budget"] = {draw.choice(["calls", "rows", "bytes"]): draw.randint(1, 2_000_000)}
    if draw.random() < 0.2:
        claims["delegate"] = draw.choice([0, 1, 2, 7, 9])
    return Said(claims, means)


def of_tool(draw, name, means):
    if name not in TOOLS:
        return {}
    said = {}
    chosen = [of for of in TOOLS[name] if of in WRITERS and draw.random() < 0.4]
    if chosen:
        said["args"] = {}
        for of in chosen:
            written, means[name, of] = WRITERS[of](draw)
            said["args"][of] = written
    if draw.random() < 0.2:
        said["budget"] = {"calls": draw.randint(1, 5)}
        if name == "crm.pay":
            said["budget"]["sum"] = {"amount": draw.choice([1, 50, 500])}
    return said


def chain(draw, most=4):
    """(tokens: the root, and each longer chain; the blocks as they were drawn)."""
    tokens, said = [ROOT], []
    for n in range(draw.randint(1, most)):
        one = block(draw)
        tokens.append(attenuate(tokens[-1], one.claims, holder=KEYS[n], to=public(f"holder {n + 1}")))
        said.append(one)
    return tokens, said


def call(draw):
    name = draw.choice([*TOOLS, *TOOLS, "crm.drop"])
    arguments = {of: draw.choice(POOL[of]) for of in TOOLS.get(name, {}) if draw.random() < 0.95}
    if draw.random() < 0.03:
        arguments["other"] = 1
    return name, arguments


def opened(token):
    """The grant of a token, or why there is none; whoever asks holds its key."""
    found = verify(token, ISSUERS)
    proof = None
    if isinstance(found, Chain):
        proof = Proof(holder=found.holder, token=found.digest, jti="j", until=NOW + 30, body="")
    shelf = SimpleNamespace(grant=lambda _task, _expires: GRANT, narrow=lambda of, one: narrow(of, one, CLASSES))
    return speaker(found, proof, FACTS, catalog=shelf, audience=AUDIENCE, now=float(NOW))


def permitted(grant, name, arguments, spent):
    """Whether the broker permits the call; `spent`: (key, item) -> how much of each limit is gone."""
    if not isinstance(grant, Grant):
        return False
    facts = Facts(now=float(NOW), task=FACTS, changed=frozenset())
    request = Request(id="c", tool=name, arguments=arguments, credential=Credential(""))
    one = identify(request, grant)
    tool = find(one, facts)
    if isinstance(tool, Deny):
        return False
    checked = check(one, tool, HANDLES)
    if isinstance(checked, Deny):
        return False
    decision = decide(checked, facts, DEFAULTS)
    if not isinstance(decision, Permit):
        return False
    return all(
        spent(claim.key, claim.item) + (Decimal(1) if claim.upto else claim.amount) <= claim.limit
        for claim in decision.claims
    )


def denies(said, behind, name, arguments):
    """Whether a block, read by itself, says no; `behind`: how many blocks stand behind it."""
    claims = said.claims
    if not claims["exp"] > NOW or claims.get("delegate", behind) < behind:
        return True
    if "tools" in claims and name not in claims["tools"]:
        return True
    return any(
        tool == name and of in arguments and not means(arguments[of]) for (tool, of), means in said.means.items()
    )


def spending(draw):
    """How much of each limit is gone: something of all, the same whoever asks."""
    part, whole = draw.choice([0, 0, 1, 3]), {}
    return lambda key, item: whole.setdefault((key, item), Decimal(draw.randint(0, part)))


def widened(draw):
    """(what a child is permitted that its parent is not, or that one of its blocks denies, or None; each verdict)."""
    tokens, said = chain(draw)
    name, arguments = call(draw)
    spent = spending(draw)
    verdicts = [permitted(opened(token), name, arguments, spent) for token in tokens]
    for n, blocks in ((n, said[:n]) for n, one in enumerate(verdicts) if one):
        against = any(denies(one, n - 1 - at, name, arguments) for at, one in enumerate(blocks))
        if against or (n > 0 and not verdicts[n - 1]):
            return json.dumps([[one.claims for one in blocks], name, arguments]), verdicts
    return None, verdicts
