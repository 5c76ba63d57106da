"""Are a scope's cases read by the types of its tools, and told where they are wrong?"""

import pytest

from broker.catalog.cases import Seen, read_cases
from broker.model.decision import Reason
from broker.model.faults import ConfigError

GOOD = """\
cases:
  - name: within the limit
    roles: [support]
    agent: helpdesk-1
    purpose: refund
    task: {ticket: 40, order: 310, customer: "7"}
    at: 2026-11-24T10:00+01:00
    seen:
      - {tool: shop.ticket_read, result: {rows: [{body: no, id: 7, note: null, sum: 1.50}], truncated: false}}
    call: pay.refund
    args: {order_id: 310, amount: 64.90}
    expect: permit
  - {name: a text, roles: [support], agent: a, purpose: refund, call: pay.refund, args: {order_id: x, amount: "5"},
     expect: deny, reason: arguments_invalid}
  - {name: a number as text, roles: [r], agent: a, purpose: refund, call: mail.send, args: {subject: 12}, expect: deny}
  - {name: unknown, roles: [support], agent: a, purpose: refund, call: no.tool, args: {a: 1, b: "1"}, expect: ask}
"""

BAD = """\
cases:
  - name: wrong
    roles: []
    agent: a
    purpose: refund
    task: {tickt: 1}
    at: today
    seen: [{tool: shop.nothing, result: 3}]
    call: pay.refund
    expect: permt
    reason: because
  - {name: permitted for a reason, roles: [r], agent: a, purpose: p, call: a.b, expect: permit, reason: bad_token}
"""


@pytest.fixture
def read(house):
    catalog, _ = house.load()

    def of(text):
        house.write("scopes/support-refund.cases.yaml", text)
        path = house.root / "scopes" / "support-refund.cases.yaml"
        return read_cases(path, path.name, catalog.scope("support-refund"), catalog)

    return of


@pytest.mark.requirement("cases")
def test_arguments_are_typed_by_the_tools_schema_and_else_by_how_they_look(read):
    (first, text, number, unknown), _ = read(GOOD)
    assert first.arguments == {"order_id": 310, "amount": 64.9}
    assert first.task == {"ticket": 40, "order": 310, "customer": "7"}
    row = {"body": "no", "id": 7, "note": None, "sum": 1.5}
    assert first.seen == (Seen(tool="shop.ticket_read", result={"rows": [row], "truncated": False}),)
    assert first.at == 1795510800.0
    assert text.arguments == {"order_id": "x", "amount": "5"}
    assert text.reason is Reason.ARGUMENTS_INVALID
    assert number.arguments == {"subject": "12"}
    assert unknown.arguments == {"a": 1, "b": "1"}


def test_a_denial_without_a_reason_is_warned_about(read):
    _, warnings = read(GOOD)
    assert warnings == ("support-refund.cases.yaml:15: `a number as text`: `deny` without `reason` may hide a mistake",)


@pytest.mark.requirement("cases")
def test_every_mistake_of_a_case_is_told(read):
    with pytest.raises(ConfigError) as failed:
        read(BAD)
    assert [(one.line, one.field) for one in failed.value.problems] == [
        (3, "cases[0].roles"),
        (6, "cases[0].task.tickt"),
        (7, "cases[0].at"),
        (8, "cases[0].seen[0].tool"),
        (8, "cases[0].seen[0].result"),
        (10, "cases[0].expect"),
        (11, "cases[0].reason"),
        (12, "cases[1].reason"),
    ]


def test_a_quoted_text_that_looks_like_a_number_stays_a_text(read):
    case = GOOD.replace('amount: "5"', 'amount: "64.90"')
    assert read(case)[0][1].arguments["amount"] == "64.90"
