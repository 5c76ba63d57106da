"""What one server goes through: looked at, approved, served, called, refused, recorded, spoiled."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import anyio
from mcp import MCPError

from tests.served import until
from tests.servers.roster import MASKED
from tests.servers.stage import children
from tests.talk import ERAS, connected

_STARTING = 30  # seconds
_PATIENCE = 60  # seconds for one conversation


@dataclass(frozen=True, slots=True)
class Check:
    what: str
    trouble: str = ""  # empty: it is well


@dataclass
class Story:
    """Every `check` is told as it comes."""

    server: object
    stage: object
    page: str
    told: Callable[[str], None]
    checks: list = field(default_factory=list)
    called: dict = field(default_factory=dict)  # task -> how many calls were made under it
    served: object = None
    began: float = 0.0  # when it began to serve

    def check(self, what, trouble):
        self.checks.append(Check(what, trouble or ""))
        self.told(f"{self.server.name}: {what}")

    def run(self):
        self._pins()
        with self.stage.home.serving() as served:
            self.served, self.began = served, time.monotonic()
            for purpose in ("reading", "counting"):
                task = self.stage.granted(self.server.name, purpose, self._filled(self.server.task))
                anyio.run(self._talk, task, purpose)
                self._records(task)
        self._spoiled_pins()
        self._changed_package()
        code, _, said = self.stage.broker("audit", "verify")
        self.check("log", "" if code == 0 else said)
        return self.checks

    def _filled(self, value):
        return json.loads(json.dumps(value).replace("@page@", self.page))

    def _pins(self):
        name = self.server.name
        (before,) = self.stage.said("pins", "list", name)
        states = {one["is"] for one in before["entries"]}
        self.check("new", "" if states == {"new"} and before["runs"]["is"] == "new" else f"{states}")
        shown = self.stage.said("tools", "list")
        self.check("unapproved is nothing", "" if not shown else f"{shown}")
        self.stage.said("pins", "approve", name, "--yes")
        (after,) = self.stage.said("pins", "list", name)
        states = {one["is"] for one in after["entries"]} | {after["runs"]["is"]}
        self.check("approved", "" if states == {"approved"} else f"{states}")
        code, _, said = self.stage.broker("pins", "diff", name)
        self.check("no difference", "" if code == 0 else said)

    async def _talk(self, task, purpose):
        with anyio.fail_after(_PATIENCE):
            for era in ERAS:
                first = purpose == "reading" and era == ERAS[0]
                async with connected(self.served.url, task.token, era) as client:
                    await self._lists(client, era)
                    if purpose == "counting":
                        await self._masked(client, task)
                    elif first:
                        for ask in self.server.asks:
                            await self._ask(client, task, ask)
                        for read in self.server.reads:
                            await self._read(client, task, read)
                        await self._server_alone()
                    if self.server.is_long and purpose == "reading":
                        await self._progress(client, task, era)
                        await self._cancel(client, task, era)

    async def _lists(self, client, era):
        name = self.server.name
        found = sorted(one.name for one in (await client.list_tools()).tools)
        wanted = sorted(f"{name}__{tool}" for tool in self.server.tools)
        self.check(f"lists its tools, {era}", "" if found == wanted else f"{found}")
        if not (self.server.resources or self.server.prompts):
            return
        resources = sorted(str(one.uri) for one in (await client.list_resources()).resources)
        templates = sorted(one.uri_template for one in (await client.list_resource_templates()).resource_templates)
        prompts = sorted(one.name for one in (await client.list_prompts()).prompts)
        wanted = [*map(sorted, (self.server.resources, self.server.templates, self.server.prompts))]
        same = [resources, templates, prompts] == wanted
        self.check(f"lists its resources and prompts, {era}", "" if same else f"{resources} {templates} {prompts}")

    async def _ask(self, client, task, ask):
        what = (
            f"{'refuses' if ask.refused else 'calls'} {ask.tool} {json.dumps(self._filled(dict(ask.arguments)))[:60]}"
        )
        code, text = await self._called(client, task, ask)
        if ask.refused is not None:
            self.check(what, "" if code == ask.refused else f"{code} {text[:200]}")
            return
        missing = [one for one in ask.shows if one not in text]
        shown = [one for one in ask.hides if one in text]
        well = code is None and not missing and not shown
        self.check(what, "" if well else f"{code} {text[:300]}")

    async def _called(self, client, task, ask):
        """Code of a refusal, or None; and all that was said. A server that is still starting is asked again."""
        while True:
            code, text = await self._once(client, task, ask)
            if code != "source_unavailable" or time.monotonic() > self.began + _STARTING:
                return code, text

    async def _once(self, client, task, ask):
        self.called[task.id] = self.called.get(task.id, 0) + 1
        try:
            result = await client.call_tool(f"{self.server.name}__{ask.tool}", self._filled(dict(ask.arguments)))
        except MCPError as error:
            return ("unknown_tool" if error.error.code == -32602 else str(error.error.code)), error.error.message
        text = "\n".join(one.model_dump_json(by_alias=True) for one in result.content).replace('\\"', '"')
        return (json.loads(result.content[0].text)["refused"] if result.is_error else None), text

    async def _masked(self, client, task):
        """The same call for another purpose, which is shown no free text."""
        (ask,) = [one for one in self.server.asks if one.refused is None and self._is_free_text(one)][:1]
        code, text = await self._called(client, task, ask)
        well = code is None and MASKED in text and not any(one in text for one in ask.shows if " " in one)
        self.check(f"masks {ask.tool}", "" if well else f"{code} {text[:300]}")

    def _is_free_text(self, ask):
        return ask.tool in {"echo", "read", "log", "now", "page", "all"}

    async def _read(self, client, task, read):
        what = f"{'refuses' if read.refused else 'reads'} {read.what.removeprefix(self.server.name)[:60]}"
        self.called[task.id] = self.called.get(task.id, 0) + 1
        try:
            if read.arguments is None:
                found = (await client.read_resource(read.what)).model_dump_json(by_alias=True)
            else:
                found = (await client.get_prompt(read.what, dict(read.arguments))).model_dump_json(by_alias=True)
        except MCPError as error:
            self.check(what, "" if read.refused else f"{error.error.code} {error.error.message}")
            return
        missing = [one for one in read.shows if one not in found]
        self.check(what, f"{found[:300]}" if read.refused or missing else "")

    async def _server_alone(self):
        """One process serves every call."""
        running = children(self.served.pid)
        self.check("one process", "" if len(running) == 1 else f"{running}")

    async def _progress(self, client, task, era):
        steps = []

        async def told(done, total, message):
            steps.append((done, total, message))

        self.called[task.id] = self.called.get(task.id, 0) + 1
        name = f"{self.server.name}__long"
        result = await client.call_tool(name, {"duration": 1, "steps": 4}, progress_callback=told)
        numbers = [(done, total) for done, total, _ in steps]
        well = not result.is_error and (4, 4) in numbers and all(message is None for *_, message in steps)
        self.check(f"progress, {era}", "" if well else f"{steps}")

    async def _cancel(self, client, task, era):
        self.called[task.id] = self.called.get(task.id, 0) + 1
        began = len(self.stage.home.of(task.id))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(client.call_tool, f"{self.server.name}__long", {"duration": 50, "steps": 50})
            await anyio.to_thread.run_sync(until, lambda: len(self.stage.home.of(task.id)) > began)
            tasks.cancel_scope.cancel()
        before = time.monotonic()
        await anyio.to_thread.run_sync(until, lambda: len(self.stage.home.of(task.id)) > began + 1)
        took = time.monotonic() - before
        self.check(f"cancel, {era}", "" if took < 10 else f"its end was on record after {took:.0f} s")

    def _records(self, task):
        """One chain for each call: its intent and its outcome, or the refusal that it never got beyond."""
        chains = {}
        for one in self.stage.said("audit", "show", task.id):
            record = one["record"]
            if record["kind"].startswith("call."):
                chains.setdefault(record["call"], []).append(record["kind"])
        bad = [kinds for kinds in chains.values() if kinds not in (["call.intent", "call.outcome"], ["call.denied"])]
        same = len(chains) == self.called.get(task.id, 0)
        self.check("one chain a call", "" if same and not bad else f"{len(chains)} for {self.called}: {bad}")

    def _spoiled_pins(self):
        with self.stage.spoiled_pins(self.server.name):
            code, _, said = self.stage.broker("serve", "--port", "0")
            well = code == 2 and "was edited by hand" in said and "broker pins approve" in said
            self.check("edited pins do not serve", "" if well else f"{code} {said}")

    def _changed_package(self):
        """What runs is another thing: it is not started, and nobody can call it."""
        ask = next(one for one in self.server.asks if one.refused is None)
        with self.stage.changed_package():
            (found,) = self.stage.said("pins", "list", self.server.name)
            code, *_ = self.stage.broker("pins", "diff", self.server.name)
            well = found["runs"]["is"] == "changed" and code == 1
            self.check("a changed package is seen", "" if well else f"{found['runs']} {code}")
            with self.stage.home.serving() as served:
                self.served, self.began = served, time.monotonic()
                task = self.stage.granted(self.server.name, "reading", self._filled(self.server.task))
                code, names = anyio.run(self._quarantined, task, ask)
                well = code == "unknown_tool" and not children(served.pid) and not names
                self.check("a changed package is not started", "" if well else f"{code} {names} {children(served.pid)}")

    async def _quarantined(self, task, ask):
        async with connected(self.served.url, task.token, ERAS[1]) as client:
            code, _ = await self._called(client, task, ask)
            return code, [one.name for one in (await client.list_tools()).tools]
