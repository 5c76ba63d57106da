"""Whose calls a ceiling adds up, as a scope says it."""

from decimal import Decimal

import pytest

from broker.model.scope import Ceiling, Per

OLD = "ceiling: {per: principal, window: 1d, sum: {pay.refund.amount: 500}}"


def rewritten(house, ceiling):
    house.edit("scopes/support-refund.yaml", OLD, f"ceiling: {ceiling}")
    return house


@pytest.mark.requirement("ceiling")
@pytest.mark.parametrize("per", ["principal", "actor"])
def test_a_ceiling_is_per_user_or_per_agent(house, per):
    catalog, _ = rewritten(house, f"{{per: {per}, window: 1d, calls: 9, sum: {{pay.refund.amount: 500}}}}").load()
    wanted = Ceiling(window=86_400.0, per=Per(per), calls=9, sums={"pay.refund.amount": Decimal(500)})
    assert catalog.scope("support-refund").ceiling == wanted


@pytest.mark.requirement("guards")
def test_a_sum_per_subject_needs_a_tool_whose_rows_are_one_subjects(house):
    found = rewritten(house, "{per: subject, window: 1d, sum: {pay.refund.amount: 500}}").problems()
    assert len(found) == 1
    assert "`ceiling.sum.pay.refund.amount`: `pay.refund` has no `rows: $param`" in found[0]
    assert "`per: principal`" in found[0]


@pytest.mark.requirement("guards")
def test_calls_per_subject_need_it_of_every_tool(house):
    found = rewritten(house, "{per: subject, window: 1d, calls: 5}").problems()
    assert len(found) == 1
    assert "`ceiling.calls`" in found[0]
    assert "`mail.send`, `pay.refund` has no `rows: $param`" in found[0]


@pytest.mark.requirement("ceiling")
def test_where_every_tool_has_it_a_ceiling_is_per_subject(house):
    text = (house.root / "scopes" / "support-refund.yaml").read_text()
    kept = text[: text.index("  pay.refund:")] + text[text.index("mask:") :]
    kept = kept.replace("zones: [sales, payments, mail]", "zones: [sales]").replace(
        ", sum: {pay.refund.amount: 150.5}", ""
    )
    house.write("scopes/support-refund.yaml", kept)
    catalog, _ = rewritten(house, "{per: subject, window: 1d, calls: 5}").load()
    assert catalog.scope("support-refund").ceiling.per is Per.SUBJECT


@pytest.mark.parametrize("per", ["planet", "Subject", '""', "[actor]"])
def test_a_ceiling_per_anything_else_does_not_load(house, per):
    assert any("`ceiling.per`" in one for one in rewritten(house, f"{{per: {per}, window: 1d, calls: 5}}").problems())
