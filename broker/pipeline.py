"""The story of one call (the policy enforcement point, PEP), and the only path to a tool.

    identify - find - check - decide - (ask) - intend - open - call - mask - close

Read `_serve` and `_perform` top to bottom; each line is one function of one room.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final, assert_never

import anyio

from broker.audit.journal import Journal
from broker.decide.arguments import check, handles_in, unfit
from broker.decide.exposure import exposure
from broker.decide.policy import decide, find, over, permit_lookup, standing, visible
from broker.decide.whose import named
from broker.grants.audience import Audience
from broker.grants.bearer import Bearers, is_static
from broker.grants.identify import TurnedAway, identify, lookup, resting_on, speaker, task_named
from broker.grants.issue import looked_up
from broker.mask.apply import mask
from broker.mask.handles import open_handles
from broker.mask.published import output_schema
from broker.model.bearer import Bearer
from broker.model.call import Request
from broker.model.chain import Chain, Credential, Proof
from broker.model.decision import Ask, Deny, Facts, Permit, Reason
from broker.model.faults import Fault, StoreFault, ToolFault
from broker.model.grant import Grant, GrantedTool, Shown
from broker.model.label import Labeled
from broker.model.outcome import Begun, Intended, Masked, Opened, Outcome, Refused, Served, Step
from broker.model.scope import Lookup, Scope
from broker.model.task import Keys, Parameter, Task
from broker.ports import Catalog, Clock, Handles, Ids, Onlooker, Progress, Tasks

_PATIENCE = 15.0  # seconds from a request to its intent; beyond what the log itself may take


class Nobody:
    """Looks at nothing."""

    async def step(self, step: Step, /) -> None: ...

    async def progress(self, done: float, total: float | None, /) -> None: ...


NOBODY: Final = Nobody()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    unseal: Callable[[str], Chain | str]
    audience: Audience
    defaults: Mapping[str, str]  # class -> the action it gets where a scope has no row for it
    catalog: Catalog
    tasks: Tasks
    handles: Handles
    journal: Journal
    clock: Clock
    ids: Ids

    @property
    def bearers(self) -> Bearers:
        return Bearers(tasks=self.tasks, catalog=self.catalog, clock=self.clock)

    async def handle(self, request: Request, onlooker: Onlooker = NOBODY) -> Outcome:
        """Serve one request. Unrecorded is not run; unclosed is not shown."""
        try:
            # Whoever goes away from here on, what was asked is on record; a store that hangs is waited for so long.
            with anyio.fail_after(_PATIENCE, shield=True):
                begun = await self._serve(request)
            if isinstance(begun, Begun):
                outcome, _ = await self._perform(begun.intended, begun.keys, onlooker)
                return outcome
        except Exception as fault:  # noqa: BLE001 - the one broad except: a bug refuses, it never serves
            return self.journal.faulted(fault)
        return begun

    async def unreadable(self, request: Request, detail: str) -> Refused:
        """A request that never became a call: on record where its token holds, counted where it does not."""
        try:
            who = await self._speaker(request.credential)
            if isinstance(who, Bearer):
                who = Deny(reason=Reason.ARGUMENTS_INVALID, detail=f"static token `{who.name}`: {detail}")
            if isinstance(who, Deny):
                return self.journal.stranger(who)
            away = who.deny if isinstance(who, TurnedAway) else None
            deny = Deny(reason=Reason.ARGUMENTS_INVALID, detail=detail) if away is None else away
            return await self._turned_away(request, who, deny)
        except Fault as fault:
            return self.journal.faulted(fault)

    async def visible(self, credential: Credential) -> list[Shown]:
        """What the lists show: read from the grant that `decide` reads. A stranger sees nothing."""
        return await self.shown(credential) or []

    async def shown(self, credential: Credential) -> list[Shown] | None:
        """The same; None where the token grants nothing any more, and what it holds open may be ended."""
        with anyio.fail_after(_PATIENCE):
            grant = await self._speaker(credential)
        if not isinstance(grant, Grant):
            return [] if isinstance(grant, Bearer) else None
        facts = await self._facts(grant)
        return None if over(grant, facts) is not None else [self._shown(grant, one) for one in visible(grant, facts)]

    async def standing(self, credential: Credential) -> Grant | None:
        """Of an open task that nobody holds back. Of any other `handle` says what is wrong with it, and records it."""
        grant = await self._speaker(credential)
        return grant if isinstance(grant, Grant) and standing(grant, await self._facts(grant)) is None else None

    def _shown(self, grant: Grant, one: GrantedTool) -> Shown:
        exposed = exposure(grant.scope, grant.task.purpose, self.defaults)
        said = None if one.spec.blocks else output_schema(one.spec.leaves, exposed, free=one.spec.free)
        return Shown(spec=one.spec, input_schema=one.input_schema, output_schema=said)

    async def look_up(self, task: Task, scope: Scope, one: Lookup) -> Parameter | Deny:
        """The one value that the tool gives for the key: it also proves that the principal may hold the object.

        A real call, with its intent and its outcome, before the task is open.
        """
        tool = self.catalog.lookup(one.tool)
        grant = Grant(task=task, scope=scope, tools={one.tool: tool}, expires=task.ends)
        call = lookup(self.ids.fresh(), grant, one.tool, {one.argument: task.parameters[one.key].value})
        checked = check(call, tool, {})
        if isinstance(checked, Deny):
            return checked
        intended = await self.journal.intend(permit_lookup(checked))
        if isinstance(intended, Refused):
            return looked_up(one, None)
        # Nothing of it is shown, so the keys are thrown away.
        thrown_away = Keys(task=self.ids.key(), ledger=self.ids.key())
        outcome, labeled = await self._perform(intended, thrown_away, NOBODY)
        return looked_up(one, labeled if isinstance(outcome, Served) else None)

    async def known(self, credential: Credential) -> Task | Bearer | TurnedAway | Deny:
        """Whose request this is, before anything of it is read; a stranger's is counted here."""
        try:
            with anyio.fail_after(_PATIENCE):
                who = await self._speaker(credential)
        except (Fault, TimeoutError) as fault:  # where the store cannot be read, nobody is known
            return Deny(reason=self.journal.faulted(fault).reason)
        if isinstance(who, Deny):
            self.journal.stranger(who)
            return who
        return who.task if isinstance(who, Grant) else who

    async def first_use(self, proof: Proof) -> Deny | None:
        """A proof stands for one request; one that was sent before is a stranger's, and counted here."""
        try:
            with anyio.fail_after(_PATIENCE):
                if await self.journal.first_use(proof):
                    return None
        except (Fault, TimeoutError) as fault:
            return Deny(reason=self.journal.faulted(fault).reason)
        return self.turned_down("a proof that was used before")

    def turned_down(self, detail: str) -> Deny:
        """A sender that proves nothing: a stranger, and counted as one."""
        deny = Deny(reason=Reason.BAD_TOKEN, detail=detail)
        self.journal.stranger(deny)
        return deny

    async def unready(self) -> str | None:
        """Why nothing can be served now, for whoever watches over the process; None: all is well."""
        if self.journal.latched is not None:
            return self.journal.latched
        try:
            self.unseal("")  # the keys are read where they changed
            await self.tasks.facts("")
        except StoreFault as fault:
            return str(fault)
        return None

    async def _speaker(self, credential: Credential) -> Grant | Bearer | TurnedAway | Deny:
        if is_static(credential.token):
            return await self.bearers.borne(credential)
        chain = self.unseal(credential.token)
        named = task_named(chain)
        facts = await self.tasks.facts(named, resting_on(chain)) if named else None
        catalog, now = self.catalog, self.clock.now()
        return speaker(chain, credential.proof, facts, catalog=catalog, audience=self.audience, now=now)

    async def _turned_away(self, request: Request, who: Grant | TurnedAway, deny: Deny) -> Refused:
        return await self.journal.turned_away(who.task, request.id, request.tool, deny, rests_on=who.rests_on)

    async def _serve(self, request: Request) -> Begun | Outcome:
        grant = await self._speaker(request.credential)
        if isinstance(grant, Bearer):
            grant = await self.bearers.unnamed(grant, request.tool)
        if isinstance(grant, Deny):
            return self.journal.stranger(grant)
        if isinstance(grant, TurnedAway):
            return await self._turned_away(request, grant, grant.deny)
        call, facts = identify(request, grant), await self._facts(grant)
        tool = find(call, facts)
        if isinstance(tool, Deny):
            return await self.journal.denied(call, await self.bearers.with_a_way(request.credential, call, tool))
        known = await self.handles.resolve(grant.task.id, handles_in(call.arguments))
        checked = check(call, tool, known)
        if isinstance(checked, Deny):
            return await self.journal.denied(call, checked)
        decision = decide(checked, facts, self.defaults)
        match decision:
            case Deny():
                return await self.journal.denied(call, decision)
            case Ask():
                return await self.journal.asked(decision)
            case Permit():
                how = await self.catalog.tool(tool.spec.name).unfit(decision)
                if how is not None:
                    return await self.journal.denied(call, unfit(how))
                intended = await self.journal.intend(decision)
                return intended if isinstance(intended, Refused) else Begun(intended=intended, keys=facts.task.keys)
            case _:
                assert_never(decision)

    async def _perform(self, intended: Intended, keys: Keys, onlooker: Onlooker) -> tuple[Outcome, Labeled | None]:
        """From the intent to the outcome; the second value is for the broker's own lookups alone."""
        async with self.journal.whatever_happens(intended) as step:
            await onlooker.step(Step.PERMITTED)
            opened = await self._open(intended, keys.task)
            if isinstance(opened, str):
                return await self.journal.abandoned(intended, Reason.HANDLE_NOT_ACCEPTED, opened), None
            await onlooker.step(Step.CALLED)
            if step.frozen:
                return await self.journal.abandoned(intended, Reason.CONTEXT_NOT_MET, step.frozen), None
            step.sent = True
            labeled = await step.stoppable(partial(self._invoke, opened, onlooker.progress))
            step.answered = True
            # What the tool said it did is known now; a cancelled wait must not make it unknown again.
            with anyio.CancelScope(shield=True):
                if isinstance(labeled, Labeled):
                    await onlooker.step(Step.ANSWERED)
                ended = await self._close(intended, labeled, keys, step.frozen)
        await onlooker.step(Step.CLOSED)
        return ended

    async def _close(
        self, intended: Intended, labeled: Labeled | ToolFault, keys: Keys, frozen: str
    ) -> tuple[Outcome, Labeled | None]:
        if isinstance(labeled, ToolFault):
            return await self.journal.failed(intended, labeled, frozen), None
        masked = self._mask(intended, labeled, keys)
        if isinstance(masked, ToolFault):
            return await self.journal.withheld(intended, str(masked)), None
        return await self.journal.close(intended, masked), labeled

    async def _open(self, intended: Intended, key: bytes) -> Opened | str:
        checked = intended.permit.checked
        named = {one.handle for one in checked.handles.values()}
        return open_handles(intended, await self.handles.open(checked.call.grant.task.id, named), key)

    async def _invoke(self, opened: Opened, progress: Progress) -> Labeled | ToolFault:
        """The tool, within its time. What it says when it fails stays inside; that it failed is a value."""
        spec = opened.intended.permit.checked.tool.spec
        try:
            with anyio.fail_after(spec.timeout):
                return await self.catalog.tool(spec.name).invoke(opened, progress)
        except TimeoutError:
            return ToolFault(f"no answer within {spec.timeout:g} s")
        except ToolFault as fault:
            return fault

    def _mask(self, intended: Intended, labeled: Labeled, keys: Keys) -> Masked | ToolFault:
        if labeled.rows > intended.rows or labeled.size > intended.bytes:
            return ToolFault("the tool gave more than was reserved for it")
        spec, exposed = intended.permit.checked.tool.spec, intended.permit.exposure
        try:
            return mask(
                labeled,
                tool=spec.name,
                zone=spec.zone,
                region=spec.region,
                exposure=exposed,
                key=keys.task,
                ledger=keys.ledger,
                fresh=self.ids.fresh,
                schema=output_schema(spec.leaves, exposed, free=spec.free),
            )
        except ToolFault as fault:
            return fault

    async def _facts(self, grant: Grant) -> Facts:
        """Read afresh for each decision: a late yes is decided anew."""
        facts = await self.tasks.facts(grant.task.id, grant.rests_on)
        if facts is None:
            raise LookupError("a task that was there is gone")
        changed = frozenset(name for name in grant.tools if self.catalog.tool(name).changed() is not None)
        people = named(grant, self.journal.digest)
        return Facts(now=self.clock.now(), task=facts, changed=changed, people=people)
