"""The three tools of whoever holds a static token: begin a task, ask what could be had, end a task."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final, assert_never

from mcp import types

from broker.edge import wire
from broker.edge.announcer import Announcer
from broker.edge.names import outside
from broker.edge.seen import Context, seen
from broker.edge.task_words import ACCESS, BEGIN, END, NAMES, Wish, wish
from broker.grants.access import again, granted, needed, openable
from broker.grants.bearer import asking, is_static
from broker.model.asking import Asking
from broker.model.bearer import ARGUMENT, Bearer
from broker.model.chain import Chain, Credential
from broker.model.decision import Deny, Reason
from broker.model.faults import Fault
from broker.model.grant import Grant
from broker.model.label import Json
from broker.model.outcome import NotOpened, OpenedTask
from broker.model.scope import Scope
from broker.model.task import Task
from broker.opening import Opening
from broker.pipeline import Pipeline

_NO_SUCH: Final = "there is no such scope, purpose or parameter for you; `request_access` lists those there are"
_HINTS: Final = MappingProxyType(
    {
        Reason.VALUE_NOT_ALLOWED: _NO_SUCH,
        Reason.BUDGET_SPENT: "too many tasks, at a time or within an hour; end one with `end_task`, or wait",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskTools:
    """`opening`: without one no task is begun."""

    pipeline: Pipeline
    opening: Opening | None
    announcer: Announcer

    async def call(self, context: Context, params: types.CallToolRequestParams) -> types.CallToolResult | None:
        """None: it is not for this caller, and answered as any tool that is not there."""
        if params.name not in NAMES:
            return None
        credential, arguments = seen(context).credential, params.arguments or {}
        try:
            if not is_static(credential.token) or credential.task:
                return await self._of_task(credential, params.name)
            bearer = await self.pipeline.bearers.borne(credential)
            if not isinstance(bearer, Bearer):
                return None  # between the gate and here it was revoked
            if params.name == END:
                return await self._end(bearer, credential, arguments.get(ARGUMENT))
            if params.name == ACCESS and not arguments:
                return await self._access_of(bearer, credential)
            return await self._begin(bearer, credential, wish(arguments))
        except Fault as fault:
            return wire.result(self.pipeline.journal.faulted(fault), params.name)

    async def _of_task(self, credential: Credential, name: str) -> types.CallToolResult | None:
        """A task's own token ends its task, and asks what else there is; a part that was handed on does neither.

        Where its task is over or held back, it is refused and on record as any call of it.
        """
        chain = None if is_static(credential.token) else self.pipeline.unseal(credential.token)
        if name == BEGIN or isinstance(chain, str) or (chain is not None and chain.blocks):
            return None
        grant = await self.pipeline.standing(credential)
        if grant is None:
            return None
        if name == END:
            return await self._ended(grant, credential)
        if chain is not None:
            return await self._access(_asking(grant.task, chain), [])
        bearer = await self.pipeline.bearers.borne(replace(credential, task=""))
        return await self._access(asking(bearer), []) if isinstance(bearer, Bearer) else None

    async def _begin(self, bearer: Bearer, credential: Credential, wanted: Wish | str) -> types.CallToolResult | None:
        if self.opening is None:
            return None
        if isinstance(wanted, str):
            return wire.refused(Reason.ARGUMENTS_INVALID, wanted)
        asked = asking(bearer, scope=wanted.scope, purpose=wanted.purpose)
        asked = replace(asked, parameters=wanted.parameters, takes_token=wanted.with_token)
        opened = await self.opening.open_task(asked)
        match opened:
            case NotOpened(reason=Reason.UNPROVEN_VALUE):  # told apart, it would say that there is such a scope
                return wire.refused(Reason.VALUE_NOT_ALLOWED, hint=_NO_SUCH)
            case NotOpened(reason=reason):
                return wire.refused(reason, hint=_HINTS.get(reason, ""))
            case OpenedTask(task=task):
                self.announcer.changed()
                shown = await self.pipeline.visible(replace(credential, task=task.id))
                token = {"token": opened.token, "token_ends": _moment(opened.expires)} if opened.token else {}
                said = {**_said(task), "tools": [outside(one.spec.name) for one in shown], **token}
                return wire.said(said, is_error=False)
            case _:
                assert_never(opened)

    async def _access_of(self, bearer: Bearer, credential: Credential) -> types.CallToolResult:
        held = await self.pipeline.bearers.held_back(credential)
        if held is not None:
            return wire.result(self.pipeline.journal.stranger(held), ACCESS)
        return await self._access(asking(bearer), await self.pipeline.bearers.open_tasks(bearer))

    async def _access(self, who: Asking, open_tasks: list[Grant]) -> types.CallToolResult:
        scopes = [_scope(one, self.pipeline) for one in openable(who, self.pipeline.catalog)]
        tasks = [{**_said(one.task), "tools": sorted(map(outside, one.tools))} for one in open_tasks]
        return wire.said({"scopes": scopes, "open_tasks": tasks}, is_error=False)

    async def _end(self, bearer: Bearer, credential: Credential, task: Json) -> types.CallToolResult | None:
        if not isinstance(task, str) or not task:
            return wire.refused(Reason.ARGUMENTS_INVALID, ARGUMENT)
        found = await self.pipeline.bearers.named(bearer, task)
        return None if isinstance(found, Deny) else await self._ended(found, replace(credential, task=task))

    async def _ended(self, grant: Grant, credential: Credential) -> types.CallToolResult | None:
        """Whether it may is asked in the transaction that ends it: an operator may hold it still at this moment."""
        task = grant.task
        by = f"static token {task.bearer}" if is_static(credential.token) else f"agent {task.actor}"
        if not await self.pipeline.journal.ended(task.id, by, "its own agent ended it", holder=grant):
            return None
        self.announcer.changed()
        return wire.said({"task": task.id, "ended": True}, is_error=False)


def _asking(task: Task, chain: Chain) -> Asking:
    """Of a task that a static token opened, whoever was given this token was given that task and hears of no other."""
    within = frozenset({task.scope}) if task.bearer else None
    return replace(again(task, bearer=chain.sealed), bearer=task.bearer, within=within)


def _said(task: Task) -> dict[str, Json]:
    return {**granted(task), "ends": _moment(task.ends)}


def _scope(scope: Scope, pipeline: Pipeline) -> dict[str, Json]:
    tools = [name for name in sorted(scope.tools) if pipeline.catalog.tool(name).changed() is None]
    return {
        "scope": scope.name,
        "why": scope.why,
        "purposes": sorted(scope.purposes),
        "parameters": needed(scope),
        "tools": [outside(name) for name in tools],
        "lives": int(scope.lifetime),
    }


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
