"""Limits and amounts that nobody honest writes: each is counted or refused, with a reason on record; none crashes."""

import base64
from decimal import Decimal

import pytest

from broker.adapters.broken import Broken
from broker.model.call import Request
from broker.model.chain import Credential, Proof
from broker.model.decision import Reason
from broker.model.outcome import Refused, Served
from broker.model.scope import Budget, Ceiling, Per, RowsSubject
from broker.tokens.chain import attenuate
from broker.tokens.keys import new_key, public
from tests.broken_off import held
from tests.kit import ANY, NOW, NUMBER, house, leaf, scope, spec, tool_grant

ORDER = 2**252 + 27742317777372353535851937790883648493  # of the group: RFC 8032 5.1
SCOPE = scope({"t.t": tool_grant({"n": ANY})}, budget=Budget(calls=100, sums={"t.t.n": Decimal(10)}), delegate=7)

AMOUNTS = {
    "as large as a float is": 1e308,
    "as low": -1e308,
    "beyond a float": 10**400,
    "beyond what is printed": 10**5000,
    "as far below": -(10**5000),
    "beyond 64 bits": 2**63,
    "nothing": 0,
    "less than nothing, a little": -0.0,
    "below nothing": -1,
    "not a number": float("nan"),
    "without end": float("inf"),
    "without end, below": -float("inf"),
}


def broker(scope_of=SCOPE):
    return house(Broken(leaves={"truncated": leaf()}), spec_of=spec(arguments={"n": NUMBER}), scope_of=scope_of)


async def opened(one):
    """A key, and a token that is for it."""
    key = new_key()
    await one.open(holder=public(key))
    return key


async def called(one, token, n):
    chain = one.pipeline.unseal(token)
    proof = Proof(holder=chain.holder, token=chain.digest, jti="", until=0, body="")
    return await one.pipeline.handle(
        Request(id=one.ids.fresh(), tool="t.t", arguments={"n": n}, credential=Credential(token, proof))
    )


def narrowed(token, key, **claims):
    """The next holder's token and key."""
    following = new_key()
    said = {"jti": "j", "iat": int(NOW), "exp": int(NOW) + 600, "act": {"sub": "sub"}, **claims}
    return attenuate(token, said, holder=key, to=public(following)), following


def used(one):
    with one.store._reading() as connection:
        return connection.exec_driver_sql("SELECT key, item, amount FROM spend ORDER BY id").all()


@pytest.mark.requirement("amounts")
@pytest.mark.parametrize("amount", AMOUNTS.values(), ids=AMOUNTS.keys())
async def test_an_amount_that_nobody_could_mean_is_refused_and_holds_nothing(amount):
    one = broker()
    await one.open()
    found = await one.call({"n": amount})
    assert isinstance(found, Refused)
    assert found.reason in {Reason.VALUE_NOT_ALLOWED, Reason.ARGUMENTS_INVALID, Reason.BUDGET_SPENT}
    (denied,) = [record for record in one.records if record["kind"] == "call.denied"]
    assert denied["detail"]
    assert (held(one.store), used(one)) == ([], [])
    assert one.journal.latched is None
    assert isinstance(await one.call({"n": 10}), Served)


@pytest.mark.requirement("amounts")
async def test_the_smallest_amounts_add_up_beside_the_largest():
    one = broker()
    await one.open()
    for _ in range(3):
        assert isinstance(await one.call({"n": 5e-324}), Served)
    assert (await one.call({"n": 10})).reason is Reason.BUDGET_SPENT
    assert isinstance(await one.call({"n": 9.999999999}), Served)


UNREADABLE = [
    ({"calls": 0}, "`budget.calls`: expected a whole number above zero"),
    ({"calls": -1}, "`budget.calls`: expected a whole number above zero"),
    ({"calls": -0.0}, "`budget.calls`: expected a whole number above zero"),
    ({"calls": 1.5}, "`budget.calls`: expected a whole number above zero"),
    ({"calls": 1e308}, "`budget.calls`: expected a whole number above zero"),
    ({"calls": "ten"}, "`budget.calls`: expected a whole number above zero"),
    ({"calls": True}, "`budget.calls`: expected a whole number above zero"),
    ({"calls": [1]}, "`budget.calls`: expected"),
    ({"calls": {"n": 1}}, "`budget.calls`: expected"),
    ({"calls": None}, "`budget`: no map of what a file could say"),
    ({"rows": 0}, "`budget.rows`: expected a whole number above zero"),
    ({"sum": {"t.t.n": 0}}, "`budget.sum.t.t.n`: expected a number above zero"),
    ({"sum": {"t.t.n": -0.0}}, "`budget.sum.t.t.n`: expected a number above zero"),
    ({"sum": {"t.t.n": -5}}, "`budget.sum.t.t.n`: expected a number above zero"),
    ({"sum": {"t.t.n": 1e308}}, "`budget.sum.t.t.n`: expected a number"),
    ({"calls": 2**53 - 1, "sum": {"t.t.n": 0.12345678901}}, "`budget.sum.t.t.n`: expected a number"),
    ({"sum": {"t.t.n": 1e-300}}, "`budget.sum.t.t.n`: expected a number"),
    ({"sum": {"t.t.x": 5}}, "`budget.sum.t.t.x`: the tool has no argument `x`"),
    ({"sum": {"u.u.n": 5}}, "`budget.sum.u.u.n`: the scope grants no tool `u.u`"),
    ({"sum": {"n": 5}}, "`budget.sum.n`: expected `source.tool.argument`"),
    ({"sum": 5}, "`budget.sum`: expected"),
    ({"sum": {}}, "`budget.sum`: expected"),
    ({"subjects": 1}, "`budget.subjects`: unknown key `subjects`"),
    ({"cost": 5}, "`budget.cost`: unknown key `cost`"),
    ({}, "`budget`: expected `{calls, rows, bytes, sum}`"),
    (5, "`budget`: expected"),
    ([], "`budget`: expected"),
]


@pytest.mark.requirement("narrowing")
@pytest.mark.parametrize(("budget", "detail"), UNREADABLE, ids=[detail[:60] for _, detail in UNREADABLE])
async def test_a_block_whose_budget_cannot_be_read_leaves_nothing_and_says_why_on_record(budget, detail):
    one = broker()
    key = await opened(one)
    token, _ = narrowed(one.token, key, budget=budget)
    found = await called(one, token, 1)
    assert isinstance(found, Refused)
    assert found.reason is Reason.BAD_TOKEN
    (denied,) = [record for record in one.records if record["kind"] == "call.denied"]
    assert detail in denied["detail"]
    assert used(one) == []


@pytest.mark.requirement("narrowing")
@pytest.mark.parametrize("budget", [{"calls": 2**53}, {"sum": {"t.t.n": 10**400}}, {"sum": {"t.t.n": -(10**400)}}])
async def test_a_number_that_two_readers_see_differently_makes_it_no_token(budget):
    one = broker()
    key = await opened(one)
    token, _ = narrowed(one.token, key, budget=budget)
    assert "a number that is too large" in one.pipeline.unseal(token)
    assert (await one.call({"n": 1}, token=token)).reason is Reason.BAD_TOKEN
    assert used(one) == []


@pytest.mark.requirement("block-budget")
async def test_a_block_with_more_than_there_is_adds_nothing_to_it():
    one = broker()
    key = await opened(one)
    token, key = narrowed(one.token, key, budget={"calls": 2, "sum": {"t.t.n": 3}})
    token, _ = narrowed(token, key, budget={"calls": 2**53 - 1, "sum": {"t.t.n": 9_000_000_000_000}})
    assert (await called(one, token, 4)).reason is Reason.BUDGET_SPENT
    assert isinstance(await called(one, token, 3), Served)
    assert (await called(one, token, 0.01)).reason is Reason.BUDGET_SPENT
    counted = {(key.partition(":")[0], item) for key, item, _ in used(one)}
    assert counted == {(one.task, "calls"), (one.task, "t.t.n"), ("block", "calls"), ("block", "t.t.n")}
    assert len(used(one)) == 6  # the task, and both blocks


@pytest.mark.requirement("block-budget")
@pytest.mark.requirement("token-whole")
async def test_a_block_that_is_spelled_anew_does_not_count_from_zero():
    one = broker()
    key = await opened(one)
    token, _ = narrowed(one.token, key, budget={"calls": 1})
    assert isinstance(await called(one, token, 1), Served)
    before, _, signature = token.rpartition(".")
    raw = base64.urlsafe_b64decode(f"{signature}==")
    again = raw[:32] + (int.from_bytes(raw[32:], "little") + ORDER).to_bytes(32, "little")
    spellings = [
        f"{before}.{base64.urlsafe_b64encode(again).rstrip(b'=').decode()}",  # as good an equation (RFC 8032 8.4)
        f"{before}.{signature[:-1]}{chr(ord(signature[-1]) + 1)}",  # the last letter has four bits to spare
        f"{token}==",
        f"{token}~",
        f" {token}",
    ]
    for spelled in spellings:
        assert isinstance(one.pipeline.unseal(spelled), str)
        assert (await one.call({"n": 1}, token=spelled)).reason is Reason.BAD_TOKEN


@pytest.mark.requirement("block-budget")
async def test_the_record_names_the_limit_that_has_no_room():
    one = broker()
    key = await opened(one)
    token, key = narrowed(one.token, key, budget={"calls": 1})
    token, _ = narrowed(token, key, tools={"t.t": {"budget": {"sum": {"n": 5}}}})
    links = one.pipeline.unseal(token).links
    assert isinstance(await called(one, token, 5), Served)
    await called(one, token, 1)
    (denied,) = [record for record in one.records if record["kind"] == "call.denied"]
    assert (denied["reason"], denied["detail"]) == ("budget_spent", f"no room in `calls` of `block:{links[1]}`")


@pytest.mark.requirement("block-budget")
async def test_a_sum_of_a_block_makes_an_amount_needed_that_the_scope_does_not_ask_for():
    one = broker(scope({"t.t": tool_grant({"n": ANY})}, delegate=7))
    key = await opened(one)
    token, _ = narrowed(one.token, key, tools={"t.t": {"budget": {"sum": {"n": 5}}}})
    for amount in (-1, 0, float("nan")):
        assert (await called(one, token, amount)).reason in {Reason.VALUE_NOT_ALLOWED, Reason.ARGUMENTS_INVALID}
    assert isinstance(await called(one, token, 5), Served)


@pytest.mark.requirement("ceiling")
async def test_a_ceiling_whose_subject_nobody_knows_refuses_and_says_so_on_record():
    ceiling = Ceiling(window=60.0, per=Per.SUBJECT, calls=5)
    one = broker(scope({"t.t": tool_grant({"n": ANY}, RowsSubject("who"))}, ceiling=ceiling))
    await one.open()
    assert (await one.call({"n": 1})).reason is Reason.CONTEXT_NOT_MET
    (denied,) = [record for record in one.records if record["kind"] == "call.denied"]
    assert denied["detail"] == "nobody knows whose ceiling this call counts against"
