"""Which tools do agents know, and when does a scope become another one?"""

from datetime import date

import pytest

from broker.catalog.source import overdue
from broker.model.faults import ConfigError
from broker.model.tool import State
from broker.settings import Class, Governance, Settings


@pytest.mark.requirement("source-state")
@pytest.mark.parametrize("state", ["draft", "retired"])
def test_a_tool_of_a_draft_or_retired_source_is_unknown(house, state):
    house.edit("tools/mail/source.yaml", "state: active", f"state: {state}")
    assert house.problems() == [
        f"scopes/support-refund.yaml:20:3: `tools.mail.send`: unknown tool `mail.send`; its source is `{state}`"
    ]


def test_a_draft_source_is_checked_all_the_same(house):
    house.edit("tools/mail/source.yaml", "state: active", "state: draft")
    house.edit("tools/mail/source.yaml", "risk: medium", "risk: some")
    assert any("`risk`" in one for one in house.problems())


def test_a_deprecated_tool_may_still_be_granted(house):
    house.edit("tools/mail/source.yaml", "state: active", "state: deprecated")
    catalog, _ = house.load()
    assert catalog.spec("mail.send").state is State.DEPRECATED


def test_a_review_is_overdue_the_day_after():
    assert not overdue(date(2026, 11, 24), date(2026, 11, 24))
    assert overdue(date(2026, 11, 23), date(2026, 11, 24))


@pytest.mark.requirement("overdue")
def test_an_overdue_source_is_warned_about_and_serves(house):
    house.edit("tools/mail/source.yaml", "2027-06-30", "2026-11-23")
    catalog, warnings = house.load()
    assert catalog.spec("mail.send") is not None
    assert warnings == ("tools/mail/source.yaml: `review_by` was 2026-11-23; support answers for it",)


@pytest.mark.requirement("overdue")
def test_where_the_house_denies_overdue_tools_are_left_out_of_scopes_too(house):
    house.edit("tools/mail/source.yaml", "2027-06-30", "2026-11-23")
    catalog, warnings = house.load(governance=Governance(overdue="deny"))
    assert catalog.spec("mail.send") is None
    assert "mail.send" not in catalog.scope("support-refund").tools
    assert len(warnings) == 1


def test_a_scope_whose_lookups_are_left_out_is_left_out(house):
    house.edit("tools/shop/source.yaml", "2027-06-30", "2026-11-23")
    catalog, warnings = house.load(governance=Governance(overdue="deny"))
    assert catalog.scopes() == ()
    assert any("support-refund.yaml: left out" in one for one in warnings)


def test_the_scopes_of_a_broken_source_are_not_blamed_for_it(house):
    house.edit("tools/shop/source.yaml", "risk: high", "risk: some")
    assert [one.partition(":")[0] for one in house.problems()] == ["tools/shop/source.yaml"]


@pytest.mark.requirement("revision")
@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("scopes/support-refund.yaml", "0.01..100}", "0.01..101}"),
        ("scopes/support-refund.yaml", "expires: 15m", "expires: 15m # "),
        ("tools/pay/source.yaml", "maximum: 5000", "maximum: 5001"),
        ("tools/pay/source.yaml", ":order_id :amount :call", ":order_id :call :amount"),
        ("tools/shop/source.yaml", "email: email, phone", "email: public, phone"),
        ("tools/shop/source.yaml", "zone: sales", "zone: mail"),
        ("tools/shop/source.yaml", "order that a ticket", "order which a ticket"),
        ("tools/pay/source.yaml", "data/pay.db", "data/other.db"),
    ],
)
def test_whatever_decides_what_runs_makes_another_revision(house, file, old, new):
    before = house.load()[0].scope("support-refund").revision
    house.edit(file, old, new)
    assert house.load()[0].scope("support-refund").revision != before


@pytest.mark.parametrize(
    ("old", "new"),
    [("state: active", "state: deprecated"), ("2027-06-30", "2028-06-30"), ("owner: finance", "owner: treasury")],
)
def test_who_answers_for_a_tool_and_until_when_leaves_open_tasks_alone(house, old, new):
    before = house.load()[0].scope("support-refund").revision
    house.edit("tools/pay/source.yaml", old, new)
    assert house.load()[0].scope("support-refund").revision == before


def test_a_folder_without_a_source_and_a_misnamed_scope_are_told(house):
    house.write("tools/lost/sources.yaml", "")
    house.write("scopes/other.yml", "")
    assert house.load()[1] == (
        "tools/lost: no `source.yaml` in it, so it is no source",
        "scopes/other.yml: not read; name it `other.yaml`",
    )


def test_missing_folders_are_told(tmp_path, empty):
    with pytest.raises(ConfigError) as failed:
        empty.load(tools=tmp_path / "nowhere")
    assert [str(one) for one in failed.value.problems] == ["nowhere: no such folder; run `broker init`"]


def test_a_class_of_the_houses_own_is_known_to_files_and_is_no_softer_than_a_built_in_one(house):
    house.edit("tools/mail/source.yaml", "to: email", "to: badge-no")
    with pytest.raises(ConfigError):
        house.load()
    house.load(classes={"badge-no": Class(rank=30, action="redact")})
    own = {"badge-no": Class(rank=3, action="shw"), "secret": Class(rank=1, action="show")}
    with pytest.raises(ConfigError) as failed:
        house.load(classes={**own, "A b": Class(rank=3, action="hide")})
    assert [(one.file, one.field) for one in failed.value.problems] == [
        ("broker.toml", "classes.badge-no.action"),
        ("broker.toml", "classes.secret.action"),
        ("broker.toml", "classes.secret.rank"),
        ("broker.toml", "classes.A b"),
    ]


@pytest.mark.requirement("lookup-proves")
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("    bind: {user: $principal}\n    max_rows: 1\n", "    bind: {user: $principal}\n", "returns one row"),
        ("    bind: {user: $principal}\n    max_rows: 1\n", "    bind: {user: $ticket}\n    max_rows: 1\n", "binds"),
        ('-> order_id"', '-> order_id body"', "returns one column"),
        (
            '    effect: read\n    sql: "select ticket :ticket :user',
            '    effect: [read, write]\n    authority: none\n    sql: "select ticket :ticket :user',
            "only reads",
        ),
    ],
)
def test_a_parameter_is_looked_up_by_one_value_of_one_row_that_the_user_may_have(house, old, new, said):
    house.edit("tools/shop/source.yaml", old, new)
    assert any("`task.order.lookup`" in one and said in one for one in house.problems())


def test_a_sum_is_of_an_argument_that_an_agent_may_set(house):
    house.edit("tools/pay/source.yaml", ":amount :call", ":amount :fee :call")
    house.edit("tools/pay/source.yaml", "maximum: 5000}", "maximum: 5000}\n      fee: {type: number, required: false}")
    assert house.problems() == []
    house.edit("scopes/support-refund.yaml", "sum: {amount: 100}", "sum: {amount: 100, fee: 1}")
    assert any("`fee` is not granted" in one for one in house.problems())


def test_settings_of_another_root_do_not_change_how_files_are_called(house):
    house.settings = Settings(root=house.root)
    house.edit("tools/pay/source.yaml", "risk: high", "risk: some")
    assert house.problems()[0].startswith("tools/pay/source.yaml:6:7: ")


@pytest.mark.requirement("guards")
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("zones: [sales, payments, mail]", "zones: [sales, mail]", "`zones`: expected `payments` too"),
        ("zones: [sales, payments, mail]\n", "", "expected the key `zones`"),
        ("ceiling: {per: principal, window: 1d, sum: {pay.refund.amount: 500}}\n", "", "expected the key `ceiling`"),
        ("to: {handle: [email]}", "to: {any: true}", "reads what strangers write"),
        ("args: {ticket: $ticket}, rows: $customer", "args: {ticket: $ticket}", "expected `rows`"),
        ("      order_id: $order\n", "", "the tool requires the argument `order_id`"),
        ("      order_id: $order\n", "      order_id: {eq: 310, optional: true}\n", "the tool requires `order_id`"),
        ("sum: {amount: 100}", "sum: {amount: 100, fee: 1}", "the tool has no argument `fee`"),
        ("{per: principal,", "{per: planet,", "expected `actor`, `principal`, `subject`"),
        ("    budget: {calls: 1, sum", "    rows: $customer\n    budget: {calls: 1, sum", "no table that belongs"),
    ],
)
def test_a_scope_without_one_of_its_guards_does_not_load(house, old, new, said):
    house.edit("scopes/support-refund.yaml", old, new)
    assert any(said in one for one in house.problems())
