"""Whatever a tool answers and whatever is shown of it, the result fits what was published and hides what it must."""

import json
from itertools import count

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.actions.shapes import RANK
from broker.adapters.label import label
from broker.leaves.walk import tree
from broker.mask.apply import mask
from broker.mask.published import output_schema
from broker.model.faults import ToolFault
from broker.model.label import Leaf, Writer

KEY = b"k" * 32
CLASSES = ("public", "email", "card", "person", "free-text", "secret")
SEGMENTS = st.sampled_from(["rows", "a", "b", "*", "email", "truncated"])
PATHS = st.lists(SEGMENTS, min_size=1, max_size=4).filter(lambda one: one[0] != "*").map(".".join)
LEAVES = st.dictionaries(
    PATHS,
    st.builds(
        Leaf,
        kind=st.sampled_from(CLASSES),
        writer=st.sampled_from(Writer),
        confirms=st.booleans(),
        subject=st.booleans(),
    ),
    max_size=6,
)
EXPOSURES = st.dictionaries(st.sampled_from(CLASSES), st.sampled_from([*RANK, "scan", "x"]))
TEXTS = st.text(max_size=12) | st.emails() | st.text("0123456789 -", min_size=8, max_size=20)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
KEYS = SEGMENTS | st.text(max_size=5)
NESTED = {"base": SCALARS, "max_leaves": 20}
VALUES = st.recursive(extend=lambda one: st.lists(one, max_size=4) | st.dictionaries(KEYS, one, max_size=4), **NESTED)


def values_for(at):
    """A value that `leaves` may well describe, with surprises in it."""
    shapes = [SCALARS, VALUES]
    if at.keys:
        listed = {key: values_for(below) for key, below in at.keys.items()}
        shapes += [st.fixed_dictionaries({}, optional={**listed, "more": VALUES})] * 4
    if at.items is not None:
        shapes += [st.lists(values_for(at.items), max_size=3)] * 4
    return st.one_of(shapes)


RESULTS = LEAVES.flatmap(lambda leaves: st.tuples(st.just(leaves), values_for(tree(leaves))))


def masked(value, leaves, exposure):
    numbers = count()
    return mask(
        label(value, leaves, 1, 1),
        tool="t.t",
        zone="z",
        region=None,
        exposure=exposure,
        key=KEY,
        fresh=lambda: "".join("abcdefghij"[int(digit)] for digit in f"{next(numbers):026d}"),
        schema=output_schema(leaves, exposure),
    )


@pytest.mark.requirement("published-schema")
@given(RESULTS, EXPOSURES)
def test_every_result_fits_what_was_published(result, exposure):
    leaves, value = result
    schema = output_schema(leaves, exposure)
    jsonschema_rs.meta.validate(schema)
    try:
        found = masked(value, leaves, exposure)
    except ToolFault:
        assert not isinstance(value, dict) or not tree(leaves).keys, "only what is no object does not fit"
        return
    assert jsonschema_rs.validator_for(schema).is_valid(json.loads(json.dumps(found.content)))


@pytest.mark.requirement("label-from-leaves")
@given(RESULTS, EXPOSURES)
def test_a_label_is_what_is_visible_and_every_stranger(result, exposure):
    leaves, value = result
    if not isinstance(value, dict) or not tree(leaves).keys:
        return
    found = masked(value, leaves, exposure)
    visible = {kind for kind in CLASSES if exposure.get(kind) in ("show", "last4", "domain")} - {"public"}
    assert found.shows.classes <= visible
    met = {(one.origin, one.writer) for one in found.ledger}
    if any(not Writer(writer).is_trusted for _, writer in met):
        assert found.shows.untrusted


@given(st.lists(SCALARS, max_size=20))
def test_handles_of_different_values_differ_and_each_opens_to_its_own(values):
    leaves = {"a.*": Leaf(kind="email", writer=Writer.SYSTEM)}
    found = masked({"a": values}, leaves, {"email": "handle"})
    opened = {one.handle: one.clear_value for one in found.vault}
    assert len(opened) == len(found.vault)
    assert len({(type(one), one) for one in opened.values()}) == len(opened)
    kept = [opened[one] for one in found.content["a"] if one is not None]
    assert set(kept) == set(opened.values())
