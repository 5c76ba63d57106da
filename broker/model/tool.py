"""A tool as the broker must know it in order to decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from broker.model.label import Json, Leaf


class Effect(StrEnum):
    """What a tool does to the world."""

    READ = "read"
    WRITE = "write"
    SEND = "send"  # reaches a person or system outside
    MONEY = "money"
    DELETE = "delete"
    EXECUTE = "execute"
    REMEMBER = "remember"  # feeds a memory or knowledge base


class Face(StrEnum):
    """What an agent meets it as. One name of a source is one thing: a tool, a resource or a prompt."""

    TOOL = "tool"
    RESOURCE = "resource"
    PROMPT = "prompt"


class Policy(StrEnum):
    """How the text of an argument is canonicalised and what it may hold."""

    IDENTIFIER = "identifier"
    TOKEN = "token"  # noqa: S105 - a kind of text, no secret
    TEXT = "text"
    PATH = "path"
    URL = "url"
    EMAIL = "email"
    CODE = "code"


class State(StrEnum):
    """Where in its life a source is. Draft and retired: unknown to agents; deprecated: no new tasks."""

    DRAFT = "draft"
    ACTIVE = "active"
    DEPRECATED = "deprecated"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument that an agent may set."""

    schema: Mapping[str, Json]  # JSON Schema of one value
    required: bool
    policy: Policy | None  # of a text, or of the texts in an array; None where there is no text
    handles: frozenset[str]  # classes whose handles this argument can take


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """What an adapter's load-time compiler found out about one tool."""

    arguments: frozenset[str]  # every parameter that the tool's definition uses
    leaves: Mapping[str, Leaf]  # path -> leaf; writers as declared
    effects: frozenset[Effect]  # what the definition itself shows it does, for the cross-check
    owned: frozenset[str]  # the tables it reads that lead to a subject: a grant must say `rows`
    max_rows: int
    definition: str  # all that decides what runs, for the pin
    derived: Mapping[str, Argument] | None = None  # its arguments by its own definition, where the file names none
    dialect: Mapping[str, Json] = field(default_factory=dict)  # root keywords that derived schemas lean on: `$defs`
    blocks: bool = False  # its result is text and media in turn, not one JSON object
    uri: str | None = None  # of a resource: its own URI, or a template with `{name}`
    mime: str | None = None  # of a resource, as its definition says
    about: str = ""  # what its own definition says of it, where the file says nothing
    free: bool = False  # which columns its result has, and of which class, is the call's own doing


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpinned:
    """A definition that nobody has approved: it is left out, and the admin reads why."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolSpec:
    name: str  # source.tool
    description: str
    effects: frozenset[Effect]
    arguments: Mapping[str, Argument]  # what an agent may set
    authority: frozenset[str]  # arguments that decide who or what is reached
    bind: Mapping[str, str]  # argument -> task parameter or "principal"; filled by the broker, never shown
    leaves: Mapping[str, Leaf]
    owned: frozenset[str]
    zone: str
    region: str | None
    external: bool
    risk: str  # low | medium | high
    owner: str
    review_by: date
    state: State
    timeout: float  # seconds
    max_bytes: int
    max_rows: int
    open_why: str | None  # why a lookup by it needs no principal
    canary: bool  # nobody honest calls it
    guesses: int | None  # how often a task may call it, where a masked column can be asked about; None: it cannot
    pin: str  # hex SHA-256 of the whole definition
    face: Face = Face.TOOL
    dialect: Mapping[str, Json] = field(default_factory=dict)  # see Compiled
    blocks: bool = False
    uri: str | None = None
    mime: str | None = None
    free: bool = False  # see Compiled

    @property
    def source(self) -> str:
        return self.name.partition(".")[0]

    @property
    def has_effect(self) -> bool:
        return self.effects != {Effect.READ}

    @property
    def is_sink(self) -> bool:
        return self.has_effect or self.external


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """What does not fit in a definition, at a path of keys inside the tool (or, with `of_source`, the source)."""

    path: tuple[str, ...]
    expected: str
    mend: str = ""
    of_source: bool = False
