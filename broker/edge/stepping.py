"""Step-up over HTTP: whoever calls a tool that another scope would give is told which, before the SDK reads it.

RFC 6750 3.1.

Clients ask for a token of that scope and send the call once more. Whatever else is wrong with a call is not said here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import orjson
from starlette.responses import Response

from broker.edge import names, wire
from broker.edge.mcp_server import request
from broker.edge.oauth.metadata import resource_metadata
from broker.edge.seen import Seen
from broker.grants.reachable import elsewhere
from broker.model.decision import Reason
from broker.model.label import Json
from broker.model.outcome import Refused
from broker.model.task import Task
from broker.pipeline import Pipeline
from broker.ports import Ids

_CALL: Final = "tools/call"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepping:
    pipeline: Pipeline
    ids: Ids

    async def challenge(self, seen: Seen, task: Task, message: Mapping[str, Json]) -> Response | None:
        """403, where the task lacks the tool and its holder could have it by a name of OAuth's; None: not here.

        The call is refused, and on record, by the pipeline as ever. Where it found more to say than that the tool is
        missing, what it said is kept for whoever answers.
        """
        name, arguments = _called(message)
        tool = names.inside(name)
        found = elsewhere(task, tool, self.pipeline.catalog, bearer=seen.credential.proof is None) if name else None
        if found is None or found.value is None:
            return None
        seen.recorded = True
        seen.outcome = await self.pipeline.handle(request(self.ids, seen, tool, arguments))
        match seen.outcome:
            case Refused(reason=Reason.UNKNOWN_TOOL, hint=hint) if hint:
                # RFC 9449 7.1: as what the token that was sent is, so the next one is.
                scheme = "Bearer" if seen.credential.proof is None else "DPoP"
                return self._told(message.get("id"), f'{scheme} error="insufficient_scope"', found.value, hint)
            case _:
                return None

    def _told(self, call: Json, error: str, value: str, hint: str) -> Response:
        said = {"code": wire.REFUSED, "message": hint, "data": dict(wire.refusal(Reason.UNKNOWN_TOOL, hint=hint))}
        metadata = resource_metadata(self.pipeline.audience)
        challenge = f'{error}, scope="{value}", resource_metadata="{metadata}"'
        body = orjson.dumps({"jsonrpc": "2.0", "id": call, "error": said})
        return Response(body, 403, media_type="application/json", headers={"WWW-Authenticate": challenge})


def _called(message: Mapping[str, Json]) -> tuple[str, Mapping[str, Json]]:
    """The tool's name as the agent says it, empty where it is no call of one; its arguments."""
    params = message.get("params")
    if message["method"] != _CALL or "id" not in message or not isinstance(params, dict):
        return "", {}
    name, arguments = params.get("name"), params.get("arguments", {})
    return (name, arguments) if isinstance(name, str) and isinstance(arguments, dict) else ("", {})
