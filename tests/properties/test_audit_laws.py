"""Laws of the log: any change is found, both trees agree, every proof holds, and each record is canonical."""

from __future__ import annotations

import orjson
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from broker.audit import canonical, record, task_record, verify
from broker.audit.checkpoint import signed
from broker.audit.merkle import consistency, grown, inclusion, is_consistent, is_included, leaf, root, tree
from broker.audit.record import Stamp, Why
from broker.model.decision import Reason
from broker.model.outcome import Intended
from broker.model.record import Head
from tests.unit.audit.audit_made import DIGEST_KEY, NOW, SIGNER, call, masked, permit

NOTHING = Head(size=0, frontier=())
STAMP = Stamp(at=NOW, nonce="n" * 26, key=DIGEST_KEY)

TEXTS = st.text(st.characters(exclude_categories=()), max_size=40)  # lone surrogates too
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXTS, inner, max_size=5))
BODIES = st.lists(st.binary(min_size=1, max_size=6), min_size=1, max_size=40)


@st.composite
def exports(draw):
    """(records.jsonl, checkpoints.txt) of a log of a few batches."""
    head, notes, lines = NOTHING, [], []
    for size in draw(st.lists(st.integers(1, 4), min_size=1, max_size=5)):
        batch = [b'{"kind":"task.opened","n":%d}' % (head.size + at) for at in range(size)]
        head = grown(head, batch)
        lines += batch
        notes.append(signed(SIGNER, head.size, root(head)))
    return b"".join(line + b"\n" for line in lines), "\n".join(notes).encode()


def verdict(folder, records, checkpoints):
    (folder / "records.jsonl").write_bytes(records)
    (folder / "checkpoints.txt").write_bytes(checkpoints)
    try:
        return verify.check_export(folder, SIGNER.vkey).code
    except verify.CannotCheckError:
        return verify.UNCHECKED


@pytest.mark.requirement("tamper")
@given(export=exports(), at=st.integers(0), bit=st.integers(0, 7))
def test_a_flipped_bit_anywhere_is_found(tmp_path_factory, export, at, bit):
    folder = tmp_path_factory.mktemp("flip")
    assert verdict(folder, *export) == verify.OK
    for which in (0, 1):
        changed = list(export)
        raw = bytearray(changed[which])
        raw[at % len(raw)] ^= 1 << bit
        changed[which] = bytes(raw)
        assert verdict(folder, *changed) == verify.TAMPERED


@given(export=exports(), start=st.integers(0), count=st.integers(1, 9), put=st.binary(max_size=9))
def test_bytes_removed_added_or_replaced_are_found(tmp_path_factory, export, start, count, put):
    records, notes = export
    at = start % len(records)
    changed = records[:at] + put + records[at + count :]
    if changed != records:
        assert verdict(tmp_path_factory.mktemp("cut"), changed, notes) == verify.TAMPERED


@pytest.mark.requirement("tamper")
@given(export=exports(), one=st.integers(0), other=st.integers(0))
def test_records_that_change_places_or_are_doubled_are_found(tmp_path_factory, export, one, other):
    records, notes = export
    lines = records.splitlines(keepends=True)
    one, other = one % len(lines), other % len(lines)
    folder = tmp_path_factory.mktemp("swap")
    doubled = b"".join([*lines[:one], lines[other], *lines[one:]])
    assert verdict(folder, doubled, notes) == verify.TAMPERED
    if one != other:
        lines[one], lines[other] = lines[other], lines[one]
        assert verdict(folder, b"".join(lines), notes) == verify.TAMPERED


@pytest.mark.requirement("tamper")
@given(export=exports(), keep=st.integers(0))
def test_a_tail_that_is_cut_is_found(tmp_path_factory, export, keep):
    records, notes = export
    lines = records.splitlines(keepends=True)
    assert verdict(tmp_path_factory.mktemp("tail"), b"".join(lines[: keep % len(lines)]), notes) == verify.TAMPERED


@given(bodies=BODIES)
def test_three_ways_of_building_the_tree_agree(bodies):
    slots = verify.Tree()
    for body in bodies:
        slots.add(body)
    assert root(grown(NOTHING, bodies)) == tree([leaf(body) for body in bodies]) == slots.root()


@given(bodies=BODIES, split=st.integers(0))
def test_the_log_may_grow_in_any_batches(bodies, split):
    at = split % (len(bodies) + 1)
    assert grown(grown(NOTHING, bodies[:at]), bodies[at:]) == grown(NOTHING, bodies)


@given(bodies=BODIES, index=st.integers(0), flipped=st.integers(0))
def test_a_proof_holds_and_a_changed_one_does_not(bodies, index, flipped):
    leaves, at = [leaf(body) for body in bodies], index % len(bodies)
    for proof, holds in (
        (inclusion(leaves, at), lambda proof: is_included(bodies[at], at, len(bodies), proof, tree(leaves))),
        (
            consistency(leaves, at + 1),
            lambda proof: is_consistent(at + 1, len(bodies), proof, tree(leaves[: at + 1]), tree(leaves)),
        ),
    ):
        assert holds(proof)
        if proof:
            which = flipped % len(proof)
            assert not holds((*proof[:which], bytes(32), *proof[which + 1 :]))


@given(arguments=st.dictionaries(st.sampled_from(["to", "amount"]) | TEXTS, JSON, max_size=6), tool=TEXTS, detail=TEXTS)
def test_each_record_is_canonical_as_rfc_8785_has_it(arguments, tool, detail):
    why = Why(reason=Reason.SOURCE_FAILED, about=detail, detail=detail)
    one = permit(call(arguments))
    intended = Intended(permit=one, rows=1, bytes=1, shown=1, at=NOW)
    entries = [
        record.intent(STAMP, one),
        record.denied(STAMP, call(arguments, named=tool), why),
        record.turned_away(STAMP, "c", one.checked.call.grant.task, tool, why),
        record.served(STAMP, intended, masked(hidden={detail: 1})),
        record.failed(STAMP, intended, "failed", "none", why),
        task_record.of_state(STAMP, "task.ended", "t", by=detail, because=detail),
    ]
    for entry in entries:
        assert rfc8785.dumps(orjson.loads(entry.body)) == entry.body
        assert len(entry.body) <= canonical.LIMIT
        assert b"\n" not in entry.body


@given(value=JSON)
def test_any_value_can_be_digested_and_restricted(value):
    assert canonical.digestible(value) == canonical.digestible(value)
    body = canonical.body({"x": value}, DIGEST_KEY)
    assert rfc8785.dumps(orjson.loads(body)) == body
