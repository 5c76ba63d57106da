"""What a result looks like once the mask is through with it, and what the task remembers."""

import json
from itertools import count

import pytest

from broker.actions.shapes import digest
from broker.adapters.broken import LEAVES, lies
from broker.adapters.label import label
from broker.mask.apply import mask
from broker.mask.published import output_schema
from broker.model.faults import ToolFault
from broker.model.label import Label, Leaf, Writer
from tests import kit

KEY = b"k" * 32
SECRET = "canary-9c"
LIES = lies(SECRET)
EXPOSURE = {"public": "show", "email": "handle", "free-text": "redact", "card": "last4", "person": "drop"}
SHOP = {
    "rows.*.id": Leaf(kind="public", writer=Writer.SYSTEM, confirms=True),
    "rows.*.customer_id": Leaf(kind="public", writer=Writer.STAFF, subject=True),
    "rows.*.email": kit.leaf("email"),
    "rows.*.other": kit.leaf("email"),
    "rows.*.card": kit.leaf("card"),
    "rows.*.name": kit.leaf("person"),
    "rows.*.note": Leaf(kind="free-text", writer=Writer.ANYONE),
    "truncated": kit.leaf(),
}


def letters():
    numbers = count()
    return lambda: "".join("abcdefghij"[int(digit)] for digit in f"{next(numbers):026d}")


def masked(value, leaves=SHOP, exposure=EXPOSURE, fresh=None, **more):
    facts = {"tool": "shop.orders", "zone": "sales", "region": "eu", "key": KEY, "fresh": fresh or letters()}
    schema = output_schema(leaves, exposure)
    return mask(label(value, leaves, 1, 1), exposure=exposure, **{**facts, "schema": schema, **more})


def row(**more):
    return {"rows": [{"id": 1, **more}], "truncated": False}


def test_each_leaf_gets_the_action_of_its_class():
    found = masked(row(email="a@x.example", card="4111111111111234", name="Ann", note="hi")).content
    assert found["rows"][0].pop("email").startswith("hdl-email-")
    assert found == {"rows": [{"id": 1, "card": "****1234", "note": "[free-text]"}], "truncated": False}


@pytest.mark.requirement("strictest-reading")
def test_a_class_without_an_action_is_redacted_and_so_is_an_unknown_action():
    assert masked(row(email="a"), exposure={"public": "show"}).content["rows"][0]["email"] == "[email]"
    assert masked(row(email="a"), exposure={"email": "shout"}).content["rows"][0]["email"] == "[email]"


@pytest.mark.requirement("unlisted-dropped")
@pytest.mark.parametrize("value", LIES.values(), ids=LIES)
def test_what_a_lying_tool_hides_never_shows(value):
    if not isinstance(value, dict):
        with pytest.raises(ToolFault) as caught:
            masked(value, leaves=LEAVES)
        assert SECRET not in str(caught.value)
        return
    found = masked(value, leaves=LEAVES, exposure={**EXPOSURE, "email": "redact"})
    assert SECRET not in json.dumps(found.content)
    assert SECRET not in repr(found.ledger)


def test_many_rows_are_masked_row_for_row():
    value = {"rows": [{"id": number} for number in range(5_000)]}
    found = masked(value, leaves={"rows.*.id": kit.leaf("email")}, exposure={"email": "redact"})
    assert found.content["rows"] == [{"id": "[email]"}] * 5_000
    assert found.hidden == {"email:redact": 5_000}


@pytest.mark.parametrize("value", [None, "text", 5, [], [1], True])
def test_what_is_no_object_is_a_fault(value):
    with pytest.raises(ToolFault) as caught:
        masked(value)
    assert caught.value.__cause__ is None


def test_a_result_that_was_not_published_is_a_fault():
    with pytest.raises(ToolFault):
        masked(row(email=SECRET), schema=output_schema(SHOP, {**EXPOSURE, "email": "hide"}))


@pytest.mark.requirement("published-schema")
def test_a_result_of_more_than_was_published_is_a_fault():
    fewer = {path: leaf for path, leaf in SHOP.items() if path != "rows.*.card"}
    with pytest.raises(ToolFault):
        masked(row(card="4111111111111234"), schema=output_schema(fewer, EXPOSURE))
    shown, dropped = {"names.*": kit.leaf()}, {"names.*": kit.leaf("person")}
    assert masked({"names": [SECRET]}, leaves=dropped).content == {"names": []}
    with pytest.raises(ToolFault):
        masked({"names": [SECRET]}, leaves=shown, schema=output_schema(dropped, EXPOSURE))


def test_equal_values_of_one_field_share_a_handle_and_different_ones_never_do():
    values = ["a@x.example", "a@x.example", "b@x.example", "A@x.example", 1, True, 1.0, "1", None]
    found = masked({"rows": [{"email": value} for value in values]})
    handles = [one["email"] for one in found.content["rows"]]
    assert handles[0] == handles[1]
    assert handles[-1] is None
    assert len(set(handles[:-1])) == 7
    opened = {one.handle: one.clear_value for one in found.vault}
    assert [(type(opened[one]), opened[one]) for one in handles[:-1]] == [(type(one), one) for one in values[:-1]]


def test_a_handle_says_where_its_value_comes_from():
    found = masked(row(email="a@x.example", other="a@x.example"))
    assert {(one.kind, one.origin) for one in found.vault} == {
        ("email", "shop.orders.email"),
        ("email", "shop.orders.other"),
    }
    assert len({one.handle for one in found.vault}) == 2
    assert "a@x.example" not in repr(found)


def test_two_values_never_share_a_handle_even_where_ids_repeat():
    with pytest.raises(ToolFault):
        masked({"rows": [{"email": "a"}, {"email": "b"}]}, fresh=lambda: "a" * 26)


LABELS = {
    "nothing": ({"rows": [], "truncated": False}, {}, Label()),
    "public alone": (row(), {}, Label()),
    "hidden": (row(email="x", card="x" * 9, name="x"), {"card": "hide"}, Label()),
    "a pseudonym": (row(email="x"), {"email": "pseudonym"}, Label()),
    "in full": (row(email="x"), {"email": "show"}, ({"email"}, False)),
    "in part": (row(card="4111111111111234"), {}, ({"card"}, False)),
    "hidden, of a stranger": (row(note="x"), {}, Label(untrusted=True)),
    "dropped, of a stranger": (row(note="x"), {"free-text": "drop"}, Label(untrusted=True)),
    "shown, of a stranger": (row(note="x"), {"free-text": "show"}, ({"free-text"}, True)),
    "two": (row(email="x", card="4111111111111234"), {"email": "show"}, ({"email", "card"}, False)),
}


@pytest.mark.parametrize(("value", "exposure", "shows"), LABELS.values(), ids=LABELS)
def test_what_is_shown_joins_and_what_is_hidden_joins_nothing_but_trust(value, exposure, shows):
    if isinstance(shows, tuple):
        zone, region = frozenset({"sales"}), frozenset({"eu"})
        shows = Label(classes=frozenset(shows[0]), zones=zone, regions=region, untrusted=shows[1])
    assert masked(value, exposure={**EXPOSURE, **exposure}).shows == shows


def test_a_source_without_a_region_joins_none():
    assert masked(row(email="x"), exposure={"email": "show"}, region=None).shows.regions == frozenset()


def test_the_ledger_holds_a_digest_of_every_leaf_and_no_value():
    found = masked(row(customer_id=7, email="a@x.example", note=None))
    assert {(one.origin, one.shown, one.writer, one.confirms) for one in found.ledger} == {
        ("shop.orders.id", "show", "system", True),
        ("shop.orders.customer_id", "show", "staff", False),
        ("shop.orders.email", "handle", "system", False),
        ("shop.orders.truncated", "show", "system", False),
    }
    assert digest("a@x.example", KEY) in {one.digest for one in found.ledger}
    assert "a@x.example" not in repr(found.ledger)


def test_subjects_are_digests_of_the_leaves_that_name_them():
    found = masked({"rows": [{"customer_id": one} for one in (7, 8, 7, None)]})
    assert found.subjects == {digest(7, KEY), digest(8, KEY)}
    other = masked(row(customer_id=7), key=b"o" * 32)
    assert not found.subjects & other.subjects


def test_hidden_counts_what_is_not_shown_in_full():
    value = {"rows": [{"id": 1, "email": "a", "card": "4111111111111234", "name": "x"}, {"email": "a", "name": None}]}
    assert masked(value).hidden == {"email:handle": 2, "card:last4": 1, "person:drop": 1}
