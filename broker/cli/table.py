"""Every command by its name: where it lives, what it is for, and one example of it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple


class Command(NamedTuple):
    place: str  # module of this room, colon, function
    example: str
    about: str = ""  # for the root's list; a group's commands say it themselves


class Group(NamedTuple):
    about: str
    commands: Mapping[str, Command]


_GRANT: Final = (
    "broker grant support-refund --user maria --role support --agent helpdesk-1 --purpose refund --task ticket=42"
)
_BEARER: Final = (
    "broker bearer new ci --user maria --role analyst --agent analyst-1 --scope sales-questions"
    " --days 90 --why 'a client without keys'"
)

COMMANDS: Final[Mapping[str, Command | Group]] = MappingProxyType(
    {
        "init": Command(
            "init:init",
            "broker init my-broker",
            "Make a folder to start from: broker.toml, tools/, scopes/ and keys.",
        ),
        "serve": Command("serve:serve", "broker serve --port 8750", "Serve agents over MCP until SIGTERM or Ctrl-C."),
        "stdio": Command(
            "stdio:stdio",
            "broker stdio --url http://127.0.0.1:8750/mcp",
            "Connect an agent that speaks MCP over stdio to a broker that serves.",
        ),
        "demo": Command(
            "demo:demo", "broker demo --only analyst", "Watch agents work, and hijacked ones fail, in one minute."
        ),
        "grant": Command("grant:grant", _GRANT, "Open a task under a scope; the last line is its token."),
        "key": Command(
            "key:key",
            "broker key agent.key > agent.pub",
            "Make an agent's key, to which a token can be bound, or its secret; prints what others may know.",
        ),
        "task": Group(
            "Tasks: which are open, what became of them; refresh, suspend, resume or end one.",
            {
                "list": Command("task:list_", "broker task list --all"),
                "show": Command("task:show", "broker task show 5f3kq"),
                "refresh": Command("refresh:refresh", "broker task refresh 5f3kq --holder agent.pub"),
                "suspend": Command("task:suspend", "broker task suspend 5f3kq --why 'what is it doing there?'"),
                "resume": Command("task:resume", "broker task resume 5f3kq --why 'it was honest work'"),
                "end": Command("task:end", "broker task end 5f3kq --why 'ticket closed'"),
            },
        ),
        "bearer": Group(
            "Static tokens, for clients that can hold one word and nothing else.",
            {
                "new": Command("bearer:new", _BEARER),
                "list": Command("bearer:list_", "broker bearer list"),
            },
        ),
        "revoke": Command(
            "revoke:revoke",
            "broker revoke agent helpdesk-1 --why 'its key leaked'",
            "Take back for good: a token, a block, a task, an agent, a user, a static token, or all.",
        ),
        "freeze": Command(
            "freeze:freeze",
            "broker freeze source mail --why 'who sends these?'",
            "Put on hold at once: an agent, a source, a zone, or all; shows first what that stops.",
        ),
        "thaw": Command(
            "freeze:thaw", "broker thaw source mail --why 'found and mended'", "Let go on what was frozen."
        ),
        "keys": Group(
            "The keys that sign tokens: which there are, and another in their place.",
            {
                "list": Command("keys:list_", "broker keys list"),
                "rotate": Command("keys:rotate", "broker keys rotate --drop-old --why 'the backup was stolen'"),
                "wrap": Command("keys:wrap", "broker keys wrap"),
            },
        ),
        "dev-issuer": Command(
            "dev_issuer:dev_issuer",
            "broker dev-issuer --port 8760",
            "A login to try things with, on this machine alone: it says of anybody what it is asked to say.",
        ),
        "tools": Group("What an agent could be granted.", {"list": Command("tools:list_", "broker tools list")}),
        "pins": Group(
            "What MCP servers say of their tools: look at it, compare it, approve it.",
            {
                "list": Command("pins:list_", "broker pins list git"),
                "diff": Command("pins:diff", "broker pins diff git git_log"),
                "approve": Command("pins:approve", "broker pins approve git --only git_log"),
            },
        ),
        "sql": Group(
            "Databases: draft a source file from one, and prepare one for its source.",
            {
                "inspect": Command("sql_inspect:inspect", "broker sql inspect sqlite:///data/crm.db --out tools"),
                "check": Command(
                    "sql_check:check", "broker sql check --source shop --scope sales-analysis queries.jsonl"
                ),
                "grants": Command("sql:grants", "broker sql grants shop > shop.sql"),
            },
        ),
        "scopes": Group(
            "Who may do what: list it, read it, rehearse it.",
            {
                "list": Command("scopes:list_", "broker scopes list"),
                "show": Command("scopes:show", "broker scopes show support-refund"),
                "test": Command("scopes:rehearsed", "broker scopes test support-refund"),
            },
        ),
        "audit": Group(
            "The log: read it, check it, hand it over.",
            {
                "tail": Command("audit:tail", "broker audit tail -n 50 --follow"),
                "show": Command("audit:show", "broker audit show 17"),
                "verify": Command("audit:verify", "broker audit verify --json"),
                "export": Command("audit:export", "broker audit export /mnt/evidence/2026-11"),
            },
        ),
        "doctor": Command(
            "doctor:doctor", "broker doctor", "Is everything as it should be? Each thing that is not has its mend."
        ),
        "schema": Command(
            "schema:schema",
            "broker schema scope > scope.schema.json",
            "Print the JSON Schema of a kind of file, for your editor.",
        ),
    }
)
