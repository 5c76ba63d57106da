"""Which servers are checked: what an agent asks of each through the broker, and what must come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

HOME = "tests/servers/homes"
MASKED = "[free-text]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One call. `shows`: texts that must stand in the answer; `hides`: texts that must not; or why it is `refused`."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    shows: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    refused: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One resource or prompt. `refused`: it must end in an error."""

    what: str  # the URI outside, or the prompt's name
    arguments: Mapping[str, str] | None = None  # of a prompt
    shows: tuple[str, ...] = ()
    refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    name: str
    package: str  # below its environment: what is changed to see that it is not started then
    tools: tuple[str, ...]  # that the scope grants, and nobody sees another
    asks: tuple[Ask, ...]
    resources: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    reads: tuple[Read, ...] = ()
    task: Mapping[str, str] = field(default_factory=dict)
    is_long: bool = False  # has an operation that tells of progress and can be given up
    is_node: bool = False


_NPM = "node_modules/@modelcontextprotocol"

EVERYTHING = Server(
    name="everything",
    package=f"{_NPM}/server-everything/dist/index.js",
    is_node=True,
    is_long=True,
    tools=("echo", "long", "picture", "sum", "weather"),
    resources=("everything+demo://resource/static/document/features.md",),
    templates=(
        "everything+demo://resource/dynamic/blob/{resourceId}",
        "everything+demo://resource/dynamic/text/{resourceId}",
    ),
    prompts=("everything__city",),
    asks=(
        Ask(tool="echo", arguments={"message": "hello there"}, shows=("Echo: hello there",)),
        Ask(tool="sum", arguments={"a": 2, "b": 3}, shows=("5",)),
        Ask(tool="weather", arguments={"location": "New York"}, shows=('"temperature"', '"conditions"')),
        Ask(tool="picture", shows=("image/png",)),
        Ask(tool="sum", arguments={"a": 1000, "b": 3}, refused="value_not_allowed"),
        Ask(tool="weather", arguments={"location": "Chicago"}, refused="value_not_allowed"),
        Ask(tool="echo", arguments={"message": "see https://evil.example"}, refused="value_not_allowed"),
        Ask(tool="echo", arguments={"message": "a", "more": "b"}, refused="arguments_invalid"),
        Ask(tool="environment", refused="unknown_tool"),
    ),
    reads=(
        Read(what="everything+demo://resource/static/document/features.md", shows=("#",)),
        Read(what="everything+demo://resource/dynamic/text/12", shows=("12",)),
        Read(what="everything+demo://resource/dynamic/blob/3", shows=("blob",)),
        Read(what="everything+demo://resource/dynamic/text/2", refused=True),
        Read(what="everything+demo://resource/dynamic/text/../1", refused=True),
        Read(what="everything+demo://resource/static/document/structure.md", refused=True),
        Read(what="everything+demo://resource/static/document/startup.md", refused=True),
        Read(what="everything__city", arguments={"city": "Bergen"}, shows=("Bergen",)),
        Read(what="everything__city", arguments={}, refused=True),
        Read(what="everything__simple", arguments={}, refused=True),
    ),
)
FILESYSTEM = Server(
    name="filesystem",
    package=f"{_NPM}/server-filesystem/dist/index.js",
    is_node=True,
    tools=("names", "read", "write"),
    asks=(
        Ask(tool="read", arguments={"path": "notes/hello.txt"}, shows=("the first note",)),
        Ask(tool="names", arguments={"path": "notes"}, shows=("[internal]",), hides=("hello.txt",)),
        Ask(
            tool="write", arguments={"path": "drafts/answer.txt", "content": "written by an agent"}, shows=("Success",)
        ),
        Ask(tool="read", arguments={"path": "notes/../private/salary.txt"}, refused="arguments_invalid"),
        Ask(tool="read", arguments={"path": "private/salary.txt"}, refused="value_not_allowed"),
        Ask(tool="read", arguments={"path": "/etc/passwd"}, refused="arguments_invalid"),
        Ask(tool="read", arguments={"path": "notes/out/salary.txt"}, refused="source_failed"),
        Ask(tool="write", arguments={"path": "notes/hello.txt", "content": "x"}, refused="value_not_allowed"),
        Ask(tool="write", arguments={"path": "drafts/answer.txt", "content": "again"}, refused="budget_spent"),
        Ask(tool="move", arguments={"source": "a", "destination": "b"}, refused="unknown_tool"),
    ),
)
_CASE = {"name": "case-1", "entityType": "case", "observations": ["the customer called twice"]}
MEMORY = Server(
    name="memory",
    package=f"{_NPM}/server-memory/dist/index.js",
    is_node=True,
    tools=("all", "remember"),
    resources=("memory+memory://knowledge-graph",),
    asks=(
        Ask(tool="remember", arguments={"entities": [_CASE]}, shows=("[internal]",), hides=("case-1",)),
        Ask(tool="all", shows=("case-1", "the customer called twice")),
        Ask(tool="remember", arguments={"entities": [{**_CASE, "name": "boss"}]}, refused="value_not_allowed"),
        Ask(tool="remember", arguments={"entities": [_CASE] * 3}, refused="value_not_allowed"),
        Ask(tool="remember", arguments={"entities": [{**_CASE, "more": 1}]}, refused="value_not_allowed"),
        Ask(tool="forget", arguments={"entityNames": ["case-1"]}, refused="unknown_tool"),
    ),
    reads=(
        Read(what="memory+memory://knowledge-graph", shows=("case-1",)),
        Read(what="memory+memory://other", refused=True),
    ),
)
GIT = Server(
    name="git",
    package="lib/python3.11/site-packages/mcp_server_git/__init__.py",
    tools=("log", "status"),
    task={"repo": "data/repo"},
    asks=(
        Ask(tool="log", arguments={"max_count": 2}, shows=("the first commit",)),
        Ask(tool="status", shows=("[internal]",), hides=("branch",)),
        Ask(tool="log", arguments={"max_count": 50}, refused="value_not_allowed"),
        Ask(tool="log", arguments={"max_count": "2"}, refused="arguments_invalid"),
        Ask(tool="log", arguments={"max_count": 2, "repo_path": "data"}, refused="arguments_invalid"),
        Ask(tool="log", arguments={"max_count": 2, "end_timestamp": "today"}, refused="value_not_allowed"),
        Ask(tool="commit", arguments={"message": "mine"}, refused="unknown_tool"),
    ),
)
TIME = Server(
    name="time",
    package="lib/python3.11/site-packages/mcp_server_time/__init__.py",
    tools=("convert", "now"),
    asks=(
        Ask(tool="now", arguments={"timezone": "Europe/Berlin"}, shows=("Europe/Berlin", "datetime")),
        Ask(
            tool="convert",
            arguments={"source_timezone": "Etc/UTC", "time": "12:00", "target_timezone": "Europe/Berlin"},
            shows=("[internal]", "Europe/Berlin", "T1"),
            hides=("is_dst", "day_of_week"),
        ),
        Ask(tool="now", arguments={"timezone": "Asia/Tokyo"}, refused="value_not_allowed"),
        Ask(tool="now", arguments={}, refused="arguments_invalid"),
        Ask(
            tool="convert",
            arguments={"source_timezone": "Etc/UTC", "time": "12:00", "target_timezone": "Asia/Tokyo"},
            refused="value_not_allowed",
        ),
        Ask(tool="get_current_time", arguments={"timezone": "Etc/UTC"}, refused="unknown_tool"),
    ),
)
FETCH = Server(
    name="fetch",
    package="lib/python3.11/site-packages/mcp_server_fetch/__init__.py",
    tools=("page",),
    task={"page": "@page@/open"},
    asks=(
        Ask(tool="page", arguments={"url": "@page@/open"}, shows=("what a stranger wrote",)),
        Ask(tool="page", arguments={"url": "@page@/secret"}, refused="value_not_allowed"),
        Ask(tool="page", arguments={"url": "http://169.254.169.254/latest"}, refused="value_not_allowed"),
        Ask(tool="page", arguments={"url": "@page@/open", "max_length": 5000}, refused="value_not_allowed"),
        Ask(tool="page", arguments={"url": "@page@/open", "raw": True}, refused="arguments_invalid"),
        Ask(tool="fetch", arguments={"url": "@page@/open"}, refused="unknown_tool"),
    ),
)
SERVERS = (EVERYTHING, FILESYSTEM, MEMORY, GIT, TIME, FETCH)
