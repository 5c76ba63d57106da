"""A record says who, what and why, never a value, and it can be made of anything."""

from __future__ import annotations

import math

import orjson
import pytest

from broker.audit import canonical, record, task_record
from broker.audit.record import Stamp, Why
from broker.model.call import HandleRef
from broker.model.decision import Deny, Reason
from broker.model.outcome import Intended
from tests.unit.audit.audit_made import DIGEST_KEY, NOW, call, claim, masked, permit, task

STAMP = Stamp(at=NOW, nonce="n" * 26, key=DIGEST_KEY)
WHY = Why(reason=Reason.SOURCE_FAILED, about="to", detail="d" * 300)


def told(entry):
    return orjson.loads(entry.body)


def deep(levels):
    found = []
    for _ in range(levels):
        found = [found]
    return found


@pytest.mark.requirement("no-values")
def test_an_intent_tells_the_decision_and_no_value():
    handle = HandleRef(handle="hdl-email-abc", kind="email", origin="shop.order.email")
    one = permit(
        call({"order_id": "canary-argument", "to": "hdl-email-abc"}),
        claims=(claim("calls", 1, 3), claim("pay.refund.amount", "1.50", 500, window=86400.0)),
        handles={"to": handle},
    )
    entry = record.intent(STAMP, one)
    found = told(entry)
    assert (entry.kind, entry.call, entry.task) == ("call.intent", one.checked.call.id, "t1")
    assert found["principal"] == {"issuer": "https://id.example", "sub": "ann"}
    assert found["args"]["to"] == {"handle": "hdl-email-abc", "kind": "email", "origin": "shop.order.email"}
    assert found["args"]["order_id"].keys() == {"hmac", "type", "bytes"}
    assert found["claims"][1]["window_s"] == 86400
    assert found["at"] == "2027-01-15T08:00:00.250000Z"
    assert b"canary" not in entry.body


def test_the_same_value_has_the_same_digest_and_another_key_another():
    first, same = (told(record.denied(STAMP, call({"to": "x"}), WHY))["args"]["to"] for _ in range(2))
    other = Stamp(at=NOW, nonce="n", key=b"e" * 32)
    assert first == same
    assert first != told(record.denied(other, call({"to": "x"}), WHY))["args"]["to"]


def test_an_unknown_tool_and_unknown_arguments_are_escaped_cut_and_digested():
    entry = record.denied(STAMP, call({"canary-name": 1, "to": 2}, named="\u202eevil\n" + "x" * 500), WHY)
    found = told(entry)
    assert found["tool"] == "\\u202eevil\\n" + "x" * 194
    assert found["args"] == {}
    assert found["unknown_args"]["count"] == 2
    assert b"canary" not in entry.body
    assert "pin" not in found


def test_of_many_unknown_arguments_some_are_digested_and_all_are_counted():
    found = told(record.denied(STAMP, call({f"a{at}": at for at in range(5000)}), WHY))
    assert (found["unknown_args"]["count"], len(found["unknown_args"]["names"])) == (5000, record.NAMES)


def test_a_detail_is_cut():
    assert len(told(record.denied(STAMP, call(), WHY))["detail"]) == record.DETAIL


def test_an_outcome_counts_what_was_hidden_and_given_out():
    intended = Intended(permit=permit(), rows=1, bytes=1, shown=1, at=NOW - 0.25)
    found = told(record.served(STAMP, intended, masked()))
    assert (found["hidden"], found["handles"], found["duration_us"]) == ({"email:handle": 1}, 1, 250_000)
    assert found["shows"] == {"classes": ["person"], "zones": ["sales"], "regions": [], "untrusted": True}
    assert b"canary" not in record.served(STAMP, intended, masked()).body


def test_a_clock_that_went_back_gives_no_negative_duration():
    intended = Intended(permit=permit(), rows=1, bytes=1, shown=1, at=NOW + 9)
    assert told(record.abandoned(STAMP, intended, WHY))["duration_us"] == 0


@pytest.mark.requirement("no-values")
def test_a_tasks_parameters_are_digests():
    entry = task_record.requested(STAMP, task(roles=frozenset({"support"})))
    assert told(entry)["parameters"]["ticket"]["said_by"] == "principal"
    assert told(entry)["roles"] == ["support"]
    assert b"canary" not in entry.body


HOSTILE = {
    "surrogate": "\ud800",
    "a key that is a surrogate": {"\udfff": 1},
    "huge text": "x" * 2_000_000,
    "huge integer": 10**6000,
    "deep": deep(20_000),
    "floats": [math.nan, math.inf, -0.0, 1e16],
    "mixed keys": {1: "a", None: "b", "c": (1, 2)},
    "no JSON at all": object(),
    "bytes": b"\xff",
    "true and nothing": [True, False, None],
    "wide": {str(at): at for at in range(100_000)},
}


@pytest.mark.requirement("record-total")
@pytest.mark.parametrize("value", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("name", ["to", "\ud800", "x" * 100_000])
def test_a_record_can_be_made_of_any_argument(value, name):
    one = call({name: value})
    for entry in (record.denied(STAMP, one, WHY), record.intent(STAMP, permit(one))):
        assert len(entry.body) <= canonical.LIMIT
        assert told(entry)["v"] == 1


def test_a_record_of_too_much_is_cut_at_its_largest_field():
    one = call({f"n{at}": "x" for at in range(3000)})
    found = told(record.intent(STAMP, permit(one)))
    assert found["args"].keys() == {"cut", "bytes", "hmac"}
    assert found["digest"] not in {"", "ef" * 32}  # keyed: what an identical call is cannot be guessed from it


@pytest.mark.requirement("record-total")
def test_a_record_never_outgrows_its_limit_whatever_is_in_it():
    wide = {f"f{at}": ["\u202e" * 1000] * 20 for at in range(30)}
    found = orjson.loads(canonical.body(wide, DIGEST_KEY))
    assert all(one["cut"] for one in found.values() if isinstance(one, dict))


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (None, "null"),
        (True, "boolean"),
        (1, "integer"),
        (1.5, "number"),
        ("a", "string"),
        ([1], "array"),
        ((1,), "array"),
        ({}, "object"),
        (b"", "other"),
    ],
)
def test_each_value_says_its_type(value, kind):
    assert canonical.kind(value) == kind


def test_values_that_differ_differ_in_what_is_digested():
    slow = [
        [1, object],
        ["1", object],
        [[1], object],
        [1.0, object],
        [True, object],
        [None, object],
        [{"1": 1}, object],
    ]
    found = [canonical.digestible(one) for one in slow]
    assert len(set(found)) == len(found)
    assert canonical.digestible({"b": 1, "a": object}) == canonical.digestible({"a": object, "b": 1})


def test_what_stands_in_a_record_is_restricted():
    given = {"f": 1.5, "n": 2**53, "s": "x" * 2000, "d": deep(30), "\u00e9": "a\u0000", "t": (1, None)}
    found = canonical.restricted(given, DIGEST_KEY)
    assert found["f"] == "1.5"
    assert found["n"]["cut"] is found["s"]["cut"] is True
    assert found["'\\xe9'"] == "a\\x00"
    assert found["t"] == [1, None]


def test_the_reason_of_a_denial_is_its_own():
    deny = Deny(reason=Reason.UNPROVEN_VALUE, about="to", detail="typed")
    assert record.why(deny) == Why(reason=Reason.UNPROVEN_VALUE, about="to", detail="typed")
