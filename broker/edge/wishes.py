"""Requests that are answered here and go no further: no tool is asked, so nothing of a source can be in the answer."""

from __future__ import annotations

from dataclasses import dataclass

from mcp import MCPError, types

from broker.edge import names, wire
from broker.edge.connection import SUBSCRIPTIONS, remembered
from broker.edge.seen import Context, seen
from broker.model.decision import Reason
from broker.model.tool import Face
from broker.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Wishes:
    pipeline: Pipeline

    async def complete(self, _context: Context, _params: types.CompleteRequestParams) -> types.CompleteResult:
        """Nothing, whatever is to be completed. A source's completion would be a read of it that no record covers and
        no mask sees.
        """
        return types.CompleteResult(completion=types.Completion(values=[]))

    async def set_level(self, context: Context, params: types.SetLevelRequestParams) -> types.EmptyResult:
        remembered(context).level = params.level
        return types.EmptyResult()

    async def subscribe(self, context: Context, params: types.SubscribeRequestParams) -> types.EmptyResult:
        """Remembered, as long as the connection lives; nothing that a source says of its changes is passed on."""
        await self._granted(context, params.uri)
        followed = remembered(context).subscribed
        if params.uri not in followed and len(followed) >= SUBSCRIPTIONS:
            said = wire.refusal(Reason.BUDGET_SPENT)
            raise MCPError(wire.REFUSED, said["hint"], dict(said))
        followed.add(params.uri)
        return types.EmptyResult()

    async def unsubscribe(self, context: Context, params: types.UnsubscribeRequestParams) -> types.EmptyResult:
        await self._granted(context, params.uri)
        remembered(context).subscribed.discard(params.uri)
        return types.EmptyResult()

    async def _granted(self, context: Context, uri: str) -> None:
        """Raises MCPError -32602 where the caller is shown no such resource, be there one or not."""
        place = names.uri_inside(uri)
        ref = None if place is None else self.pipeline.catalog.at(place.source, place.uri)
        shown = await self.pipeline.visible(seen(context).credential)
        if ref not in {one.spec.name for one in shown if one.spec.face is Face.RESOURCE}:
            raise wire.no_resource(uri)
