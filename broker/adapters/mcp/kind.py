"""Compiles `kind: mcp`: what an admin approved of a server is all of it that exists; it is not started for that."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import anyio
import orjson

from broker.adapters.mcp import result, schema
from broker.adapters.mcp.runs import Runs
from broker.adapters.mcp.server import Server
from broker.adapters.mcp.tool import Asked, McpTool
from broker.adapters.mcp.upstream import Upstream
from broker.adapters.mcp.way import way
from broker.catalog import pins
from broker.catalog.pins import Definition, Pins
from broker.leaves.forms import Form
from broker.model.label import Json, Leaf
from broker.model.tool import Argument, Compiled, Effect, Face, Misfit, Unpinned
from broker.ports import Tool

_LISTS: Final = {Face.TOOL: ("tools",), Face.RESOURCE: ("resources", "templates"), Face.PROMPT: ("prompts",)}


@dataclass(slots=True, kw_only=True)
class Mcp:
    """`root`: where relative paths start; `changed`: told when a server lists other things than before."""

    root: Path
    changed: Callable[[], None] = lambda: None
    servers: dict[str, Server] = field(default_factory=dict)

    def compile(
        self, source: Mapping[str, Json], name: str, tool: Mapping[str, Json], folder: Path
    ) -> tuple[Compiled, Tool] | tuple[Misfit, ...] | Unpinned:
        """See the port. `source`: name, command, env, cwd, integrity, url, auth; `tool`: face, upstream, format,
        returns, arguments (None: as its definition says), bind.
        """
        del name
        server = self._server(source, folder)
        if isinstance(server, Misfit):
            return (server,)
        if server.pins is None:
            mend = f"look at it with `broker pins list {source['name']}`, then `broker pins approve {source['name']}`"
            return Unpinned(why=f"nothing of its server is approved; {mend}")
        kind, definition = _pinned(server.pins, tool)
        if definition is None:
            mend = f"`broker pins approve {source['name']} --only {tool['upstream']}`"
            return Unpinned(why=f"`{tool['upstream']}` is not approved; {mend}")
        return _compiled(server, kind, definition, tool)

    def meet(self, source: Mapping[str, Json], folder: Path) -> tuple[Misfit, ...]:
        """See the port. The server is known from here on, whether or not anything of it is approved."""
        found = self._server(source, folder)
        return (found,) if isinstance(found, Misfit) else ()

    @asynccontextmanager
    async def connected(self, sources: Collection[str]) -> AsyncIterator[None]:
        """Hold the connections of these sources, as far as anything of them is approved. Others are not started."""
        async with anyio.create_task_group() as tasks:
            for name, server in self.servers.items():
                if name in sources and server.pins is not None:
                    tasks.start_soon(server.upstream.run)
            yield
            tasks.cancel_scope.cancel()

    def _server(self, source: Mapping[str, Json], folder: Path) -> Server | Misfit:
        known = self.servers.get(source["name"])
        if known is not None:
            return known
        found = self._pins(source, folder)
        if isinstance(found, Misfit):
            return found
        made = way(source, self.root, self._verify(source, found))
        if isinstance(made, Misfit):
            return made
        server = Server(upstream=Upstream(source["name"], made, self.changed), reach=made, pins=found)
        self.servers[source["name"]] = server
        return server

    def _pins(self, source: Mapping[str, Json], folder: Path) -> Pins | Misfit | None:
        try:
            raw = (folder / pins.FILE).read_bytes()
        except FileNotFoundError:
            return None
        except OSError:
            return Misfit(path=(), expected=f"expected `{pins.FILE}` beside it to be readable", of_source=True)
        found = pins.read(raw, source["name"])
        return Misfit(path=(), expected=found, of_source=True) if isinstance(found, str) else found

    def _verify(self, source: Mapping[str, Json], pinned: Pins | None) -> Callable[[Runs | None], str | None]:
        """What `way` asks before each start; that it is another program is known from then on to every tool of it."""
        approved = None if pinned is None else pinned.runs

        def verify(found: Runs | None) -> str | None:
            if found is None:
                return "there is no such program"
            wanted = {approved} if source["integrity"] is None else {approved, source["integrity"]}
            other = None if wanted == {found.digest} else "what would run is not what was approved"
            server = self.servers.get(source["name"])
            if server is not None:
                server.runs_other = other
            return other

        return verify


def _pinned(found: Pins, tool: Mapping[str, Json]) -> tuple[str, Definition | None]:
    for kind in _LISTS[tool["face"]]:
        one = found.held.get(kind, {}).get(tool["upstream"])
        if one is not None:
            return kind, one
    return "", None


def _compiled(
    server: Server, kind: str, definition: Definition, tool: Mapping[str, Json]
) -> tuple[Compiled, Tool] | tuple[Misfit, ...]:
    face, form = tool["face"], Form(tool["format"] or Form.TEXT)
    leaves = _leaves(face, form, tool["returns"])
    wrong = [leaves] if isinstance(leaves, Misfit) else []
    derived: Mapping[str, Argument] | None = None
    dialect: Mapping[str, Json] = {}
    takes, needs = _takes(face, definition)
    if tool["arguments"] is not None and face is Face.TOOL:
        filled = {*tool["arguments"], *tool["bind"], tool.get("idempotency")}
        wrong += [
            Misfit(path=("args",), expected=f"expected `{one}`, which its definition requires")
            for one in sorted(needs - filled)
        ]
    elif tool["arguments"] is None:
        try:
            derived, dialect = _derived(face, definition)
        except schema.UnusableError as error:
            wrong.append(Misfit(path=(), expected="expected `args`", mend=f"name them here, for {error}"))
    if wrong or isinstance(leaves, Misfit):
        return tuple(wrong)
    asked = Asked(face=face, upstream=tool["upstream"], kind=kind, form=form, idempotency=tool.get("idempotency"))
    pinned = pins.digest(definition)
    said = definition.get("description") or definition.get("title") or tool["upstream"]
    runs_as = None if server.pins is None else server.pins.runs
    compiled = Compiled(
        arguments=takes,
        leaves=leaves,
        effects=_effects(definition),
        owned=frozenset(),
        max_rows=1,
        definition=orjson.dumps([kind, tool["upstream"], pinned, runs_as, form, sorted(takes)]).decode(),
        derived=derived,
        dialect=dialect,
        blocks=face is Face.TOOL and form is Form.TEXT,
        uri=tool["upstream"] if face is Face.RESOURCE else None,
        mime=result.mime(definition.get("mimeType")) if face is Face.RESOURCE else None,
        about=said if isinstance(said, str) else "",
    )
    return compiled, McpTool(server=server, asked=asked, pinned=pinned, leaves=leaves)


def _leaves(face: Face, form: Form, returns: Mapping[str, Leaf]) -> Mapping[str, Leaf] | Misfit:
    if face is Face.TOOL and form is not Form.TEXT:
        bad = [path for path in returns if not all(path.split("."))]
        if bad or not returns:
            where = ("returns", bad[0]) if bad else ()
            return Misfit(
                path=where, expected="expected `returns`: the class of each path of the result, as in `items.*.title`"
            )
        return returns
    if set(returns) != {"text"}:
        return Misfit(
            path=("returns",), expected="expected `returns: {text: class}`: what its text is", mend="or say `format`"
        )
    made = {Face.TOOL: result.block_leaves, Face.RESOURCE: result.resource_leaves, Face.PROMPT: result.prompt_leaves}
    return made[face](returns["text"])


def _takes(face: Face, definition: Definition) -> tuple[frozenset[str], frozenset[str]]:
    match face:
        case Face.TOOL:
            return schema.names(definition.get("inputSchema"))
        case Face.RESOURCE:
            return frozenset({"uri"}), frozenset()
        case Face.PROMPT:
            return frozenset(schema.of_prompt(definition)), frozenset()


def _derived(face: Face, definition: Definition) -> tuple[Mapping[str, Argument], Mapping[str, Json]]:
    if face is Face.PROMPT:
        return schema.of_prompt(definition), {}
    return schema.arguments(definition.get("inputSchema"))


def _effects(definition: Definition) -> frozenset[Effect]:
    """Its own hints may make a tool look harder than it was said to be, never softer: a server says them of itself."""
    hints = definition.get("annotations")
    if not isinstance(hints, Mapping):
        return frozenset()
    writes = hints.get("readOnlyHint") is False or hints.get("destructiveHint") is True
    return frozenset({Effect.WRITE}) if writes and hints.get("readOnlyHint") is not True else frozenset()
