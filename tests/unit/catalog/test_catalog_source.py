"""Does a source say what its file says: arguments, writers, effects, ways to the subject?"""

import pytest

from broker.catalog.arguments import arguments
from broker.catalog.classes import BUILT_IN, ClassRule, known
from broker.catalog.report import At, Report
from broker.catalog.yaml_text import parse
from broker.model.label import Writer
from broker.model.tool import Effect, Policy
from broker.settings import Class

NESTED = """\
ids: {type: array, items: {type: integer, minimum: 1}}
names: {type: array, items: {type: string, enum: [a, b]}, required: false, policy: token}
place: {type: object, properties: {city: {type: string}, zip: {type: string, format: uuid, required: false}}}
to: {type: string, policy: email, handle: [email]}
ratio: {type: number, maximum: 0.5}
sure: {type: boolean}
"""


def read(text):
    report = Report("f")
    return arguments(At(parse(text.encode(), report), "args", report), BUILT_IN), list(report.problems)


def test_arguments_are_typed_closed_schemas():
    found, problems = read(NESTED)
    assert problems == []
    assert {name: dict(one.schema) for name, one in found.items()} == {
        "ids": {"type": "array", "items": {"type": "integer", "minimum": 1}},
        "names": {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}},
        "place": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "zip": {"type": "string", "format": "uuid"}},
            "required": ["city"],
            "additionalProperties": False,
        },
        "to": {"type": "string"},
        "ratio": {"type": "number", "maximum": 0.5},
        "sure": {"type": "boolean"},
    }
    policies = {name: one.policy for name, one in found.items()}
    assert policies == {
        "ids": None,
        "names": Policy.TOKEN,
        "place": Policy.TEXT,
        "to": Policy.EMAIL,
        "ratio": None,
        "sure": None,
    }
    assert not found["names"].required
    assert found["to"].handles == {"email"}


WRONG = [
    "a: string",
    "a: {}",
    "a: {type: string, pattern: x}",
    "a: {type: array, items: {type: string, handle: [email]}}",
    "a: {type: array, items: {type: string, policy: email}}",
    "a: {type: object, properties: {}}",
    "a: {type: string, handle: [emial]}",
    "a: {type: integer, enum: [1, x]}",
    "a: {type: integer, enum: []}",
    "a: {type: string, minLength: -1}",
    "a: {type: string, minLength: 5, maxLength: 4}",
    "a: {type: string, format: regex}",
    "A: {type: string}",
    "a: {type: string, required: maybe}",
]


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_argument_does_not_load(text):
    _, problems = read(text)
    assert len(problems) == 1


def test_who_writes_a_leaf_follows_the_trust_of_its_source_unless_it_says_so(house):
    catalog, _ = house.load()
    leaves = catalog.spec("shop.ticket_read").leaves | catalog.spec("shop.order_lookup").leaves
    assert leaves["rows.*.body"].writer is Writer.ANYONE
    assert leaves["rows.*.email"].writer is Writer.SYSTEM
    house.edit("tools/shop/source.yaml", "trust: internal\n", "")
    house.edit("scopes/support-refund.yaml", "amount: {range: 0.01..100}", "amount: ..100")
    assert house.load()[0].spec("shop.order_lookup").leaves["rows.*.email"].writer is Writer.ANYONE


@pytest.mark.requirement("effect-agrees")
def test_a_softer_effect_loads_with_a_reason_alone(house):
    house.edit("tools/pay/source.yaml", "effect: money", "effect: read")
    assert any("`tools.pay.refund.effect`" in one or "`tools.refund.effect`" in one for one in house.problems())
    house.edit("tools/pay/source.yaml", "effect: read", "effect: read\n    why: it only fills a queue")
    assert house.load()[0].spec("pay.refund").effects == {Effect.READ}


def test_the_calls_id_fills_a_parameter_that_nobody_else_fills(house):
    house.edit("tools/pay/source.yaml", "idempotency: call", "idempotency: amount")
    assert any("`amount` is filled already" in one for one in house.problems())


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("order: customer_id,", "order: nobody,", "unknown column `nobody`"),
        ("order_id -> order.id", "order_id -> order.nr", "unknown column `nr`"),
        ("order_id -> order.id", "order_id -> order_line.order_id", "expected a way to `customer.id`"),
        ("{order: customer_id,", "{ordr: customer_id,", "unknown table `ordr`"),
        ("subject: customer.id", "subject: customer", "expected `table.column`"),
        ("subject: customer.id", "subject: customr.id", "unknown table `customr`"),
        ("subject: customer.id\n", "", "`owner_key` leads to a subject"),
    ],
)
def test_every_table_leads_to_the_subject_or_does_not_load(house, old, new, said):
    house.edit("tools/shop/source.yaml", old, new)
    assert any(said in one for one in house.problems())


def test_a_source_beyond_the_house_is_one(house):
    assert not house.load()[0].spec("mail.send").external
    house.edit("tools/mail/source.yaml", "zone: mail", "zone: mail\nboundary: external")
    assert house.load()[0].spec("mail.send").external


def test_what_the_broker_fills_is_not_an_agents_too(house):
    house.edit("tools/pay/source.yaml", "    idempotency: call", "    idempotency: call\n    bind: {order_id: $ticket}")
    assert any("`order_id` is an argument of the agent already" in one for one in house.problems())


def test_a_bound_parameter_is_no_argument_and_must_be_of_the_task(house):
    house.edit("tools/pay/source.yaml", "    idempotency: call", "    bind: {call: $ticket}")
    assert house.problems() == []
    house.edit("tools/pay/source.yaml", "$ticket", "$nothing")
    assert any("which the task does not have" in one for one in house.problems())


def test_the_list_of_classes_knows_twenty_and_shows_only_what_is_nobodys():
    assert len(BUILT_IN) >= 20
    shown = {name for name, rule in BUILT_IN.items() if rule.action == "show"}
    assert shown == {"public", "country", "company", "language"}
    assert known({"badge": Class(rank=3, action="hide")})["badge"] == ClassRule(3, "hide")
