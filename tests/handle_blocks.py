"""What an agent may write into a block of its own, to ask of a handle which of two values it stands for."""

from itertools import product

FIRST, SECOND = "ann@a.example", "bartholomew.b@b.example.org"
"""As unlike as two addresses are: in length, in letters, in host."""

CONSTRAINTS = (
    {"any": True},
    FIRST,
    [FIRST],
    [FIRST, "x"],
    {"eq": FIRST},
    {"in": [FIRST]},
    {"in": [FIRST, SECOND]},
    {"like": "ann@*"},
    {"like": ["a*", "*.org"]},
    {"like": "*"},
    {"minlen": 14},
    {"maxlen": 20},
    {"minlen": 1, "maxlen": 13},
    {"range": "..5"},
    "1..",
    {"email": {"domain": ["a.example"]}},
    {"email": {}},
    {"url": {"host": ["a.example"]}},
    {"path": {"under": "ann"}},
    {"each": FIRST},
    {"fields": {"a": FIRST}},
    {"minitems": 1},
    {"links": "none"},
    {"handle": ["email"]},
    {"handle": ["phone"]},
    {"handle": ["email"], "email": {"domain": ["a.example"]}},
    {"handle": ["email"], "maxlen": 20},
    {"handle": ["email"], "like": "a*"},
    {"handle": ["email"], "eq": FIRST},
    {"optional": True, "maxlen": 20},
    {"from": ["t.read.email"]},
    {"pattern": "^ann"},
    {"eq": "$address"},
    {"eq": "hdl-email-aaaaaaaaaaaaaaaaaaaaaaaaaa"},
    None,
    {},
)

BUDGETS = (
    *({"bytes": size} for size in (40, 60, 70, 80, 100)),
    {"rows": 1},
    {"calls": 1},
    {"subjects": 1},
    {"sum": {"t.write.to": 5}},
)


def _on_tools(one):
    return {"tools": {"t.read": {}, "t.write": {"args": {"to": one}}, "t.note": {"args": {"text": one}}}}


def _of_tool(budget):
    own = {key: {"to": value["t.write.to"]} if key == "sum" else value for key, value in budget.items()}
    return {"tools": {"t.read": {"budget": own}, "t.write": {"budget": own}, "t.note": {}}}


SHAPES = (
    *([_on_tools(one)] for one in CONSTRAINTS),
    *([_on_tools(a), _on_tools(b)] for a, b in product(({"handle": ["email"]}, {"any": True}), CONSTRAINTS[10:17])),
    *([{"budget": budget}] for budget in BUDGETS),
    *([_of_tool(budget)] for budget in BUDGETS),
    [{"tools": {"t.write": {"args": {"subject": {"maxlen": 3}}}}}],
    [{"tools": {}}],
    [],
)
"""Each is the blocks of one chain, from the first to the last."""

FEW = (
    *([_on_tools(one)] for one in (FIRST, {"like": "ann@*"}, {"maxlen": 20}, {"email": {"domain": ["a.example"]}})),
    *([_on_tools({"handle": ["email"], **more})] for more in ({"maxlen": 20}, {"email": {"domain": ["a.example"]}})),
    [_on_tools({"any": True}), _on_tools({"maxlen": 13})],
    [{"budget": {"bytes": 70}}],
    [_of_tool({"bytes": 80})],
)
"""One of each kind."""
