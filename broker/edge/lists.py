"""What an agent may see, list by list. Each is for its caller alone, and is out of date as soon as it is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mcp import types

from broker.edge import offered
from broker.edge.borne import shown
from broker.edge.pages import page
from broker.edge.seen import Context, seen
from broker.edge.task_words import beside
from broker.model.grant import Shown
from broker.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Lists:
    pipeline: Pipeline

    async def tools(self, context: Context, params: types.PaginatedRequestParams) -> types.ListToolsResult:
        found, after = await self._page(context, params, offered.is_tool)
        own = beside(seen(context).credential) if params.cursor is None else ()
        tools = [*own, *(offered.tool(one) for one in found)]
        return types.ListToolsResult(tools=tools, next_cursor=after, ttl_ms=0, cache_scope="private")

    async def resources(self, context: Context, params: types.PaginatedRequestParams) -> types.ListResourcesResult:
        found, after = await self._page(context, params, offered.is_resource)
        resources = [offered.resource(one) for one in found]
        return types.ListResourcesResult(resources=resources, next_cursor=after, ttl_ms=0, cache_scope="private")

    async def templates(
        self, context: Context, params: types.PaginatedRequestParams
    ) -> types.ListResourceTemplatesResult:
        found, after = await self._page(context, params, offered.is_template)
        return types.ListResourceTemplatesResult(
            resource_templates=[offered.template(one) for one in found],
            next_cursor=after,
            ttl_ms=0,
            cache_scope="private",
        )

    async def prompts(self, context: Context, params: types.PaginatedRequestParams) -> types.ListPromptsResult:
        found, after = await self._page(context, params, offered.is_prompt)
        prompts = [offered.prompt(one) for one in found]
        return types.ListPromptsResult(prompts=prompts, next_cursor=after, ttl_ms=0, cache_scope="private")

    async def _page(
        self, context: Context, params: types.PaginatedRequestParams, belongs: Callable[[Shown], bool]
    ) -> tuple[Sequence[Shown], str | None]:
        found = await shown(self.pipeline, seen(context).credential) or []
        return page([one for one in found if belongs(one)], context.method, params.cursor)
