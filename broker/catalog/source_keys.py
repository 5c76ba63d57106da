"""Every key of source files, once, and which of them each kind of source takes."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Final

from broker.catalog.keys import Key, Table, table

SOURCE: Final = table(
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

SQL_SOURCE: Final = table(
    url=Key("text", "`sqlite:///path` or `postgresql://...`; takes `${NAME}`", required=True),
    password=Key("ref", "where PostgreSQL's password is kept"),
    tables=Key("tables", "every readable column with its class", required=True),
    subject=Key("text", "`table.column`: whose data this is"),
    owner_key=Key("owner_key", "how each table leads to the subject"),
)

MCP_SOURCE: Final = table(
    vendor=Key("vendor", "who made it, and whom to ask", required=True),
    command=Key("texts", "what runs the server, word by word", required=True, instead="url"),
    env=Key("refs", "its environment: names, and where each value is kept"),
    cwd=Key("text", "its folder; that of `broker.toml` where it is absent"),
    integrity=Key("text", "SHA-256 of what runs, as `broker pins list` prints it"),
    url=Key("text", "where a server on the network is; takes `${NAME}`", required=True, instead="command"),
    auth=Key("auth", "how the broker shows who it is"),
    resources=Key("faces", "resources that may be granted"),
    prompts=Key("faces", "prompts that may be granted"),
)

PYTHON_SOURCE: Final = table(
    package=Key("text", "the installed package whose functions are called", required=True),
)

OPENAPI_SOURCE: Final = table(
    document=Key("any", "an OpenAPI document"),
    base_url=Key("any", "where the API is"),
)

VENDOR: Final = table(
    name=Key("text", "its maker", required=True),
    contract=Key("text", "what it is used under"),
    contact=Key("text", "whom to ask"),
    region=Key("slug", "where it keeps what it is sent"),
)

AUTH: Final = table(
    kind=Key("auth_kind", "`bearer`, `basic` or `header`", required=True),
    token=Key("ref", "of `bearer`"),
    user=Key("ref", "of `basic`"),
    password=Key("ref", "of `basic`"),
    name=Key("text", "of `header`: its name"),
    value=Key("ref", "of `header`: what stands in it"),
)

FACE: Final = table(
    upstream=Key("text", "the server's own name of a prompt, or the URI or template of a resource", required=True),
    class_=Key("slug", "what its text is", required=True),
    writer=Key("writer", "who can write it"),
)

TOOL: Final = table(
    description=Key("text", "what agents read of it", required=True),
    effect=Key("effects", "`read`, `write`, `send`, `money`, `delete`, `execute` or `remember`", required=True),
    why=Key("text", "why the effect is softer than the definition shows"),
    args=Key("arguments", "what an agent may set; for `mcp`, what the approved definition says where it is absent"),
    authority=Key("authority", "arguments that decide who or what is reached, or `none`"),
    bind=Key("bind", "parameters that the broker fills, from the task or `$principal`"),
    returns=Key("leaves", "class of each column that comes from no table, or of each path of a result"),
    format=Key("format", "what its text is: `json`, `yaml`, `csv`, `table` or `text`"),
    idempotency=Key("name", "the parameter that takes the same key for the same call"),
    timeout=Key("duration", "how long a call may take"),
    max_bytes=Key("count", "the largest result"),
    canary=Key("true", "nobody honest calls it"),
    open=Key("text", "why a lookup by it needs no principal"),
)

SQL_TOOL: Final = table(
    sql=Key("text", "the file that holds the statement", required=True, instead="select"),
    select=Key("select", "the agent's own SELECT over some of the tables", required=True, instead="sql"),
    max_rows=Key("count", "the most rows it may give"),
    max_affected=Key("count", "the most rows it may change"),
    probe=Key("count", "how often a masked column may be asked about"),
)

SELECT: Final = table(
    tables=Key("texts", "tables that it may read", required=True),
    max_rows=Key("count", "the most rows it may give"),
    timeout=Key("duration", "how long a query may take"),
)

MCP_TOOL: Final = table(
    upstream=Key("text", "the server's own name of it", required=True),
)

PYTHON_TOOL: Final = table(
    call=Key("text", "`module:function`", required=True),
)

OPENAPI_TOOL: Final = table(
    operation=Key("any", "an operation"),
)

ARGUMENT: Final = table(
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

LEAF: Final = table(
    class_=Key("slug", "what the value is", required=True),
    writer=Key("writer", "who can write it"),
    confirms=Key("bool", "that the source gives it back means that it is true"),
    subject=Key("bool", "it names whose data the row is"),
)

SOURCES: Final = MappingProxyType(
    {"sql": SQL_SOURCE, "mcp": MCP_SOURCE, "python": PYTHON_SOURCE, "openapi": OPENAPI_SOURCE}
)
TOOLS: Final = MappingProxyType({"sql": SQL_TOOL, "mcp": MCP_TOOL, "python": PYTHON_TOOL, "openapi": OPENAPI_TOOL})


def of_source(kind: str) -> Table:
    """What a source of this kind may say; a key of another kind is known for one."""
    return _of(kind, SOURCE, SOURCES)


def of_tool(kind: str) -> Table:
    return _of(kind, TOOL, TOOLS)


def _of(kind: str, common: Table, kinds: MappingProxyType[str, Table]) -> Table:
    own = kinds.get(kind, {})
    others: dict[str, Key] = {}
    for name, table_ in kinds.items():
        for word, key in table_.items():
            home = f"`{name}`" if word not in others else f"{others[word].of} or `{name}`"
            others[word] = replace(key, of=home, required=False)
    return MappingProxyType({**others, **common, **own})
