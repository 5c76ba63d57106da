"""What must hold of a broker whose users sign in at another people's provider, step by step."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import anyio
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from broker.agent.key import Key
from broker.agent.registered import Registered
from broker.agent.renewing import RenewingAuth
from broker.model.faults import TokenError
from broker.tokens.strict import b64, claims, unb64

_ROOT = Path(__file__).parents[2]
_FOLLOWED = 45.0  # seconds in which another key must count: a question every half minute
_SCOPE = {"scope": "sales-questions", "purpose": "reporting"}
_SQL = "SELECT count(*) AS n FROM customer"


@dataclass(frozen=True, slots=True)
class Check:
    what: str
    trouble: str  # empty: it holds


@dataclass
class Story:
    provider: object
    folder: Path
    url: str
    checks: list = field(default_factory=list)

    def run(self):
        """Every step, with the provider that it needs."""
        with self.provider.running():
            self._page()
            old = self._token()
            self._expect("a user's token opens a task and calls a tool", self._ask(old), "called")
            tokens = self.provider.tokens("maria", self.url)
            self._expect("another user is another principal", self._ask(self._token("noor")), "called")
            self._expect("an ID token is refused", self._ask(tokens["id_token"]), "invalid_grant")
            opaque = self.provider.tokens("maria")["access_token"]
            self._expect("an opaque token is refused", self._ask(opaque), "invalid_grant")
            program = self.provider.of_a_program(self.url)["access_token"]
            self._expect("a program's own token is nobody's", self._ask(program), "invalid_grant")
            self._expect("a changed token is refused", self._ask(_changed(old)), "invalid_grant")
        elsewhere = "http://127.0.0.1:1/mcp"
        with self.provider.running(resource=elsewhere, program="elsewhere.mjs"):
            stray = self.provider.tokens("maria", elsewhere)["access_token"]
        self._expect("a token for another resource is refused", self._ask(stray), "invalid_grant")
        self._expect("its keys count while it is away", self._ask(old), "called")
        self.provider.new_key()
        with self.provider.running():
            self._expect("another key of the provider's is followed", self._followed(), "called")
            self._expect("what the old key signed is refused", self._ask(old), "invalid_grant")
        return self.checks

    def _page(self):
        """The page's own programs, with somebody in front of the browser."""
        browser = f"{sys.executable} -m tests.issuers.person %s &"
        signed = self._python("sign_in.py", BROWSER=browser)
        (self.folder / "user.token").write_text(signed.stdout)
        self.checks.append(Check("the page: the user signs in", signed.stderr if signed.returncode else ""))
        asked = self._python("agent.py")
        listed = asked.stdout.strip() == "['shop__query']"
        self.checks.append(Check("the page: the agent lists its tools", "" if listed else asked.stdout + asked.stderr))

    def _python(self, name, **env):
        words = [sys.executable, str(self.folder / name)]
        path = os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")])
        more = {**os.environ, **env, "PYTHONPATH": path}
        return subprocess.run(words, cwd=self.folder, env=more, capture_output=True, text=True, timeout=60, check=False)

    def _token(self, user="maria"):
        return self.provider.tokens(user, self.url)["access_token"]

    def _expect(self, what, found, wanted):
        self.checks.append(Check(what, "" if found == wanted else f"{found}, and not {wanted}"))

    def _followed(self):
        """A question that was asked a moment ago is not asked again at once."""
        token, end = self._token(), time.monotonic() + _FOLLOWED
        while (found := self._ask(token)) == "invalid_grant" and time.monotonic() < end:
            time.sleep(2)
        return found

    def _ask(self, token):
        """`called`, or with what word the broker refused."""
        return anyio.run(self._called, token)

    async def _called(self, token):
        me = Registered(broker=self.url, name="analyst-1", key=Key.load(self.folder / "agent.key"), user=lambda: token)
        async with httpx2.AsyncClient() as asking:
            try:
                held = await me.open(asking, **_SCOPE)
            except TokenError as refused:
                return str(refused).rpartition(" ")[2]  # its own word stands last
            async with (
                httpx2.AsyncClient(auth=RenewingAuth(me, asking, held), timeout=30) as http,
                Client(streamable_http_client(self.url, http_client=http)) as client,
            ):
                answer = await client.call_tool("shop__query", {"sql": _SQL})
        return f"an error: {answer.content}" if answer.is_error else "called"


def _changed(token):
    """Another user's name in it, over the old signature."""
    head, body, signature = token.split(".")
    said = {**claims(unb64(body)), "sub": "noor"}
    return f"{head}.{b64(json.dumps(said).encode())}.{signature}"
