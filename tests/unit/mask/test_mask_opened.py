"""What a scope says of a text is said of the value behind a handle too, and nobody can ask what that value is."""

import pytest

from broker.adapters.broken import Broken
from broker.model.constraint import All, EmailAt, Field, HandleOf, Length, OneOf
from broker.model.decision import Reason
from broker.model.outcome import Refused, Served
from broker.model.tool import Argument, Effect, Policy
from tests.kit import House, Shelf, leaf, scope, spec, tool_grant

TO = Argument(schema={"type": "string"}, required=True, policy=Policy.EMAIL, handles=frozenset({"email"}))
READ = spec("t.read", leaves={"rows.*.email": leaf("email"), "truncated": leaf()})
SEND = spec(arguments={"to": TO}, effects=frozenset({Effect.SEND}), authority=frozenset({"to"}))


async def sent(*parts, address="ann@example.com"):
    tools = {"t.read": tool_grant(), "t.t": tool_grant({"to": Field(All((HandleOf(frozenset({"email"})), *parts)))})}
    one = scope(tools, mask={"email": {"else": "handle"}})
    mailer = Broken(answers={"rows": []}, leaves=SEND.leaves)
    house = House(
        Shelf(
            one,
            {
                "t.read": (READ, Broken(answers={"rows": [{"email": address}]}, leaves=READ.leaves)),
                "t.t": (SEND, mailer),
            },
        )
    )
    await house.open()
    (row,) = (await house.call(tool="t.read")).masked.content["rows"]
    return house, mailer, row["email"], await house.call({"to": row["email"]})


@pytest.mark.parametrize(
    "parts", [(), (EmailAt(("example.com",)),), (Length(None, 20),), (EmailAt(()), Length(3, 20))], ids=str
)
async def test_a_value_that_is_inside_is_put_in_its_place(parts):
    _, mailer, handle, outcome = await sent(*parts)
    assert isinstance(outcome, Served)
    assert mailer.opened[0].clear_arguments == {"to": "ann@example.com"}
    assert handle.startswith("hdl-email-")


@pytest.mark.parametrize("parts", [(EmailAt(("corp.example",)),), (Length(None, 5),)], ids=str)
async def test_a_value_that_is_outside_is_not_sent_and_each_try_is_a_strike(parts):
    house, mailer, handle, outcome = await sent(*parts)
    assert outcome == Refused(reason=Reason.HANDLE_NOT_ACCEPTED)
    assert house.kinds("call.")[-2:] == ["call.intent", "call.abandoned"]
    for _ in range(2):
        await house.call({"to": handle})
    assert (await house.call({"to": handle})).reason is Reason.TASK_ENDED
    assert mailer.runs == 0


@pytest.mark.requirement("handle-no-oracle")
async def test_a_handle_is_never_compared_with_a_guess():
    _, mailer, _, outcome = await sent(OneOf(("ann@example.com",)))
    assert outcome.reason is Reason.HANDLE_NOT_ACCEPTED
    assert mailer.runs == 0


async def test_a_typed_value_is_no_handle():
    house, mailer, _, _ = await sent(EmailAt(("corp.example",)))
    assert (await house.call({"to": "ann@corp.example"})).reason is Reason.VALUE_NOT_ALLOWED
    assert mailer.runs == 0
