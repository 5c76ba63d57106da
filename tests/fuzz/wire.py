"""Requests straight into the ASGI app, without sockets, over a real store in a folder of its own."""

import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio

from broker.main.build import opened
from broker.main.keys import make
from broker.main.serving import application
from broker.model.outcome import OpenedTask
from broker.settings import read
from broker.store.system import SystemIds
from tests.served import asking, bank

MAX_BODY = 32 * 1024
_CONFIG = f"[server]\nmax_body = {MAX_BODY}\n[tasks]\nopen = 1000000\nper_hour = 1000000\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One HTTP request, and what is known of it beforehand."""

    name: str  # of the attack
    body: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    method: str = "POST"
    stranger: bool = False
    opens: str = ""  # the token for which it opens a session
    leaves_after: int | None = None  # the sender goes away after so many parts of the body
    waits: bool = True  # for the answer; otherwise the sender goes away once the body is sent


@dataclass(slots=True)
class Answer:
    status: int = 0  # none
    headers: dict = field(default_factory=dict)
    body: bytes = b""

    @property
    def message(self):
        """The JSON-RPC message in it, be it plain or an event; None where there is none."""
        for line in [self.body, *self.body.splitlines()]:
            try:
                found = json.loads(line.removeprefix(b"data: "))
            except ValueError:
                continue
            if isinstance(found, dict) and ("result" in found or "error" in found):
                return found
        return None

    @property
    def said(self):
        """In a few words: served, the code of a refusal, the code of an error, or the status."""
        found = self.message
        match found:
            case {"error": {"code": code}}:
                return f"error {code}"
            case {"result": {"isError": True, "content": [{"text": text}]}}:
                return f"refused {json.loads(text)['refused']}"
            case {"result": {"content": _}}:
                return "served"
            case {"result": _}:
                return "result"
            case _:
                return "gone" if self.status == 0 else f"HTTP {self.status}"


async def sent(app, shot):
    """The answer. Whatever the app raises is raised."""
    answer, done = Answer(), anyio.Event()
    cut = len(shot.body) // 2
    parts = [shot.body] if shot.leaves_after is None else [shot.body[:cut], shot.body[cut:]][: shot.leaves_after]
    told = iter(parts)

    async def receive():
        part = next(told, None)
        if part is not None:
            more = shot.leaves_after is not None
            return {"type": "http.request", "body": part, "more_body": more}
        if shot.leaves_after is None and shot.waits:
            await done.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = {name.lower(): value for name, value in message["headers"]}
        else:
            answer.body += message.get("body", b"")
            if not message.get("more_body", False):
                done.set()

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": shot.method,
        "scheme": "http",
        "path": "/mcp",
        "raw_path": b"/mcp",
        "root_path": "",
        "query_string": b"",
        "headers": list(shot.headers),
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8750),
        "state": {},
    }
    await app(scope, receive, send)
    return answer


def laid(folder: Path, accounts=3):
    """A broker's folder around the tests' bank; its settings."""
    for name in ("tools", "scopes", "data"):
        (folder / name).mkdir(parents=True)
    make(folder / "keys", "toolbroker.local/log", SystemIds())
    (folder / "broker.toml").write_text(_CONFIG)
    bank(folder, accounts)
    return read(folder / "broker.toml")


@asynccontextmanager
async def running(settings):
    """The broker, and its app started."""
    with opened(settings) as broker:
        await broker.journal.recover()
        app = application(broker)
        async with app.router.lifespan_context(app):
            yield broker, app


async def task(broker, *args, **more):
    found = await broker.opening.open_task(asking(*args, **more))
    if not isinstance(found, OpenedTask):
        raise TypeError(f"not opened: {found}")
    return found
