"""Which clients are checked, from which environment each runs, and what each of them cannot do."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples" / "agents"
ERAS = {"legacy": "2025-11-25", "modern": "2026-07-28"}
BOTH, OLDER, NEWER = ("modern", "legacy"), ("legacy",), ("modern",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One of other people's clients, and the program that speaks through it."""

    name: str
    environment: str  # of `requirements/`, or a folder of `npm/`
    program: str
    eras: tuple[str, ...]
    ways: tuple[str, ...] = ("oauth", "stdio")
    says_protocol: bool = True
    unknown: str = "error"  # how a tool that is not there ends: see `story.Answer`; absent: the client asks for none
    cannot: tuple[tuple[str, str, str, str], ...] = ()  # (era, way, step, why)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A program of `examples/agents/`, on the demo's shop."""

    name: str
    environment: str
    program: str
    calls: tuple[tuple[str, str], ...]  # (tool, how it ends on record), in order
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One client, one era, one way in."""

    of: Client | Example
    era: str
    way: str  # over HTTP by "oauth" or with a "static" token; with a granted one by "stdio", or by "http" (examples)

    @property
    def cannot(self) -> dict[str, str]:
        """Step -> why this client cannot take it this way."""
        ways = self.of.cannot if isinstance(self.of, Client) else ()
        return {step: why for era, way, step, why in ways if (era, way) == (self.era, self.way)}


_NO_CANCEL = "killed, it tells nobody; in the older protocol a lost connection cancels nothing"
_REFUSED = ("pay.refund", "value_not_allowed")
_READ = ("shop.ticket_read", "served")
_HINT = "`amount` is outside what this task may do; tools/list shows the limits"

CLIENTS = (
    Client(name="mcp 2", environment="mcp-2", program="mcp_2.py", eras=BOTH, ways=("oauth", "static", "stdio")),
    Client(name="mcp 1", environment="mcp-1", program="mcp_1.py", eras=OLDER),
    Client(name="client 2 (npm)", environment="client-2", program="client_2.mjs", eras=BOTH),
    Client(name="sdk 1 (npm)", environment="sdk-1", program="sdk_1.mjs", eras=OLDER),
    Client(
        name="inspector (npm)",
        environment="inspector",
        program="inspector.mjs",
        eras=BOTH,
        ways=("static", "stdio"),  # its command line sends headers, and asks for no token
        says_protocol=False,
        unknown="absent",
        cannot=(("legacy", "static", "cancel", _NO_CANCEL),),
    ),
    Client(name="fastmcp", environment="fastmcp", program="fastmcp_4.py", eras=BOTH),
    Client(name="pydantic-ai", environment="pydantic-ai", program="pydantic_ai_2.py", eras=BOTH, unknown="refused"),
    Client(name="openai-agents", environment="openai-agents", program="openai_agents.py", eras=NEWER),
    Client(
        name="langchain-mcp-adapters",
        environment="langchain",
        program="langchain_mcp.py",
        eras=OLDER,
        says_protocol=False,
        unknown="absent",
    ),
)

EXAMPLE_PROGRAMS = (
    Example(
        name="support.py",
        environment="mcp-2",
        program="support.py",
        calls=(_READ, ("shop.orders_of_customer", "served"), ("mail.send", "served")),
        says=("tools: mail__send, pay__refund, shop__orders_of_customer, shop__ticket_read", "hdl-email-"),
    ),
    Example(
        name="pydantic_ai_agent.py",
        environment="pydantic-ai",
        program="pydantic_ai_agent.py",
        calls=(_READ, _REFUSED),
        says=("tools: mail__send, pay__refund, shop__orders_of_customer, shop__ticket_read", _HINT, "I may not"),
    ),
    Example(
        name="langgraph_agent.py",
        environment="langchain",
        program="langgraph_agent.py",
        calls=(_READ, _REFUSED),
        says=("tools: mail__send, pay__refund, shop__orders_of_customer, shop__ticket_read", _HINT, "I may not"),
    ),
)


def runs(only: list[str]) -> Iterator[Run]:
    """All of them, or those whose client's name has one of `only` in it."""
    for of in (*CLIENTS, *EXAMPLE_PROGRAMS):
        if only and not any(part in of.name for part in only):
            continue
        if isinstance(of, Client):
            yield from (Run(of=of, era=era, way=way) for way in of.ways for era in of.eras)
        else:
            yield Run(of=of, era="", way="http")
