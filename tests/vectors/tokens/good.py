"""What is accepted: chains of every length, sealed and bound, and what their blocks leave of the scope's tools."""

from tests.vectors.tokens.hand import NOW, URL, block, blocks, case, cnf, kid, proof, root, seal

ID = {"type": "integer", "minimum": 1, "maximum": 100}
NOTE = {"type": "string"}
AMOUNT = {"type": "number", "minimum": 0.01, "maximum": 100}
ALL = {"shop.pay": {"amount": AMOUNT}, "shop.read": {"id": ID, "note": NOTE}}
SEALABLE = root(pop="optional")


def accepted(name, token, *, n=0, expires=None, tools=None, **more):
    """`n`: how many blocks."""
    actor = "/".join(["planner", *(f"writer-{one}" for one in range(1, n + 1))])
    ends = (NOW + 600 if n else NOW + 840) if expires is None else expires
    left = ALL if tools is None else tools
    return case(name, token, **{"by": f"holder {n}", **more}, actor=actor, expires=ends, tools=left)


def cases():
    for n in range(8):
        yield accepted(f"bound, with {n} blocks", blocks(n), n=n)
    for n in (0, 1, 7):
        yield accepted(f"sealed, with {n} blocks", seal(blocks(n, SEALABLE), f"holder {n}"), n=n, scheme="Bearer")
    token = seal(SEALABLE)
    yield accepted("sealed, and a proof that nobody needs", token, scheme="DPoP")
    yield accepted("sealed, sent twice", token, scheme="Bearer", sent=2)
    yield accepted("a root that could be sealed and is bound", SEALABLE)
    yield from spellings()
    yield from narrowings()


def spellings():
    head = f'{{ "kid": "{kid("issuer")}", "alg": "Ed25519", "typ": "at+jwt" }}'
    yield accepted("a header with blanks, in another order", root(head))
    yield accepted("the next key is the same", block(root(), 1, cnf=cnf("holder 0")), n=1, by="holder 0")
    yield accepted("a `jti` of 64 letters", block(root(), 1, jti="A-_9" * 16), n=1)
    for name, claims in {
        "30 seconds behind": {"iat": NOW - 30},
        "30 seconds ahead": {"iat": NOW + 30},
        "with scheme and host in capitals": {"htu": "HTTPS://Broker.Example/mcp"},
        "with the port of the scheme": {"htu": "https://broker.example:443/mcp"},
        "with a query and a fragment": {"htu": f"{URL}?a=1#b"},
        "with a `jti` of 128 characters": {"jti": "~" * 128},
    }.items():
        yield accepted(f"a proof {name}", root(), proofs=[proof(root(), **claims)])


def narrowings():
    def one(name, tools, left, **claims):
        return accepted(name, block(root(), 1, tools=tools, **claims), n=1, tools=left)

    def of_read(**args):
        return {"shop.read": {"args": args}}

    def left(**more):
        return {"shop.read": {"id": {**ID, **more.get("id", {})}, "note": {**NOTE, **more.get("note", {})}}}

    yield one("a block names one tool", {"shop.read": {}}, left())
    yield one("a block names none", {}, {})
    yield one("a range", of_read(id="..50"), left(id={"maximum": 50}))
    yield one("a range beyond what there was", of_read(id="0..1000"), left())
    yield one("a value", of_read(id=7), left(id={"const": 7}))
    yield one("a list", of_read(id=[7, 8, 500]), left(id={"enum": [7, 8, 500]}))
    yield one("a parameter of the task", of_read(id="$ticket"), left(id={"const": 42}))
    yield one("a length", of_read(note={"maxlen": 20}), left(note={"maxLength": 20}))
    yield one("a glob", of_read(note={"like": "a*"}), left(note={"pattern": "^a[\\s\\S]*$"}))
    yield one("a tool that it does not have", {"shop.read": {}, "shop.drop": {}}, left())
    yield one("budgets", {"shop.read": {"budget": {"calls": 3}}}, left(), budget={"calls": 5, "rows": 20})
    token = block(block(root(), 1, tools=of_read(id="..50")), 2, tools=of_read(id="10.."))
    yield accepted("two blocks, and both hold", token, n=2, tools=left(id={"minimum": 10, "maximum": 50}))
    token = block(block(root(), 1, delegate=1), 2, delegate=0)
    yield accepted("a block that lets one more stand", token, n=2)
    token = block(block(root(), 1, exp=NOW + 60), 2, exp=NOW + 600)
    yield accepted("the first block ends first", token, n=2, expires=NOW + 60)
    token = block(block(root(), 1, exp=NOW + 600), 2, exp=NOW + 9000)
    yield accepted("no block outlives the one before it", token, n=2, expires=NOW + 600)
