"""Blocks that are well signed and not well made: what agents could write to see what happens."""

from tests.token_chains import POOL, ROOT, TOOLS, block, opened, permitted
from tests.vectors.tokens.hand import BLOCK_HEAD, block_claims, signed, text


def nested(depth, value="x", key="each"):
    for _ in range(depth):
        value = {key: value}
    return value


JUNK = (
    *(None, True, False, 0, -1, 1.5, 1e308, -0.0, 5e-324, 2**53 - 1, 2**53, 10**30, 10**400),
    *("", " ", "x" * 5000, "\x00", "\u202e", "\ud800", "\U0001f600", "..", "1..", "$ticket", "$", "*" * 200, "\\"),
    *(
        "1e400",
        "NaN",
        "Infinity",
        "__proto__",
        "crm.read",
        "constructor",
        "0x10",
        "\u0661..\u0662",
        "1_0",
        "+1",
        "true",
        "null",
    ),
    *([], [[]], [None], [[[["x"]]]], ["*a" * 9], ["a"] * 65, [{}], [True, 1, 1.0, "1"]),
    *({}, {"": {}}, {"__proto__": {"any": True}}, {"any": True}, {"any": "true"}, {"any": True, "eq": 1}, {"é": 1}),
    *(
        {"regex": ".*"},
        {"eq": {}},
        {"in": []},
        {"range": "9..1"},
        {"like": "**"},
        {"handle": ["email"]},
        {"handle": []},
    ),
    *({"fields": {}}, {"each": {}}, {"optional": True}, {"links": "any"}, {"sum": {"amount": 1}}, {"calls": 1e400}),
    *(nested(11), nested(12), nested(500), nested(40, key="fields"), nested(9, [[]] * 3)),
    *({f"k{n}": n for n in range(65)}, {f"k{n}": {"any": True} for n in range(900)}),
)
NUMBERS = ("1e400", "-1e400", "NaN", "Infinity", "1" + "0" * 3000, "0.1e-9999", "-0")


def places(value, path=()):
    """Every place in a block where something could stand instead."""
    yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*path, name))
    if isinstance(value, list):
        for at, inner in enumerate(value):
            yield from places(inner, (*path, at))


def put(value, path, junk):
    if not path:
        return junk
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = put(copy[path[0]], path[1:], junk)
    return copy


def malformed(draw):
    """(what was written, a token of the root and one such block)."""
    said = {**block_claims(ROOT, 1), "tools": {"crm.read": {"args": {"id": "1..50"}}}, **block(draw).claims}
    kind = draw.randrange(4)
    if kind == 0:  # something else in a place
        path = draw.choice([path for path in places(said) if path])
        written = text(put(said, path, draw.choice(JUNK)))
    elif kind == 1:  # something more
        path = draw.choice([path for path in places(said) if isinstance(at(said, path), dict)])
        key = draw.choice(["__proto__", "é", "", "x" * 3000, "any", "rows", "tools", "delegate", "nbf", "\ud800"])
        written = text(put(said, path, {**at(said, path), key: draw.choice(JUNK)}))
    elif kind == 2:  # something less
        path = draw.choice([path for path in places(said) if path and isinstance(at(said, path[:-1]), dict)])
        inner = {name: one for name, one in at(said, path[:-1]).items() if name != path[-1]}
        written = text(put(said, path[:-1], inner))
    else:  # a number that no reader of JSON would write
        path = draw.choice([path for path in places(said) if path])
        written = text(put(said, path, "@@")).replace('"@@"', draw.choice(NUMBERS))
    return written, f"{ROOT}~{signed(BLOCK_HEAD, written.encode('utf-8', 'surrogatepass'), 'holder 0')}"


def at(value, path):
    for step in path:
        value = value[step]
    return value


CALLS = tuple(
    (name, {of: POOL[of][n % len(POOL[of])] for of in TOOLS.get(name, {})})
    for name in (*TOOLS, "crm.drop")
    for n in range(1, 13)
)
WITHIN = tuple(one for one in CALLS if permitted(opened(ROOT), *one, lambda *_: 0))


def wider(token):
    """The calls that it permits and its root does not. Whatever it is, reading it must not raise."""
    grant = opened(token)
    return [one for one in CALLS if one not in WITHIN and permitted(grant, *one, lambda *_: 0)]
