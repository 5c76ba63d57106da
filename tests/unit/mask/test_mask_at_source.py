"""What was masked where it comes from is left as it is, and labelled by all that it was computed from."""

import pytest

from broker.adapters.label import label
from broker.mask.apply import mask
from broker.mask.published import output_schema
from broker.model.faults import ToolFault
from broker.model.label import Label, Leaf, Writer
from tests import kit

EXPOSURE = {"public": "show", "email": "redact", "person": "show", "card": "last4"}
FREE = {"truncated": kit.leaf()}


def masked(leaf, value):
    leaves = {"rows.*.x": leaf, "truncated": kit.leaf()}
    return mask(
        label({"rows": [{"x": value}], "truncated": False}, leaves, 1, 1),
        tool="shop.query",
        zone="sales",
        region="eu",
        exposure=EXPOSURE,
        key=b"k" * 32,
        fresh=lambda: "a" * 26,
        schema=output_schema(FREE, EXPOSURE, free=True),
    )


def at_source(kind, *beside, writer=Writer.SYSTEM):
    return Leaf(kind=kind, writer=writer, beside=frozenset(beside), at_source=True)


def test_its_value_is_shown_as_the_source_gave_it():
    found = masked(at_source("email"), "mail of [email]")
    assert found.content["rows"] == [{"x": "mail of [email]"}]
    assert found.shows == Label()


@pytest.mark.requirement("label-from-leaves")
@pytest.mark.parametrize(
    ("beside", "classes"),
    [((), set()), (("email",), set()), (("person",), {"person"}), (("card", "person", "email"), {"card", "person"})],
)
def test_each_class_that_a_query_looked_at_joins_the_label_as_far_as_it_is_shown(beside, classes):
    assert masked(at_source("public", *beside), 3).shows.classes == classes


def test_what_a_stranger_wrote_taints_whatever_was_computed_from_it():
    assert masked(at_source("public", writer=Writer.ANYONE), 3).shows.untrusted


def test_a_query_proves_nothing_for_its_author_could_write_the_value_into_it():
    rows = masked(at_source("person"), "mallory").ledger
    assert {(row.writer, row.confirms) for row in rows if row.origin == "shop.query.x"} == {(Writer.AGENT, False)}


@pytest.mark.parametrize("value", [["a"], {"a": 1}])
def test_what_is_no_scalar_does_not_pass(value):
    assert masked(at_source("public"), value).content["rows"] == [{}]


def test_a_result_that_is_no_table_is_not_what_was_published():
    with pytest.raises(ToolFault):
        mask(
            label({"rows": 3, "truncated": False}, {"rows": kit.leaf(), "truncated": kit.leaf()}, 1, 1),
            tool="shop.query",
            zone="sales",
            region="eu",
            exposure=EXPOSURE,
            key=b"k" * 32,
            fresh=lambda: "a" * 26,
            schema=output_schema(FREE, EXPOSURE, free=True),
        )
