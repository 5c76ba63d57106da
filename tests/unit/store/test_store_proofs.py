"""A proof serves once: at whichever process, by whichever clock, and however late its request is."""

import pytest
from sqlalchemy import select

from broker.model.chain import Proof
from broker.store.memory import Memory
from broker.store.tables import PROOF as PROOF_ROWS
from tests.unit.audit.audit_made import NOW

PROOF = Proof(holder="h", token="t", jti="j", until=int(NOW) + 30, body="b")


def used(store, now, *proofs):
    with store.begin() as turn:
        return turn.first_use(proofs or [PROOF], now)


@pytest.mark.requirement("proof")
def test_a_proof_serves_once():
    store = Memory()
    assert [used(store, NOW), used(store, NOW + 1), used(store, NOW + 30)] == [True, False, False]


@pytest.mark.requirement("proof")
@pytest.mark.parametrize("before", [True, False])
def test_a_proof_whose_request_comes_after_its_time_serves_for_nothing(before):
    """Else it would serve as often as it is sent: what is over is forgotten one day."""
    store = Memory()
    assert not before or used(store, NOW)
    assert [used(store, NOW + 31), used(store, NOW + 400)] == [False, False]


@pytest.mark.requirement("proof")
def test_a_process_whose_clock_is_ahead_does_not_forget_it_for_one_whose_is_behind():
    store = Memory()
    assert used(store, NOW)
    assert used(store, NOW + 200, Proof(holder="h", token="t", jti="k", until=int(NOW) + 230, body="b"))
    assert not used(store, NOW + 1)


def test_of_two_proofs_one_that_came_before_is_enough_to_refuse_and_the_other_is_used_up_with_it():
    store, other = Memory(), Proof(holder="h", token="t", jti="other", until=int(NOW) + 30, body="b")
    assert used(store, NOW)
    assert [used(store, NOW, PROOF, other), used(store, NOW, other)] == [False, False]


def test_proofs_that_are_long_over_are_forgotten():
    store = Memory()
    for n in range(3):
        assert used(store, NOW, Proof(holder="h", token="t", jti=f"j{n}", until=int(NOW) + n + 1, body="b"))
    with store.begin() as turn:
        turn.forget(NOW + 301.5)
    with store.begin() as turn:
        left = turn._run(select(PROOF_ROWS.c.jti), None).scalars().all()
    assert left == ["j1", "j2"]
