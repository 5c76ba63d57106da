"""What is no token by what it says: whose it is, for whom, until when, and blocks that cannot be understood."""

from tests.vectors.tokens.hand import NOW, URL, block, blocks, case, cnf, root

OURS, TASK = "root: of another issuer, or for another audience", "root: not what the store says of its task"
UNKNOWN = "an unknown or a missing claim"
NAMED, CALLED, OVER = "it does not say who acts", "its `jti` is no name", "past its `exp`"
DATED = "its `iat` or `exp` is no time"
DEEP = "one block more than the scope, or a block, lets stand"
EXPIRED = "token_expired"
TIMES = {  # what is no time, or none that is to come; `...`: a claim that is missing is another matter
    "past": NOW - 1,
    "now": NOW,
    "a float": NOW + 600.5,
    "a whole float": float(NOW + 600),
    "text": str(NOW + 600),
    "true": True,
    "null": None,
    "a list": [NOW + 600],
    "negative": -1,
}


def cases():
    yield from of_root()
    yield from of_blocks()
    yield from of_tools()


def of_root():
    for name, claims in {
        "issuer: another": {"iss": "https://evil.example"},
        "issuer: with a slash": {"iss": "https://broker.example/"},
        "issuer: null": {"iss": None},
        "audience: another": {"aud": "https://evil.example/mcp"},
        "audience: the origin": {"aud": "https://broker.example"},
        "audience: a list": {"aud": [URL]},
    }.items():
        yield case(name, root(**claims), why=OURS)
    for name, value in TIMES.items():
        yield case(f"exp: {name}", root(exp=value), refused=EXPIRED, why=f"root: {OVER}")
    for name in (
        "iss",
        "aud",
        "sub",
        "act",
        "jti",
        "iat",
        "exp",
        "tid",
        "purpose",
        "scope",
        "scope_rev",
        "params",
        "pop",
    ):
        yield case(f"no {name}", root(**{name: ...}), why=f"root: {UNKNOWN}")
    for name in ("nbf", "tools", "prev", "__proto__", "authorization_details"):
        yield case(f"an unknown claim `{name}`", root(**{name: {}}), why=f"root: {UNKNOWN}")
    yield case("of a task that is not here", root(tid="task-2"), why="root: no such task")
    yield case("of no task", root(tid=None), why="root: no such task")
    for name, claims in {
        "of another user": {"sub": "https%3A//idp.example:eve"},
        "of another agent": {"act": {"sub": "writer"}},
        "of an agent of an agent": {"act": {"sub": "planner", "act": {"sub": "x"}}},
        "for another purpose": {"purpose": "marketing"},
        "under another scope": {"scope": "admin"},
        "under another revision": {"scope_rev": "rev-2"},
        "with another parameter": {"params": {"ticket": {"value": 43, "said_by": "principal"}}},
        "with a parameter that somebody else said": {"params": {"ticket": {"value": 42, "said_by": "agent"}}},
        "without its parameter": {"params": {}},
    }.items():
        yield case(name, root(**claims), why=TASK)
    yield case(
        "pop: neither word", root(pop="no"), scheme="Bearer", why="neither sealed nor with a proof of its holder's key"
    )


def of_blocks():
    def one(name, why, refused="bad_token", **claims):
        return case(
            f"block: {name}", block(root(), 1, **claims), by="holder 1", refused=refused, why=f"segment 1: {why}"
        )

    for name in ("jti", "iat", "exp", "act"):
        yield one(f"no {name}", UNKNOWN, **{name: ...})
    for name in ("nbf", "aud", "tid", "scope", "rows", "__proto__", "tool\u0455"):
        yield one(f"an unknown claim `{name}`", UNKNOWN, **{name: {}})
    for name, value in TIMES.items():
        if type(value) is int:
            yield one(f"exp {name}", OVER, EXPIRED, exp=value)
        else:
            yield one(f"exp {name}", DATED, exp=value)
    for name, value in {
        "text": "writer",
        "null": None,
        "more": {"sub": "writer", "act": {"sub": "x"}},
        "empty": {"sub": ""},
        "a path": {"sub": "planner/writer"},
        "capitals": {"sub": "Writer"},
        "a number": {"sub": 1},
        "too long": {"sub": "w" * 65},
        "beyond ASCII": {"sub": "wr\u0456ter"},
    }.items():
        yield one(f"act {name}", NAMED, act=value)
    for name, value in {
        "empty": "",
        "too long": "j" * 65,
        "a number": 1,
        "null": None,
        "a blank": "a b",
        "a line": "a\n",
    }.items():
        yield one(f"jti {name}", CALLED, jti=value)
    yield one("iat text", DATED, iat="now")
    yield one("iat true", DATED, iat=True)
    for name, value in {"negative": -1, "text": "1", "true": True, "null": None, "a float": 1.0}.items():
        yield one(f"delegate {name}", "its `delegate` is no count", delegate=value)
    yield case("one block more than the scope lets stand", blocks(8), by="holder 8", why=f"segment 8: {DEEP}")
    token = block(block(root(), 1, delegate=0), 2)
    yield case("one block more than a block lets stand", token, by="holder 2", why=f"segment 2: {DEEP}")
    token = block(block(block(root(), 1, delegate=1), 2, delegate=7), 3)
    yield case("a block that lets more stand than it may", token, by="holder 3", why=f"segment 3: {DEEP}")
    fresh = block(root(exp=NOW - 1), 1)
    yield case("an expired root with a fresh block", fresh, by="holder 1", refused=EXPIRED, why=f"root: {OVER}")
    fresh = block(block(root(), 1, exp=NOW - 1), 2)
    yield case("an expired block with a fresh one", fresh, by="holder 2", refused=EXPIRED, why=f"segment 1: {OVER}")
    old = block(block(root(), 1), 2, exp=NOW - 1)
    yield case("a fresh block with an expired one", old, by="holder 2", refused=EXPIRED, why=f"segment 2: {OVER}")
    weak = block(root(), 1, cnf=cnf("holder 1"), exp=2**53)
    yield case("a block of an endless exp", weak, by="holder 1", why="segment 1: a number that is too large")


def of_tools():
    def one(name, why, **claims):
        return case(f"block: {name}", block(root(), 1, **claims), by="holder 1", why=f"segment 1: {why}")

    no_map = "no map of what a file could say"
    deep = 1
    for _ in range(20):
        deep = {"each": deep}
    for name, tools, why in (
        ("tools are a list", [], "`tools`: expected a map"),
        ("tools are null", None, f"`tools`: {no_map}"),
        ("tools are text", "shop.read", "`tools`: expected a map"),
        ("tools are a number", 5, "`tools`: expected a map"),
        ("a constraint is null", {"shop.read": {"args": {"id": None}}}, f"`tools`: {no_map}"),
        ("a constraint is nested beyond a file's", {"shop.read": {"args": {"id": deep}}}, f"`tools`: {no_map}"),
    ):
        yield one(name, why, tools=tools)
    for name, said, why in OF_ID:
        yield one(name, f"`tools.shop.read.args.id{why}", tools={"shop.read": {"args": {"id": said}}})
    for name, glob, why in OF_GLOB:
        yield one(
            f"a glob {name}",
            f"`tools.shop.read.args.note.like`: {why}",
            tools={"shop.read": {"args": {"note": {"like": glob}}}},
        )
    for name, said, why in OF_TOOL:
        yield one(name, f"`tools.shop.read.{why}", tools={"shop.read": said})
    many = {f"a{n}": 1 for n in range(65)}
    yield one("65 values", "more than 64 values", tools={"shop.read": {"args": many}})
    many = {"id": list(range(1, 66))}
    yield one("65 values of one list", "more than 64 values", tools={"shop.read": {"args": many}})
    many = {"note": {"like": ["a*"] * 9}}
    yield one("nine globs", "more than 8 globs", tools={"shop.read": {"args": many}})
    for name, said, why in (
        ("a list", [], "`budget`: expected `{calls, rows, bytes, sum}`"),
        ("null", None, f"`budget`: {no_map}"),
        ("zero", {"calls": 0}, "`budget.calls`: expected a whole number above zero"),
        ("of what nobody counts", {"calories": 5}, "`budget.calories`: unknown key `calories`"),
    ):
        yield one(f"its budget is {name}", why, budget=said)


OF_ID = (
    ("an unknown operator", {"regex": ".*"}, ".regex`: unknown key `regex`"),
    ("an operator of prototypes", {"__proto__": {"any": True}}, ".__proto__`: unknown key `__proto__`"),
    ("an operator that is not for numbers", {"like": "*"}, ".like`: `like` is of `string`"),
    ("an empty map", {}, "`: expected a constraint"),
    ("an empty list", [], "`: expected a list of values"),
    ("a text for a number", "seven", "`: expected a whole number below 2^53"),
    ("an unknown parameter", "$nothing", "`: the task has no parameter `$nothing`"),
    ("a range the wrong way", "9..1", "`: expected the lower end first"),
    ("a range of nothing", "..", "`: expected a range"),
    ("any that is no true", {"any": False}, ".any`: expected `true`"),
    ("any with more", {"any": True, "eq": 5}, ".eq`: `any` stands alone"),
    ("what is not there yet", {"from": ["goal"]}, ".from`: `from` is not available yet"),
    ("a huge number", "1" + "0" * 30, "`: expected a whole number below 2^53"),
)
OF_GLOB = (
    ("of nine stars", "*a" * 9, "expected at most 8 `*`"),
    ("of two stars together", "a**", "`**` is not a glob"),
    ("that escapes nothing", "a\\", "expected a character after `\\`"),
    ("beyond its length", "a" * 257, "expected a glob of at most 256 characters"),
)
OF_TOOL = (
    ("a key that a block may not say", {"rows": {"any": True, "why": "x"}}, "rows`: unknown key `rows`"),
    ("an argument that is not granted", {"args": {"secret": 1}}, "args.secret`: no argument `secret` is granted"),
    ("arguments that are a list", {"args": []}, "args`: expected a map"),
    ("a tool's budget of nothing", {"budget": {}}, "budget`: expected `{calls, rows, bytes, sum}`"),
    ("a tool's budget of zero", {"budget": {"calls": 0}}, "budget.calls`: expected a whole number above zero"),
    ("a tool's budget below zero", {"budget": {"calls": -1}}, "budget.calls`: expected a whole number above zero"),
    ("a tool's budget of true", {"budget": {"calls": True}}, "budget.calls`: expected a whole number above zero"),
    ("a sum of what is no number", {"budget": {"sum": {"note": 5}}}, "budget.sum.note`: `note` is no number"),
)
