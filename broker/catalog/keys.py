"""Every key of every file, once: parsers refuse what is not here, and editors' schemas are made from it."""

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


def _table(**keys: Key) -> Table:
    return MappingProxyType({name.rstrip("_"): key for name, key in keys.items()})


SOURCE: Final = _table(
    source=Key("name", "the folder's name", required=True),
    kind=Key("kind", "`sql`", required=True),
    description=Key("text", "what agents and admins read of it", required=True),
    owner=Key("slug", "who answers for it", required=True),
    risk=Key("risk", "`low`, `medium` or `high`", required=True),
    review_by=Key("date", "YYYY-MM-DD, when somebody looks at it again", required=True),
    state=Key("state", "`draft`, `active`, `deprecated` or `retired`", required=True),
    zone=Key("slug", "micro-segment; `default` where it is absent"),
    region=Key("slug", "where the source lies; absent: unknown"),
    boundary=Key("boundary", "`internal` or `external`"),
    trust=Key("trust", "`internal` or `untrusted`, the default"),
    timeout=Key("duration", "how long a call may take; 10s where it is absent"),
    max_bytes=Key("count", "the largest result; 1 MiB where it is absent"),
    tools=Key("tools", "tools by name", required=True),
)

SQL_SOURCE: Final = _table(
    url=Key("text", "`sqlite:///path` or `postgresql://...`; takes `${NAME}`", required=True),
    tables=Key("tables", "every readable column with its class", required=True),
    subject=Key("text", "`table.column`: whose data this is"),
    owner_key=Key("owner_key", "how each table leads to the subject"),
)

OF_OTHER_SOURCES: Final = _table(
    resources=Key("any", "resources of an MCP server", later=True),
    prompts=Key("any", "prompts of an MCP server", later=True),
    vendor=Key("any", "who runs it", of="`mcp` or `openapi`"),
    document=Key("any", "an OpenAPI document", of="`openapi`"),
    base_url=Key("any", "where the API is", of="`openapi`"),
    auth=Key("any", "credentials", of="`openapi` or `mcp`"),
    command=Key("any", "what runs the server", of="`mcp`"),
    env=Key("any", "its environment", of="`mcp`"),
    cwd=Key("any", "its folder", of="`mcp`"),
    integrity=Key("any", "its hash", of="`mcp`"),
    package=Key("any", "an installed package", of="`python`"),
)

OF_OTHER_TOOLS: Final = _table(
    operation=Key("any", "an operation", of="`openapi`"),
    upstream=Key("any", "the server's own name of it", of="`mcp`"),
    call=Key("any", "a function", of="`python`"),
)

TOOL: Final = _table(
    description=Key("text", "what agents read of it", required=True),
    effect=Key("effects", "`read`, `write`, `send`, `money`, `delete`, `execute` or `remember`", required=True),
    why=Key("text", "why the effect is softer than the definition shows"),
    args=Key("arguments", "what an agent may set"),
    authority=Key("authority", "arguments that decide who or what is reached, or `none`"),
    bind=Key("bind", "parameters that the broker fills, from the task or `$principal`"),
    returns=Key("leaves", "class of each column that comes from no table"),
    format=Key("format", "`json`: rows are JSON"),
    idempotency=Key("name", "the parameter that takes the same key for the same call"),
    timeout=Key("duration", "how long a call may take"),
    max_bytes=Key("count", "the largest result"),
    canary=Key("true", "nobody honest calls it"),
    open=Key("text", "why a lookup by it needs no principal"),
)

SQL_TOOL: Final = _table(
    sql=Key("text", "the file that holds the statement", required=True, instead="select"),
    select=Key("any", "the agent's own SELECT", later=True),
    max_rows=Key("count", "the most rows it may give"),
    max_affected=Key("count", "the most rows it may change"),
    probe=Key("count", "how often a masked column may be asked about"),
)

ARGUMENT: Final = _table(
    type=Key("json_type", "a type of JSON Schema", required=True),
    minimum=Key("dec", "the least number"),
    maximum=Key("dec", "the greatest number"),
    minLength=Key("count0", "the least length"),
    maxLength=Key("count0", "the greatest length"),
    enum=Key("scalars", "the only values"),
    items=Key("argument", "what each item of an array is"),
    properties=Key("arguments", "the fields of an object"),
    required=Key("bool", "`false` where an agent may leave it out"),
    format=Key("json_format", "a format of JSON Schema, as a note"),
    policy=Key("policy", "what its text is: `text`, `identifier`, `token`, `path`, `url`, `email` or `code`"),
    handle=Key("slugs", "classes whose handles it takes"),
)

LEAF: Final = _table(
    class_=Key("slug", "what the value is", required=True),
    writer=Key("writer", "who can write it"),
    confirms=Key("bool", "that the source gives it back means that it is true"),
    subject=Key("bool", "it names whose data the row is"),
)

SCOPE: Final = _table(
    scope=Key("slug", "the file's name", required=True),
    why=Key("text", "what the work is", required=True),
    for_=Key("for", "who: roles, agents and purposes", required=True),
    task=Key("task", "the task's parameters"),
    when=Key("when", "under which circumstances"),
    expires=Key("duration", "how long a token lives", required=True),
    lifetime=Key("duration", "how long a task lives; 8h where it is absent"),
    zones=Key("slugs", "every zone that its tools lie in"),
    seal=Key("true", "a bearer token may be given"),
    delegate=Key("any", "blocks below the root", later=True),
    unproven=Key("any", "what an unmet `from` gives", later=True),
    tools=Key("grants", "what may be called", required=True),
    mask=Key("mask", "class: purpose: action, with `else`"),
    flow=Key("any", "what may not flow where", later=True),
    budget=Key("budget", "limits of the whole task", required=True),
    ceiling=Key("ceiling", "limits over all tasks"),
    resources=Key("any", "resources of a source", later=True),
    prompts=Key("any", "prompts of a source", later=True),
)

FOR: Final = _table(
    roles=Key("slugs", "roles of the user", required=True),
    agents=Key("texts", "globs over registered agents", required=True),
    purposes=Key("slugs", "what the data may be used for", required=True),
)

LOOKUP: Final = _table(
    lookup=Key("toolref", "the tool that gives the value", required=True),
    key=Key("param", "the parameter that fills its argument", required=True),
)

WHEN: Final = _table(
    hours=Key("text", "`07:00..20:00 Europe/Berlin mon-fri`"),
    device=Key("any", "the device's state", later=True),
    network=Key("any", "where the caller is", later=True),
    region=Key("any", "where the caller is", later=True),
    risk=Key("any", "the caller's risk score", later=True),
)

GRANT: Final = _table(
    args=Key("constraints", "what each argument may be"),
    rows=Key("rows", "whose rows"),
    approve=Key("any", "who must say yes", later=True),
    budget=Key("grant_budget", "limits of this tool in one task"),
    media=Key("media", "`image`, `audio` or `blob` in results"),
)

ROWS_ANY: Final = _table(
    any=Key("true", "every row", required=True),
    why=Key("text", "why every row", required=True),
)

GRANT_BUDGET: Final = _table(
    calls=Key("count", "how many calls"),
    rows=Key("count", "how many rows"),
    subjects=Key("count", "how many people's data"),
    bytes=Key("count", "how many bytes"),
    sum=Key("sums", "argument: the most that its values may add up to"),
)

BUDGET: Final = MappingProxyType({**GRANT_BUDGET, "calls": Key("count", "how many calls", required=True)})

CEILING: Final = _table(
    per=Key("per", "`principal`", required=True),
    window=Key("duration", "how far back it counts", required=True),
    calls=Key("count", "how many calls"),
    sum=Key("sums", "`source.tool.argument`: the most that its values may add up to"),
)

CONSTRAINT: Final = _table(
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

EMAIL: Final = _table(domain=Key("texts", "hosts", required=True))

URL: Final = _table(
    scheme=Key("text_or_texts", "`https` where it is absent"),
    host=Key("text_or_texts", "hosts"),
    port=Key("ports", "ports"),
    path=Key("globs", "globs over the path"),
)

PATH: Final = _table(under=Key("text", "a folder", required=True))

CASES: Final = _table(cases=Key("cases", "calls, and what becomes of each", required=True))

CASE: Final = _table(
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

SEEN: Final = _table(
    tool=Key("toolref", "the tool", required=True),
    result=Key("any", "what it gave", required=True),
)
