"""A case is decided as the broker would decide it; what it saw as a handle it can pass on only as one."""

from dataclasses import replace

import pytest

from broker.adapters.broken import Broken
from broker.catalog.cases import Case, Seen
from broker.catalog.classes import known
from broker.lab.cases import rehearse
from broker.main.rules import catalog
from broker.model.constraint import Anything
from broker.model.decision import Reason
from broker.model.scope import Ceiling, Given, Per, RowsAny, RowsSubject
from broker.settings import Settings
from tests.kit import Shelf, scope, spec, tool_grant

NOON = 1_780_480_800.0  # 2026-06-03, a Wednesday, 12:00 in Berlin
DEFAULTS = {name: rule.action for name, rule in known({}).items()}
ROW = {"id": 310, "placed": "2026-05-01", "status": "sent", "total": 10, "card": "4111111111111111"}
SAW = Seen(tool="shop.orders_of_customer", result={"rows": [{**ROW, "email": "ann@home.example"}], "truncated": False})
MAIL = {"to": "ann@home.example", "subject": "Hello", "body": "Hello"}


@pytest.fixture(scope="module")
def files():
    return catalog(Settings(root="."))[0]


@pytest.fixture
def case():
    return Case(
        file="x.cases.yaml",
        line=1,
        name="it",
        roles=frozenset({"support"}),
        agent="helpdesk-1",
        purpose="refund",
        task={"ticket": 40, "customer": 7, "order": 310},
        at=None,
        seen=(),
        call="shop.ticket_read",
        arguments={"ticket_id": 40},
        expect="permit",
        reason=None,
    )


def decided(files, case, now=NOON, scope="support-refund"):
    verdict = rehearse(case, files.scope(scope), files, DEFAULTS, now)
    return verdict.got, verdict.reason


def test_a_call_within_its_scope_is_permitted(files, case):
    assert decided(files, case) == ("permit", None)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"roles": frozenset({"sales"})}, Reason.VALUE_NOT_ALLOWED),
        ({"agent": "crawler-1"}, Reason.VALUE_NOT_ALLOWED),
        ({"purpose": "marketing"}, Reason.VALUE_NOT_ALLOWED),
        ({"task": {}}, Reason.VALUE_NOT_ALLOWED),
        ({"task": {"ticket": 0, "customer": 7, "order": 310}}, Reason.VALUE_NOT_ALLOWED),
        ({"task": {"ticket": 40, "order": 310}}, Reason.ROW_OUT_OF_REACH),
        ({"task": {"ticket": 40, "customer": [7], "order": 310}}, Reason.ROW_OUT_OF_REACH),
        ({"arguments": {"ticket_id": 41}}, Reason.VALUE_NOT_ALLOWED),
        ({"call": "shop.api_keys"}, Reason.UNKNOWN_TOOL),
        ({"call": "shop.ticket_owner"}, Reason.UNKNOWN_TOOL),
    ],
)
def test_whatever_is_outside_is_denied_for_its_reason(files, case, change, reason):
    assert decided(files, replace(case, **change)) == ("deny", reason)


def test_a_value_seen_as_a_handle_is_passed_on_as_that_handle(files, case):
    call = replace(case, call="mail.send", arguments=MAIL, seen=(SAW,))
    assert decided(files, call) == ("permit", None)


def test_the_same_value_typed_and_never_seen_is_refused(files, case):
    assert decided(files, replace(case, call="mail.send", arguments=MAIL)) == ("deny", Reason.VALUE_NOT_ALLOWED)


def test_another_value_than_the_one_seen_is_refused(files, case):
    call = replace(case, call="mail.send", arguments={**MAIL, "to": "eve@home.example"}, seen=(SAW,))
    assert decided(files, call) == ("deny", Reason.VALUE_NOT_ALLOWED)


@pytest.mark.parametrize(("hours", "got"), [(0, "permit"), (9, "deny")])
def test_a_case_without_a_moment_happens_when_it_is_run(files, case, hours, got):
    call = replace(case, purpose="order-status", task={"ticket": 40, "customer": 7})
    assert decided(files, call, NOON + hours * 3600, "support-readonly")[0] == got


def test_a_case_with_a_moment_happens_then_whenever_it_is_run(files, case):
    call = replace(case, purpose="order-status", task={"ticket": 40, "customer": 7}, at=NOON)
    assert decided(files, call, NOON + 9 * 3600, "support-readonly")[0] == "permit"


def test_the_same_case_ends_the_same_each_time(files, case):
    call = replace(case, call="mail.send", arguments=MAIL, seen=(SAW,))
    scope = files.scope("support-refund")
    assert rehearse(call, scope, files, DEFAULTS, NOON) == rehearse(call, scope, files, DEFAULTS, NOON)


@pytest.mark.parametrize(
    ("expect", "reason", "right"),
    [
        ("deny", None, True),
        ("deny", Reason.UNKNOWN_TOOL, True),
        ("deny", Reason.VALUE_NOT_ALLOWED, False),
        ("permit", None, False),
        ("ask", None, False),
    ],
)
def test_a_verdict_is_right_only_where_decision_and_reason_are(files, case, expect, reason, right):
    call = replace(case, call="shop.api_keys", arguments={}, expect=expect, reason=reason)
    assert rehearse(call, files.scope("support-refund"), files, DEFAULTS, NOON).as_expected is right


@pytest.mark.requirement("ceiling")
@pytest.mark.parametrize(
    ("rows", "got"),
    [(RowsSubject("customer"), ("permit", None)), (RowsAny("why"), ("deny", Reason.CONTEXT_NOT_MET))],
)
def test_a_case_under_a_ceiling_per_subject_is_decided_by_whom_it_is_about(case, rows, got):
    mine = scope(
        {"t.t": tool_grant(rows=rows)},
        parameters={"customer": Given(type="integer", constraint=Anything())},
        ceiling=Ceiling(window=60.0, per=Per.SUBJECT, calls=5),
    )
    shelf = Shelf(mine, {"t.t": (spec(), Broken())})
    said = {"roles": frozenset({"r"}), "agent": "agent-1", "purpose": "p", "task": {"customer": 7}}
    asked = replace(case, **said, call="t.t", arguments={"a": "x"})
    verdict = rehearse(asked, mine, shelf, DEFAULTS, NOON)
    assert (verdict.got, verdict.reason) == got
