"""The tree is the RFC's: known roots, and proofs that hold for what is so and for nothing else."""

from __future__ import annotations

import hashlib

import pytest

from broker.audit.merkle import (
    EMPTY,
    consistency,
    grown,
    inclusion,
    is_consistent,
    is_included,
    leaf,
    node,
    root,
    tree,
)
from broker.model.record import Head

NOTHING = Head(size=0, frontier=())

# The eight leaves and roots of the Certificate Transparency reference tests (certificate-transparency-go, RFC 6962).
BODIES = [bytes.fromhex(one) for one in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
BODIES.append(bytes.fromhex("606162636465666768696a6b6c6d6e6f"))
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf(body) for body in BODIES]


def test_an_empty_log_has_the_hash_of_nothing():
    assert root(NOTHING) == tree([]) == EMPTY == hashlib.sha256(b"").digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_of_the_reference(size):
    assert root(grown(NOTHING, BODIES[:size])).hex() == ROOTS[size - 1]
    assert tree(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_a_leaf_is_never_a_node():
    assert leaf(LEAVES[0] + LEAVES[1]) != node(LEAVES[0], LEAVES[1])


@pytest.mark.parametrize("size", range(1, 18))
def test_each_line_can_be_proven_and_nothing_else_can(size):
    bodies = [b"%d" % at for at in range(size)]
    leaves = [leaf(body) for body in bodies]
    top = tree(leaves)
    for at in range(size):
        proof = inclusion(leaves, at)
        assert is_included(bodies[at], at, size, proof, top)
        assert not is_included(b"other", at, size, proof, top)
        assert not is_included(bodies[at], (at + 1) % size, size, proof, top) or size == 1
        assert not is_included(bodies[at], at, size, (*proof, EMPTY), top)
        assert not is_included(bodies[at], size, size, proof, top)
        assert not is_included(bodies[at], -1, size, proof, top)
        assert not proof or not is_included(bodies[at], at, size, proof[:-1], top)


@pytest.mark.parametrize("size", range(1, 18))
def test_that_the_log_only_grew_can_be_proven_and_nothing_else_can(size):
    leaves = [leaf(b"%d" % at) for at in range(size)]
    top = tree(leaves)
    for old in range(1, size + 1):
        before, proof = tree(leaves[:old]), consistency(leaves, old)
        assert is_consistent(old, size, proof, before, top)
        assert not is_consistent(old, size, proof, EMPTY, top)
        assert not is_consistent(old, size, proof, before, EMPTY)
        assert not is_consistent(old, size, (*proof, EMPTY), before, top)
        assert not is_consistent(size + 1, size, proof, before, top)
        assert old == size or not is_consistent(old, size, (), before, top)
    assert not is_consistent(0, size, (), EMPTY, top)


@pytest.mark.parametrize("of", [lambda: inclusion(LEAVES, 8), lambda: inclusion([], 0), lambda: consistency(LEAVES, 9)])
def test_what_is_not_there_has_no_proof(of):
    with pytest.raises(IndexError):
        of()
