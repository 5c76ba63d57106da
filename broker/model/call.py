"""A call: as it arrived, once we know who speaks, and once its arguments are canonical."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from broker.model.chain import Credential
from broker.model.grant import Grant, GrantedTool
from broker.model.label import Json
from broker.model.tool import Face


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Nothing in it is trusted yet."""

    id: str  # ours, fresh
    tool: str  # toolref, as it was named
    arguments: Mapping[str, Json] = field(repr=False)
    credential: Credential
    face: Face = Face.TOOL  # what it was asked for as


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request whose speaker is known."""

    id: str
    grant: Grant
    tool: str
    arguments: Mapping[str, Json] = field(repr=False)
    face: Face = Face.TOOL
    is_lookup: bool = False  # made by the broker while a task opens; its one value becomes a parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleRef:
    """What a handle stands for, without the value."""

    handle: str
    kind: str  # class
    origin: str  # toolref.path it came from


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A call to a granted tool with canonical arguments that fit its narrowed schema."""

    call: Call
    tool: GrantedTool
    arguments: Mapping[str, Json] = field(repr=False)  # canonical; handles as their text
    handles: Mapping[str, HandleRef]  # argument -> the handle it holds, not opened
    digest: str  # hex SHA-256 over pin, scope revision, task and canonical arguments: what "identical call" means
