"""Before anything else reads a request: whose is it, is it small enough, and is it one strict JSON-RPC message?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

import anyio
import orjson
from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from mcp.server.auth.provider import AccessToken
from mcp.types.version import MODERN_PROTOCOL_VERSIONS
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.requests import Request as Http
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from broker.edge import ingress, wire
from broker.edge.mcp_server import request
from broker.edge.moving import Moves, Speaker
from broker.edge.oauth.metadata import resource_metadata
from broker.edge.seen import SEEN, Seen
from broker.edge.sender import sender
from broker.edge.sessions import MOST, Sessions
from broker.edge.stepping import Stepping
from broker.grants.identify import TurnedAway
from broker.model.bearer import Bearer
from broker.model.chain import Credential
from broker.model.decision import Deny, Reason
from broker.model.label import Json
from broker.model.task import Task
from broker.pipeline import Pipeline
from broker.ports import Ids
from broker.tokens.dpop import body_digest

_ERROR = 400
_SESSION = "mcp-session-id"
_NO_TOKEN = frozenset({Reason.BAD_TOKEN, Reason.TOKEN_EXPIRED})
"""One of its blocks is none: on record, for its task is known, and answered as any token that is none."""
_SLOWEST = 30.0  # seconds that a body may take: a sender that never ends would keep its place for ever


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """ASGI in front of the MCP endpoint. A refused request leaves one record, or counts as a stranger's; never both."""

    app: ASGIApp
    pipeline: Pipeline
    ids: Ids
    max_body: int  # bytes
    sessions: Sessions = field(default_factory=Sessions)
    moves: Moves = field(default_factory=Moves)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        http = Http(scope, receive)
        known = await self._known(http)
        if isinstance(known, Deny):
            await self._unknown(known)(scope, receive, send)
            return
        credential, who = known
        seen = Seen(credential=credential)
        task = who.task if isinstance(who, TurnedAway) else who
        try:
            read = await self._read(http, task)
        except ClientDisconnect:
            await self._mark(seen, "the sender went away")
            return
        if isinstance(read, ingress.UnreadableBody):
            await self._mark(seen, read.why)
            await _error(read)(scope, receive, send)
            return
        body, message = read
        void = await self._unproven(credential, body)
        if void is None and isinstance(who, TurnedAway) and who.deny.reason in _NO_TOKEN:
            await self._mark(seen, who.deny.detail)
            void = who.deny
        if void is not None:
            await self._unknown(void)(scope, receive, send)
            return
        challenge = await self._challenge(http, seen, who, message)
        if challenge is not None:
            await challenge(scope, receive, send)
            return
        scope = _from_our_own_page(http, {**scope, SEEN: seen, "user": self._user(http, credential, task)})
        try:
            await self.app(scope, _again(body, receive), self._watched(seen, http, task, send))
        finally:
            if not seen.answered:  # the sender went away before anything of it was read
                with anyio.CancelScope(shield=True):
                    await self._mark(seen, "the sender went away")

    async def _known(self, http: Http) -> tuple[Credential, Task | Bearer | TurnedAway] | Deny:
        sent = sender(http, self.pipeline.audience.url, self.pipeline.clock.now())
        if isinstance(sent, str):
            return self.pipeline.turned_down(sent)
        who = await self.pipeline.known(sent)
        return who if isinstance(who, Deny) else (sent, who)

    async def _unproven(self, credential: Credential, body: bytes) -> Deny | None:
        """A proof is for the body that came with it, and for one request."""
        if credential.proof is None:
            return None
        if credential.proof.body != body_digest(body):
            return self.pipeline.turned_down("a proof for another body")
        if credential.proof.until < self.pipeline.clock.now():
            return self.pipeline.turned_down("a proof that ran out while its request came")
        return await self.pipeline.first_use(credential.proof)

    async def _challenge(
        self, http: Http, seen: Seen, who: Task | Bearer | TurnedAway, message: Mapping[str, Json]
    ) -> Response | None:
        """A static token, and one that grants nothing any more, could not step up."""
        if not isinstance(who, Task) or not message:
            return None
        challenge = await Stepping(pipeline=self.pipeline, ids=self.ids).challenge(seen, who, message)
        session = _session(http)
        if challenge is not None and session is not None and self.sessions.holds(who.id, session):
            self.moves.told(session, self._speaker(seen.credential, who))
        return challenge

    def _user(self, http: Http, credential: Credential, who: Task | Bearer) -> AuthenticatedUser:
        """So that the SDK binds an older session to the task that opened it, whichever of its tokens is borne.

        Where a key was proven it binds it to that key too: whom its holder hands a part of the task to is somebody
        else.

        Inside a session the SDK finds the way of an answer by the request's id alone, which is the client's choice: two
        tasks of one person in one session would get each other's answers.
        """
        whose = who.id
        if isinstance(who, Task):
            speaker, session = self._speaker(credential, who), http.headers.get(_SESSION)
            whose = speaker.name if session is None else self.moves.opener(session, speaker, self.pipeline.clock.now())
        claims = {"iss": who.principal.issuer}
        return AuthenticatedUser(
            AccessToken(token=credential.token, client_id=whose, scopes=[], subject=who.principal.sub, claims=claims)
        )

    def _speaker(self, credential: Credential, task: Task) -> Speaker:
        chain = self.pipeline.unseal(credential.token)  # it is remembered, for it was looked at a moment ago
        until = inf if isinstance(chain, str) else float(chain.root.get("exp", inf))
        return Speaker(task=task, key="" if credential.proof is None else credential.proof.holder, until=until)

    async def _read(self, http: Http, task: Task | Bearer) -> tuple[bytes, Mapping[str, Json]] | ingress.UnreadableBody:
        """The body, if it may be passed on: one strict message, and no session too many; with the message in it."""
        body = await self._body(http)
        if isinstance(body, ingress.UnreadableBody):
            return body
        if http.method != "POST":
            return body, {}
        found = ingress.message(body)
        if isinstance(found, ingress.UnreadableBody):
            return found
        if _opens_a_session(http) and self.sessions.are_full(task.id, self.pipeline.clock.now()):
            return ingress.UnreadableBody(-32600, f"a task holds at most {MOST} sessions open", 429)
        return body, found

    async def _body(self, http: Http) -> bytes | ingress.UnreadableBody:
        """The body, unless it is longer or comes slower than it may; the rest is not read."""
        parts, size = [], 0
        with anyio.move_on_after(_SLOWEST):
            async for part in http.stream():
                size += len(part)
                if size > self.max_body:
                    return ingress.UnreadableBody(-32600, f"a body is at most {self.max_body} bytes", 413)
                parts.append(part)
            return b"".join(parts)
        return ingress.UnreadableBody(-32600, f"a body is here within {_SLOWEST:g} seconds", 408)

    def _watched(self, seen: Seen, http: Http, task: Task | Bearer, send: Send) -> Send:
        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.answered = True
                if message["status"] >= _ERROR:
                    await self._mark(seen, f"answered with HTTP {message['status']}")
                self._count(http, task, Headers(raw=message["headers"]), is_error=message["status"] >= _ERROR)
            await send(message)

        return watch

    def _count(self, http: Http, task: Task | Bearer, answered: Headers, *, is_error: bool) -> None:
        session = _session(http) or answered.get(_SESSION)
        if session is None or is_error:
            return
        if http.method == "DELETE":
            self.sessions.ended(task.id, session)
        else:
            self.sessions.used(task.id, session, self.pipeline.clock.now())

    def _unknown(self, deny: Deny) -> Response:
        """RFC 6750 3.1: 401 for a token that is missing, forged or has run out; none of these where we cannot tell."""
        said = {"code": -31001, "message": wire.HINTS[deny.reason][0], "data": dict(wire.refusal(deny.reason))}
        body = orjson.dumps({"jsonrpc": "2.0", "id": None, "error": said})
        if deny.reason is Reason.BROKER_UNAVAILABLE:  # a 401 would make a client throw a good token away
            return Response(body, status_code=503, media_type="application/json")
        parts = {
            "error": "invalid_token",
            "error_description": deny.reason.value,
            "resource_metadata": resource_metadata(self.pipeline.audience),  # RFC 9728 5.1
        }
        challenge = "Bearer " + ", ".join(f'{name}="{value}"' for name, value in parts.items())
        return Response(body, status_code=401, media_type="application/json", headers={"WWW-Authenticate": challenge})

    async def _mark(self, seen: Seen, why: str) -> None:
        if not seen.recorded:
            seen.recorded = True
            await self.pipeline.unreadable(request(self.ids, seen, "", {}), why)


def _from_our_own_page(http: Http, scope: Scope) -> Scope:
    """A page of this very origin is no page of another's (RFC 6454 4), so nobody need list it.

    Not by the port alone: the host is checked behind the gate, so a name that was rebound to us comes no further.
    """
    said = http.headers.getlist("origin")
    if said != [f"{scope.get('scheme', 'http')}://{http.headers.get('host', '')}"]:
        return scope
    return {**scope, "headers": [(name, value) for name, value in scope["headers"] if name != b"origin"]}


def _opens_a_session(http: Http) -> bool:
    """The newer protocol has none; in the older one a request without a session's id asks for one."""
    return not _is_newer(http) and _SESSION not in http.headers


def _session(http: Http) -> str | None:
    """Which one it says it is in. In the newer protocol nobody looks at that, so it may say the name of any."""
    return None if _is_newer(http) else http.headers.get(_SESSION)


def _is_newer(http: Http) -> bool:
    return http.headers.get("mcp-protocol-version") in MODERN_PROTOCOL_VERSIONS


def _again(body: bytes, receive: Receive) -> Receive:
    """The body that was read, once more; then whatever comes: a disconnect must still be seen."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _error(found: ingress.UnreadableBody) -> Response:
    said = {"jsonrpc": "2.0", "id": None, "error": {"code": found.code, "message": found.why}}
    return Response(orjson.dumps(said), status_code=found.status, media_type="application/json")
