"""What a call takes of each limit, to be reserved before anything happens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from broker.decide.whose import whose
from broker.model.call import Checked
from broker.model.decision import Claim, Deny, Reason
from broker.model.grant import Block
from broker.model.label import Json
from broker.model.scope import Budget, Ceiling

_ONE = Decimal(1)


def claims(checked: Checked, people: Mapping[str, str]) -> tuple[Claim, ...] | Deny:
    """Every limit that this call counts against: of the task and of the tool in it, of each block of the token, and of
    the ceiling over all tasks. `people`: see `Facts`.
    """
    ceiling = checked.call.grant.scope.ceiling
    over = None if ceiling is None else whose(checked, ceiling.per, people)
    if ceiling is not None and over is None and _touches(ceiling, checked.tool.spec.name):
        return Deny(reason=Reason.CONTEXT_NOT_MET, detail="nobody knows whose ceiling this call counts against")
    amounts: dict[str, Decimal] = {}
    for name in _summed(checked):
        amount = spendable(checked.arguments.get(name))
        if amount is None:
            return Deny(reason=Reason.VALUE_NOT_ALLOWED, about=name, detail="not an amount that can be summed")
        amounts[name] = amount
    own = tuple(_claims(checked, amounts))
    return own if over is None or ceiling is None else (*own, *_of_ceiling(ceiling, over, checked, amounts))


def spendable(value: Json) -> Decimal | None:
    """An amount above zero, exactly as it was written; None for anything else.

    A negative amount would give a budget back, zero would make a call free, NaN compares with nothing.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    amount = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    return amount if amount.is_finite() and amount > 0 else None


def _summed(checked: Checked) -> list[str]:
    """The arguments of this call that some limit sums. One that is absent or a handle has no amount: refused."""
    tool, scope = checked.tool, checked.call.grant.scope
    ceiling = {} if scope.ceiling is None else scope.ceiling.sums
    own = f"{tool.spec.name}."
    blocks = checked.call.grant.blocks
    named = (*scope.budget.sums, *ceiling, *(ref for one in blocks for ref in one.budget.sums))
    refs = {ref.removeprefix(own) for ref in named if ref.startswith(own)}
    limited = (one.tools.get(tool.spec.name, Budget()) for one in blocks)
    return sorted(refs | set(tool.budget.sums) | {name for one in limited for name in one.sums})


def _claims(checked: Checked, amounts: dict[str, Decimal]) -> Iterator[Claim]:
    grant, tool = checked.call.grant, checked.tool
    scope, name, task = grant.scope, tool.spec.name, grant.task
    yield from _of(scope.budget, task.id, "", checked)
    yield from _of(tool.budget, task.id, f"tool:{name}:", checked)
    if tool.spec.guesses is not None:
        yield Claim(key=task.id, item=f"tool:{name}:guesses", amount=_ONE, limit=Decimal(tool.spec.guesses))
    for argument, amount in amounts.items():
        ref = f"{name}.{argument}"
        if ref in scope.budget.sums:
            yield Claim(key=task.id, item=ref, amount=amount, limit=scope.budget.sums[ref])
        if argument in tool.budget.sums:
            yield Claim(key=task.id, item=f"tool:{ref}", amount=amount, limit=tool.budget.sums[argument])
    for block in grant.blocks:
        yield from _of_block(block, checked, amounts)


def _of_block(block: Block, checked: Checked, amounts: dict[str, Decimal]) -> Iterator[Claim]:
    """A block's own limits, shared by whoever works below it."""
    name, key = checked.tool.spec.name, f"block:{block.link}"
    own = block.tools.get(name, Budget())
    yield from _of(block.budget, key, "", checked)
    yield from _of(own, key, f"tool:{name}:", checked)
    for argument, amount in amounts.items():
        ref = f"{name}.{argument}"
        if ref in block.budget.sums:
            yield Claim(key=key, item=ref, amount=amount, limit=block.budget.sums[ref])
        if argument in own.sums:
            yield Claim(key=key, item=f"tool:{ref}", amount=amount, limit=own.sums[argument])


def _of_ceiling(ceiling: Ceiling, key: str, checked: Checked, amounts: dict[str, Decimal]) -> Iterator[Claim]:
    """Calls are counted for each scope by itself. A sum is one for all scopes whose ceilings name it."""
    window = ceiling.window
    if ceiling.calls is not None:
        item, limit = f"calls:{checked.call.grant.scope.name}", Decimal(ceiling.calls)
        yield Claim(key=key, item=item, amount=_ONE, limit=limit, window=window)
    for argument, amount in amounts.items():
        ref = f"{checked.tool.spec.name}.{argument}"
        if ref in ceiling.sums:
            yield Claim(key=key, item=ref, amount=amount, limit=ceiling.sums[ref], window=window)


def _touches(ceiling: Ceiling, name: str) -> bool:
    """Whether a call of this tool counts against it at all."""
    return ceiling.calls is not None or any(ref.rpartition(".")[0] == name for ref in ceiling.sums)


def _of(budget: Budget, key: str, prefix: str, checked: Checked) -> Iterator[Claim]:
    """Calls count one each; rows and bytes take what is left, up to what the tool may give at most."""
    spec = checked.tool.spec
    if budget.calls is not None:
        yield Claim(key=key, item=f"{prefix}calls", amount=_ONE, limit=Decimal(budget.calls))
    if budget.rows is not None:
        yield Claim(key=key, item=f"{prefix}rows", amount=Decimal(spec.max_rows), limit=Decimal(budget.rows), upto=True)
    if budget.bytes is not None:
        whole = Decimal(spec.max_bytes)
        yield Claim(key=key, item=f"{prefix}bytes", amount=whole, limit=Decimal(budget.bytes), upto=True)
