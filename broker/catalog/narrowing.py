"""What a block of a token makes of a grant. It can only narrow: each constraint stands beside those before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from broker.catalog import limits
from broker.catalog.classes import ClassRule
from broker.catalog.compiled import granted
from broker.catalog.constraints import Terms, constraint
from broker.catalog.json_tree import tree
from broker.catalog.keys import BLOCK_TOOL
from broker.catalog.report import At, Report
from broker.catalog.resolve import resolved
from broker.model.chain import Chain, Claims
from broker.model.constraint import All, Anything, Constraint, Field, HandleOf, NoLinks, TypedOnly
from broker.model.grant import Block, Grant, GrantedTool
from broker.model.label import Json
from broker.model.scope import Budget, ToolGrant
from broker.model.task import Parameter

MOST: Final = 64  # constraints of one block


def narrow(grant: Grant, chain: Chain, classes: Mapping[str, ClassRule]) -> Grant | str:
    """The grant as each block leaves it; or why one cannot be understood, for the record: then nothing is granted.

    The form and the signatures of the chain were checked. Blocks are written by agents: every way out is a refusal.
    """
    for place, (claims, link) in enumerate(zip(chain.blocks, chain.links[1:], strict=True), 1):
        found = _narrowed(grant, claims, link, classes)
        if isinstance(found, str):
            return f"segment {place}: {found}"
        grant = found
    return grant


def _narrowed(grant: Grant, claims: Claims, link: str, classes: Mapping[str, ClassRule]) -> Grant | str:
    report = Report(file="block")
    tools: Mapping[str, GrantedTool] = grant.tools
    own: dict[str, Budget] = {}
    if "tools" in claims:
        at = _at(claims["tools"], "tools", report)
        if at is None:
            return "`tools`: no map of what a file could say"
        tools = {}
        left = MOST
        for entry in at.entries(empty=True) or ():
            before = grant.tools.get(entry.word)
            if before is None:
                continue  # it claims more than it has: it gets nothing of it
            keys = entry.keyed(BLOCK_TOOL)
            if keys is None:
                break
            said = keys["args"].entries(empty=True) or () if "args" in keys else ()
            left -= len(said)
            if left < 0:
                return f"more than {MOST} constraints"
            tools[entry.word] = _tool(before, said, grant, classes)
            if "budget" in keys:
                own[entry.word] = limits.budget(
                    keys["budget"], limits.of_tool(before.spec, before.arguments), whole=False
                )
    budget = _budget(claims, grant, report)
    if report.problems:
        first = report.in_order()[0]
        return f"`{first.field}`: {first.expected}"
    block = Block(link=link, jti=str(claims["jti"]), actor=str(claims["act"]["sub"]), budget=budget, tools=own)
    return replace(grant, tools=tools, blocks=(*grant.blocks, block))


def _tool(before: GrantedTool, said: Sequence[At], grant: Grant, classes: Mapping[str, ClassRule]) -> GrantedTool:
    """The tool as it was, with more said of its arguments."""
    types = {name: _type(one) for name, one in grant.task.parameters.items()}
    terms = Terms(parameters=types, classes=classes)
    arguments = dict(before.arguments)
    for entry in said:
        field = arguments.get(entry.word)
        if field is None:
            entry.wrong_key(f"no argument `{entry.word[:40]}` is granted")
            continue
        one = constraint(entry, before.spec.arguments[entry.word], terms)
        if one is not None:
            more = resolved(one.constraint, grant.task.parameters)
            arguments[entry.word] = Field(_beside(field.constraint, more), field.optional and one.optional)
    around = ToolGrant(arguments=arguments, rows=before.rows, budget=before.budget, media=before.media)
    return granted(before.spec, around, grant.task.parameters)


def _beside(before: Constraint, more: Constraint) -> Constraint:
    """Both hold. What a block says of a value closes the argument to handles: else its author could ask of what stands
    behind one whether it is this or that, again and again.
    """
    parts = _parts(more)
    of_value = [part for part in parts if not isinstance(part, HandleOf | Anything | NoLinks)]
    closed = (TypedOnly(),) if of_value else ()
    both: tuple[Constraint, ...] = (*_parts(before), *parts, *closed)
    whole = [part for part in both if not isinstance(part, Anything)]
    if len(whole) > 1:
        return All(tuple(dict.fromkeys(whole)))
    return whole[0] if whole else Anything()


def _parts(one: Constraint) -> tuple[Constraint, ...]:
    return one.parts if isinstance(one, All) else (one,)


def _budget(claims: Claims, grant: Grant, report: Report) -> Budget:
    if "budget" not in claims:
        return Budget()
    at = _at(claims["budget"], "budget", report)
    if at is None:
        report.at(0, 0, "budget", "no map of what a file could say")
        return Budget()
    specs = {name: one.spec for name, one in grant.tools.items()}
    around = {
        name: ToolGrant(arguments=one.arguments, rows=one.rows, budget=one.budget) for name, one in grant.tools.items()
    }
    return limits.budget(at, limits.of_scope(specs, around, frozenset()), whole=False)


def _at(value: Json, name: str, report: Report) -> At | None:
    node = tree(value)
    return None if node is None else At(node, name, report)


def _type(one: Parameter) -> str:
    match one.value:
        case str():
            return "text"
        case int():
            return "integer"
        case _:
            return "number"
