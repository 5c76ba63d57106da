"""Every key of scope and case files, once: parsers refuse what is not here, and editors' schemas are made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Key:
    """`form`: a shape in `schemas`. `later`: understood, and refused until it is built. `of`: a key of other kinds.

    `instead`: another key that may stand where this one is required.
    """

    form: str
    about: str
    required: bool = False
    later: bool = False
    of: str = ""
    instead: str | None = None


Table = Mapping[str, Key]


def table(**keys: Key) -> Table:
    return MappingProxyType({name.rstrip("_"): key for name, key in keys.items()})


SCOPE: Final = table(
    scope=Key("slug", "the file's name", required=True),
    why=Key("text", "what the work is", required=True),
    for_=Key("for", "who: roles, agents and purposes", required=True),
    task=Key("task", "the task's parameters"),
    when=Key("when", "under which circumstances"),
    expires=Key("duration", "how long a token lives", required=True),
    lifetime=Key("duration", "how long a task lives; 8h where it is absent"),
    zones=Key("slugs", "every zone that its tools lie in"),
    seal=Key("true", "a bearer token may be given"),
    delegate=Key("depth", "how many blocks may stand below the root: 0 to 7; 0 where it is absent"),
    unproven=Key("any", "what an unmet `from` gives", later=True),
    tools=Key("grants", "what may be called", required=True),
    mask=Key("mask", "class: purpose: action, with `else`"),
    flow=Key("any", "what may not flow where", later=True),
    budget=Key("budget", "limits of the whole task", required=True),
    ceiling=Key("ceiling", "limits over all tasks"),
    resources=Key("resource_grants", "which resources may be read"),
    prompts=Key("prompt_grants", "which prompts may be used"),
)

FOR: Final = table(
    roles=Key("slugs", "roles of the user", required=True),
    agents=Key("texts", "globs over registered agents", required=True),
    purposes=Key("slugs", "what the data may be used for", required=True),
)

LOOKUP: Final = table(
    lookup=Key("toolref", "the tool that gives the value", required=True),
    key=Key("param", "the parameter that fills its argument", required=True),
)

WHEN: Final = table(
    hours=Key("text", "`07:00..20:00 Europe/Berlin mon-fri`"),
    device=Key("any", "the device's state", later=True),
    network=Key("any", "where the caller is", later=True),
    region=Key("any", "where the caller is", later=True),
    risk=Key("any", "the caller's risk score", later=True),
)

GRANT: Final = table(
    args=Key("constraints", "what each argument may be"),
    rows=Key("rows", "whose rows"),
    approve=Key("any", "who must say yes", later=True),
    budget=Key("grant_budget", "limits of this tool in one task"),
    media=Key("media", "`image`, `audio` or `blob` in results"),
)

RESOURCE_GRANT: Final = table(
    any=Key("true", "wherever its template leads"),
    uri=Key("globs", "globs over its own URI"),
    media=Key("media", "`blob`, `image` or `audio` in what is read"),
)

PROMPT_GRANT: Final = table(
    any=Key("true", "with whatever arguments it takes", required=True),
    media=Key("media", "`image`, `audio` or `blob` in its messages"),
)

ROWS_ANY: Final = table(
    any=Key("true", "every row", required=True),
    why=Key("text", "why every row", required=True),
)

GRANT_BUDGET: Final = table(
    calls=Key("count", "how many calls"),
    rows=Key("count", "how many rows"),
    subjects=Key("count", "how many people's data"),
    bytes=Key("count", "how many bytes"),
    sum=Key("sums", "argument: the most that its values may add up to"),
)

# No `subjects`: by a limit of its own an agent could ask which of the rows that it sees masked are one person's.
BLOCK_BUDGET: Final = MappingProxyType({name: key for name, key in GRANT_BUDGET.items() if name != "subjects"})

BLOCK_TOOL: Final = table(
    args=Key("constraints", "argument: constraint"),
    budget=Key("block_budget", "limits of this tool alone"),
)

BUDGET: Final = MappingProxyType({**GRANT_BUDGET, "calls": Key("count", "how many calls", required=True)})

CEILING: Final = table(
    per=Key("per", "whose calls it adds up", required=True),
    window=Key("duration", "how far back it counts", required=True),
    calls=Key("count", "how many calls"),
    sum=Key("sums", "`source.tool.argument`: the most that its values may add up to"),
)

CONSTRAINT: Final = table(
    any=Key("true", "whatever the tool's schema allows"),
    eq=Key("scalar", "equals"),
    in_=Key("scalars", "one of"),
    range=Key("text", "a number from..to"),
    like=Key("globs", "a text that a glob matches"),
    minlen=Key("count0", "the least length"),
    maxlen=Key("count0", "the greatest length"),
    minitems=Key("count0", "the fewest items"),
    maxitems=Key("count0", "the most items"),
    each=Key("constraint", "what each item may be"),
    fields=Key("constraints", "what each field may be; a field not named is denied"),
    email=Key("email", "an address at one of these hosts"),
    url=Key("url", "a URL of these parts"),
    path=Key("path", "a path inside a folder"),
    from_=Key("any", "who may have said the value", later=True),
    derived=Key("any", "how the value was made", later=True),
    handle=Key("slugs", "only a handle of one of these classes"),
    links=Key("links", "`none`"),
    optional=Key("bool", "the argument may be absent"),
    type=Key("param_type", "of a task parameter: `integer`, `number` or `text`"),
)

EMAIL: Final = table(domain=Key("texts", "hosts", required=True))

URL: Final = table(
    scheme=Key("text_or_texts", "`https` where it is absent"),
    host=Key("text_or_texts", "hosts"),
    port=Key("ports", "ports"),
    path=Key("globs", "globs over the path"),
)

PATH: Final = table(under=Key("text", "a folder", required=True))

CASES: Final = table(cases=Key("cases", "calls, and what becomes of each", required=True))

CASE: Final = table(
    name=Key("text", "what it shows", required=True),
    roles=Key("slugs", "roles of the user", required=True),
    agent=Key("text", "the agent's name", required=True),
    purpose=Key("slug", "one purpose", required=True),
    task=Key("values", "the task's parameters, looked up ones too"),
    at=Key("text", "when: 2026-11-24T10:00+01:00"),
    seen=Key("seen", "results that came before"),
    call=Key("toolref", "the tool", required=True),
    args=Key("values", "its arguments"),
    expect=Key("expect", "`permit`, `ask` or `deny`", required=True),
    reason=Key("reason", "why it is denied"),
)

SEEN: Final = table(
    tool=Key("toolref", "the tool", required=True),
    result=Key("any", "what it gave", required=True),
)
