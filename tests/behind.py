"""A broker in memory with a scripted MCP server behind it, approved or not."""

import json
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path

import anyio

from broker.adapters.mcp import runs
from broker.catalog import pins
from broker.main.rules import rules
from broker.model.call import Request
from broker.model.tool import Face
from broker.settings import Settings
from tests import kit
from tests.upstreams import speech
from tests.upstreams.kit import call, until

ROOT = Path(__file__).parents[1]
ECHO = {"name": "echo", "description": "Says it again.", "inputSchema": {"type": "object", "properties": {"text": {}}}}
SOURCE = """
source: far
kind: mcp
description: A server of somebody else's.
owner: tests
risk: low
review_by: 2099-12-31
state: active
vendor: {{name: somebody}}
timeout: 5s
command: {command}
{more}
tools:
  echo:
    description: Says it again.
    upstream: echo
    effect: read
    returns: {{text: {{class: free-text, writer: anyone}}}}
resources:
  note: {{upstream: "note://one", class: free-text}}
prompts:
  greet: {{upstream: greet, class: free-text}}
"""
SCOPE = """
scope: s
why: tests
for: {roles: [r], agents: ["agent-*"], purposes: [p]}
expires: 1h
seal: true
tools: {far.echo: {args: {text: {any: true, optional: true}}}}
resources: {far.note: {any: true}}
prompts: {far.greet: {any: true}}
mask: {free-text: {p: show, else: redact}}
budget: {calls: 100}
"""


class Behind:
    """A folder of files, the scripted server that they name, and what it says it has."""

    def __init__(self, root, version="2025-11-25", **script):
        self.root = root
        self.lists = root / "lists.json"
        self.heard = root / "heard"
        said = {"heard": str(self.heard), "lists": str(self.lists), "version": version, **script}
        self.program = root / "server.sh"
        self.program.write_text(f'#!/bin/sh\ncd {ROOT}\nexec {sys.executable} -m tests.upstreams.scripted "$@"\n')
        self.program.chmod(0o755)
        self.command = [str(self.program), json.dumps(said)]
        self.say(ECHO)
        self.write()

    def write(self, more=""):
        for folder in ("tools/far", "scopes"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        text = SOURCE.format(command=json.dumps(self.command), more=more)
        (self.root / "tools/far/source.yaml").write_text(text)
        (self.root / "scopes/s.yaml").write_text(SCOPE)

    def say(self, *tools):
        """What `tools/list` gives from now on, all at once."""
        fresh = self.lists.with_suffix(".new")
        fresh.write_text(json.dumps(tools))
        os.replace(fresh, self.lists)  # noqa: PTH105 - one step

    def approve(self):
        tools = json.loads(self.lists.read_text())
        held = {
            "tools": {one["name"]: pins.essence("tools", one) for one in tools},
            "resources": {one["uri"]: pins.essence("resources", one) for one in speech.NAMED["resources/list"]},
            "prompts": {one["name"]: pins.essence("prompts", one) for one in speech.NAMED["prompts/list"]},
        }
        found = pins.Pins(runs=runs.digest(self.command, self.root).digest, held=held)
        (self.root / "tools/far/pins.json").write_bytes(pins.written("far", found))

    def read(self, changed=lambda: None):
        return rules(Settings(root=self.root), changed)

    @asynccontextmanager
    async def served(self, changed=lambda: None):
        """A house in memory with one open task, and its connections held."""
        found = self.read(changed)
        async with found.servers.connected({"far"}):
            yield await Served(found).opened()

    @property
    def was_started(self):
        return self.heard.exists()


class Served:
    def __init__(self, found):
        self.rules = found
        self.house = kit.House(found.catalog)

    async def opened(self):
        await self.house.open()
        return self

    @property
    def upstream(self):
        return self.rules.servers.servers["far"].upstream

    async def ask(self, name, face=Face.TOOL, **arguments):
        house = self.house
        request = Request(id=house.ids.fresh(), tool=name, arguments=arguments, credential=house.credential, face=face)
        return await house.pipeline.handle(request)

    async def told(self):
        """The server tells that its lists have changed; the broker reads them again."""
        parts = [
            [json.dumps(speech.changed()) + "\n", 1],
            [json.dumps(speech.answered("ID", {"content": []})) + "\n", 1],
        ]
        parts[1][0] = parts[1][0].replace('"ID"', "ID")
        await call(self.upstream, "say", parts=parts)

    async def names(self):
        return [one.spec.name for one in await self.house.pipeline.visible(self.house.credential)]

    async def seen(self, *names):
        """Wait until the server's tools, as the broker last read them, are these."""
        await until(lambda: self.upstream.definitions is not None and set(self.upstream.definitions.tools) == {*names})

    async def until(self, true):
        with anyio.fail_after(10):
            while not await true():  # noqa: ASYNC110 - another process makes it true
                await anyio.sleep(0.01)
