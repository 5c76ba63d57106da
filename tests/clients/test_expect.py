"""What the check of other people's clients would let pass: nothing that differs from a good run."""

import json
from copy import deepcopy
from dataclasses import replace

import pytest

from tests.clients import expect
from tests.clients.conversation import Told
from tests.clients.expect import Effects
from tests.clients.roster import CLIENTS, EXAMPLE_PROGRAMS, Run

MCP, EXAMPLE = CLIENTS[0], EXAMPLE_PROGRAMS[1]
AMOUNT = 10.25
_HANDLE = "hdl-email-" + "a" * 26
_ROW = {
    "id": 1,
    "owner": "psn-person-" + "b" * 32,
    "email": _HANDLE,
    "phone": None,
    "card": "****0001",
    "diary": "[free-text]",
}
_PAY = {"properties": {"account_id": {"const": 1}, "amount": {"maximum": 100000}}}
UNLIMITED = {f"bank__{name}": {"properties": {"account_id": {}, "amount": {}}} for name in expect.TOOLS}


def answered(rows):
    found = {"truncated": False, "rows": rows}
    return {"kind": "served", "text": json.dumps(found), "structured": found}


STEPS = {
    "list": {"protocol": "2026-07-28", "tools": {f"bank__{n}": _PAY for n in sorted(expect.TOOLS)}},
    "call": answered([{"id": 1, "account_id": 1, "amount": AMOUNT}]),
    "refusal": {"kind": "refused", "text": json.dumps(expect.REFUSAL), "structured": None},
    "unknown": {"kind": "error", "text": "-32602 Unknown tool: bank__whole_bank", "structured": None},
    "masked": answered([_ROW]),
    "handle": answered([{"id": 1}]),
    "cancel": {"ended": "given up"},
    "after": answered([_ROW]),
}
RECORDS = [
    {"kind": "task.opened"},
    {"kind": "call.intent", "call": "a", "tool": "bank.pay"},
    {"kind": "call.outcome", "call": "a", "tool": "bank.pay", "status": "served"},
    {"kind": "call.denied", "call": "b", "tool": "bank.pay", "reason": "value_not_allowed"},
    {"kind": "call.denied", "call": "c", "tool": "bank.whole_bank", "reason": "unknown_tool"},
    {"kind": "call.intent", "call": "d", "tool": "bank.account_read"},
    {"kind": "call.outcome", "call": "d", "tool": "bank.account_read", "status": "served"},
    {"kind": "call.intent", "call": "e", "tool": "bank.write"},
    {"kind": "call.outcome", "call": "e", "tool": "bank.write", "status": "served"},
    {"kind": "call.intent", "call": "f", "tool": "bank.count_slowly"},
    {
        "kind": "call.outcome",
        "call": "f",
        "tool": "bank.count_slowly",
        "status": "failed",
        "reason": "source_failed",
        "effect": "none",
        "duration_us": 900_000,
    },
    {"kind": "call.intent", "call": "g", "tool": "bank.account_read"},
    {"kind": "call.outcome", "call": "g", "tool": "bank.account_read", "status": "served"},
]
EFFECTS = Effects(paid=[(1, AMOUNT)], written=[("owner1@bank.example",)])


def told(steps=STEPS, records=RECORDS, run=None, **more):
    said = "\n".join(json.dumps({"step": name, **facts}) for name, facts in steps.items())
    run = Run(of=MCP, era="modern", way="oauth") if run is None else run
    facts = {"tasks": ["t"], "amount": AMOUNT, "said": said, "trouble": "", "code": 0, "seconds": 1.0, **more}
    return Told(run=run, records=list(records), **facts)


def wrong(one, effects=EFFECTS):
    """The columns that are not as they should be."""
    return {column for column, problems in expect.of_client(one, MCP, effects).items() if problems}


def stepped(step, **facts):
    steps = deepcopy(STEPS)
    steps[step] |= facts
    return told(steps)


def recorded(at, **facts):
    records = deepcopy(RECORDS)
    records[at] |= facts
    return told(records=records)


def test_a_good_run_is_good():
    assert wrong(told()) == set()


@pytest.mark.parametrize("step", STEPS)
def test_a_step_that_was_not_taken_is_missed(step):
    assert wrong(told({name: facts for name, facts in STEPS.items() if name != step}))


@pytest.mark.parametrize(
    ("one", "column"),
    [
        (stepped("list", protocol="2025-11-25"), "list"),
        (stepped("list", tools={**STEPS["list"]["tools"], "bank__whole_bank": {}}), "list"),
        (stepped("list", tools=UNLIMITED), "list"),
        (stepped("call", structured=None, text=json.dumps({"rows": []})), "call"),
        (stepped("call", structured={"rows": [{"account_id": 1, "amount": 1}]}), "call"),
        (stepped("refusal", kind="served"), "refusal"),
        (stepped("refusal", text=json.dumps({**expect.REFUSAL, "hint": ""})), "refusal"),
        (stepped("unknown", kind="served"), "refusal"),
        (stepped("unknown", text="-32603 Internal error"), "refusal"),
        (stepped("masked", **answered([{**_ROW, "email": "owner1@bank.example"}])), "masked"),
        (stepped("masked", **answered([{**_ROW, "pin_code": None}])), "masked"),
        (stepped("after", kind="refused"), "masked"),
        (stepped("handle", kind="refused"), "masked"),
        (told(trouble="a log line about pin1"), "masked"),
        (stepped("cancel", ended="answered: {}"), "cancel"),
        (recorded(10, status="served"), "cancel"),
        (recorded(10, effect="unknown"), "cancel"),
        (recorded(10, duration_us=19_000_000), "cancel"),
        (told(records=[*RECORDS[:10], *RECORDS[11:]]), "cancel"),
        (told(records=[*RECORDS[:10], *RECORDS[11:], RECORDS[10]]), "cancel"),
        (
            told(records=[*RECORDS, {"kind": "call.denied", "call": "h", "tool": "", "reason": "arguments_invalid"}]),
            "record",
        ),
        (told(records=[*RECORDS, RECORDS[2]]), "record"),
        (recorded(11, call="d"), "record"),
        (told(records=[*RECORDS[:1], *RECORDS[3:]]), "record"),
        (told(tasks=[]), "record"),
        (told(tasks=["t", "u"]), "record"),
        (told(run=Run(of=MCP, era="modern", way="static")), "list"),  # its own three tools are not shown
        (told(code=1), "record"),
        (told(code=None), "record"),
    ],
)
def test_what_differs_shows_in_its_column(one, column):
    assert column in wrong(one)


@pytest.mark.parametrize(
    ("effects", "column"),
    [
        (replace(EFFECTS, paid=[]), "call"),
        (replace(EFFECTS, paid=[(1, AMOUNT), (1, AMOUNT)]), "call"),
        (replace(EFFECTS, paid=[(1, AMOUNT), (2, AMOUNT)]), "refusal"),
        (replace(EFFECTS, written=[(_HANDLE,)]), "masked"),
        (replace(EFFECTS, written=[]), "masked"),
    ],
)
def test_a_client_is_not_believed_what_the_bank_does_not_have(effects, column):
    assert column in wrong(told(), effects)


@pytest.mark.parametrize(
    ("more", "is_well"),
    [({}, True), ({"said": "tools:"}, False), ({"trouble": "ann@shop.example"}, False), ({"code": 1}, False)],
)
def test_an_example_is_held_to_what_it_must_say_and_to_what_it_must_not(more, is_well):
    records = [
        {"kind": "call.intent", "call": "l", "tool": "shop.ticket_owner", "lookup": True},
        {"kind": "call.outcome", "call": "l", "tool": "shop.ticket_owner", "status": "served"},
        {"kind": "call.intent", "call": "a", "tool": "shop.ticket_read"},
        {"kind": "call.outcome", "call": "a", "tool": "shop.ticket_read", "status": "served"},
        {"kind": "call.denied", "call": "b", "tool": "pay.refund", "reason": "value_not_allowed"},
    ]
    run = Run(of=EXAMPLE, era="", way="http")
    one = told(records=records, run=run, **{"said": " ".join(EXAMPLE.says), **more})
    assert (list(expect.example(one, EXAMPLE, ["ann@shop.example"])) == []) is is_well
