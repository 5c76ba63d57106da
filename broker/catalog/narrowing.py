"""What a block of a token makes of a grant. It can only narrow: each constraint stands beside those before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from broker.catalog import block, limits
from broker.catalog.classes import ClassRule
from broker.catalog.compiled import narrowed
from broker.catalog.constraints import Terms, constraint
from broker.catalog.join import together
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

_OF_HANDLES_TOO: Final = (HandleOf, Anything, NoLinks)  # what says nothing of the value that a handle stands for
_TYPED_ONLY: Final = TypedOnly()
MOST: Final = 64  # values of one block
MOST_GLOBS: Final = 8  # of one block; each is sought in the whole of a text
MOST_OF_GLOBS: Final = 512  # characters of all of them


def narrow(grant: Grant, chain: Chain, classes: Mapping[str, ClassRule]) -> Grant | str:
    """The grant of this token, as each of its blocks leaves it; or for the record why one cannot be understood.

    The signatures of the chain were checked. Blocks are written by agents: every way out is a refusal, and the first
    thing that is wrong ends the reading.
    """
    whole, own = grant, list[Block]()
    changed: dict[str, dict[str, Field]] = {}
    types = {name: _type(one) for name, one in grant.task.parameters.items()}
    terms = Terms(parameters=types, classes=classes)
    for place, (claims, link) in enumerate(zip(chain.blocks, chain.links[1:], strict=True), 1):
        try:
            left, limits_of = _read(grant, claims, link, terms, changed)
        except NotUnderstoodError as found:
            return f"segment {place}: {found}"
        grant = replace(grant, tools={name: grant.tools[name] for name in left})
        own.append(limits_of)
    tools = {name: narrowed(one, changed[name]) if changed.get(name) else one for name, one in grant.tools.items()}
    ends = min((whole.expires, *(float(one["exp"]) for one in chain.blocks)))
    return replace(whole, tools=tools, expires=ends, blocks=tuple(own), token=str(chain.root["jti"]))


class NotUnderstoodError(Exception):
    """The first thing of a block that is not as it must be."""


class _First(Report):
    """Files are read to their end, so that an admin hears everything at once; nobody hears more than one of a block."""

    def at(self, line: int, column: int, name: str, expected: str, mend: str = "") -> None:  # noqa: ARG002
        raise NotUnderstoodError(f"`{name}`: {expected}")


def _read(
    grant: Grant, claims: Claims, link: str, terms: Terms, changed: dict[str, dict[str, Field]]
) -> tuple[Sequence[str], Block]:
    """What tools are left, and the block's own limits; `changed` takes what it says of their arguments."""
    wrong = block.misfit(claims)
    if wrong is not None:
        raise NotUnderstoodError(wrong)
    _weigh(claims)
    report = _First(file="block")
    own: dict[str, Budget] = {}
    left = list(grant.tools)
    if "tools" in claims:
        left = []
        for entry in _at(claims["tools"], "tools", report).entries(empty=True) or ():
            before = grant.tools.get(entry.word)
            if before is None:
                continue  # it claims more than it has: it gets nothing of it
            left.append(entry.word)
            keys = entry.keyed(BLOCK_TOOL) or {}
            if "args" in keys:
                _arguments(keys["args"], before, grant, terms, changed.setdefault(entry.word, {}))
            if "budget" in keys:
                named = limits.of_tool(before.spec, before.arguments)
                own[entry.word] = limits.block_budget(keys["budget"], named)
    budget = _budget(claims, grant, report)
    return left, Block(link=link, jti=str(claims["jti"]), actor=str(claims["act"]["sub"]), budget=budget, tools=own)


def _weigh(claims: Claims) -> None:
    """Before anything is understood: how much there is of it, so that the cost of a block has its bound."""
    waiting: list[Json] = [claims[name] for name in ("tools", "budget") if name in claims]
    values = globs = length = 0
    while waiting:
        one = waiting.pop()
        if one and isinstance(one, dict):
            if "like" in one:
                likes = one["like"] if isinstance(one["like"], list) else [one["like"]]
                globs += len(likes)
                length += sum(len(like) for like in likes if isinstance(like, str))
            waiting.extend(one.values())
        elif one and isinstance(one, list):
            waiting.extend(one)
        else:
            values += 1
        if values + len(waiting) > MOST:  # whatever waits comes to one value at least
            raise NotUnderstoodError(f"more than {MOST} values")
    if globs > MOST_GLOBS:
        raise NotUnderstoodError(f"more than {MOST_GLOBS} globs")
    if length > MOST_OF_GLOBS:
        raise NotUnderstoodError(f"globs of more than {MOST_OF_GLOBS} characters")


def _arguments(said: At, before: GrantedTool, grant: Grant, terms: Terms, changed: dict[str, Field]) -> None:
    """More said of the arguments of one tool."""
    for entry in said.entries(empty=True) or ():
        field = changed.get(entry.word, before.arguments.get(entry.word))
        if field is None:
            entry.wrong_key(f"no argument `{entry.word[:40]}` is granted")
            continue
        one = constraint(entry, before.spec.arguments[entry.word], terms)
        if one is not None:
            more = resolved(one.constraint, grant.task.parameters)
            changed[entry.word] = Field(_beside(field.constraint, more), field.optional and one.optional)


def _beside(before: Constraint, more: Constraint) -> Constraint:
    """Both hold. What a block says of a value closes the argument to handles: else its author could ask of what stands
    behind one whether it is this or that, again and again.
    """
    whole, old = _parts(more), _parts(before)
    if _judges(whole):
        whole = (*whole, _TYPED_ONLY)
    if old:
        whole = together((*old, *whole))
    if len(whole) > 1:
        return All(whole)
    return whole[0] if whole else Anything()


def _parts(one: Constraint) -> tuple[Constraint, ...]:
    if not isinstance(one, All):
        return () if isinstance(one, Anything) else (one,)
    return tuple(part for part in one.parts if not isinstance(part, Anything))


def _judges(parts: Iterable[Constraint]) -> bool:
    """Whether something of it is said of the value itself."""
    for part in parts:  # noqa: SIM110 - a generator costs more than what it asks
        if not isinstance(part, _OF_HANDLES_TOO):
            return True
    return False


def _budget(claims: Claims, grant: Grant, report: Report) -> Budget:
    if "budget" not in claims:
        return Budget()
    specs = {name: one.spec for name, one in grant.tools.items()}
    around = {
        name: ToolGrant(arguments=one.arguments, rows=one.rows, budget=one.budget) for name, one in grant.tools.items()
    }
    named = limits.of_scope(specs, around, frozenset())
    return limits.block_budget(_at(claims["budget"], "budget", report), named)


def _at(value: Json, name: str, report: Report) -> At:
    node = tree(value)
    if node is None:
        raise NotUnderstoodError(f"`{name}`: no map of what a file could say")
    return At(node, name, report)


def _type(one: Parameter) -> str:
    match one.value:
        case str():
            return "text"
        case int():
            return "integer"
        case _:
            return "number"
