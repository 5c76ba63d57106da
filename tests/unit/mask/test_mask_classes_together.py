"""A value that was computed from several classes is shown as far as each of them may be."""

import pytest

from broker.adapters.label import label
from broker.mask.apply import _fits, mask
from broker.mask.published import output_schema
from broker.model.label import Leaf, Writer

LEAVES = {"rows.*.both": Leaf(kind="email", writer=Writer.SYSTEM, beside=frozenset({"card"}))}


def masked(exposure):
    value = {"rows": [{"both": "ann@example.com 4111111111111111"}]}
    found = mask(
        label(value, LEAVES, 1, 1),
        tool="t.t",
        zone="z",
        region=None,
        exposure=exposure,
        key=bytes(32),
        fresh=lambda: "a" * 26,
        schema=output_schema(LEAVES, exposure),
    )
    rows = found.content["rows"]
    return rows[0].get("both", "dropped") if rows else "dropped", found


@pytest.mark.parametrize(
    ("email", "card", "left"),
    [
        ("show", "show", "ann@example.com 4111111111111111"),
        ("show", "last4", "****1111"),
        ("show", "hide", None),
        ("show", "drop", "dropped"),
        ("hide", "show", None),
        ("domain", "last4", "[email]"),
        ("handle", "handle", "[email]"),
        ("pseudonym", "show", "[email]"),
        ("handle", "hide", None),
        ("show", "nonsense", "[email]"),
    ],
)
def test_the_strictest_of_its_classes_decides(email, card, left):
    assert masked({"email": email, "card": card})[0] == left


def test_each_class_that_can_be_read_in_it_joins_the_label():
    assert masked({"email": "show", "card": "show"})[1].shows.classes == {"email", "card"}
    assert masked({"email": "show", "card": "hide"})[1].shows.classes == frozenset()


def test_what_is_no_json_fits_no_schema():
    assert not _fits({1: 2}, {"type": "object"})
    assert _fits({"a": "b"}, {"type": "object"})
