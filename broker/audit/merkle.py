"""The Merkle tree over the log's lines: roots, and proofs that a line is in it and that it only grew (RFC 9162 2.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from broker.model.record import Head

EMPTY = hashlib.sha256(b"").digest()


def leaf(body: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + body).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def grown(head: Head, bodies: Iterable[bytes]) -> Head:
    """`head` with these lines appended. As many neighbours join as the size has trailing ones in binary."""
    size, frontier = head.size, list(head.frontier)
    for body in bodies:
        joined, ones = leaf(body), size
        while ones & 1:
            joined, ones = node(frontier.pop(), joined), ones >> 1
        frontier.append(joined)
        size += 1
    return Head(size=size, frontier=tuple(frontier))


def root(head: Head) -> bytes:
    if not head.frontier:
        return EMPTY
    *larger, joined = head.frontier
    for subtree in reversed(larger):
        joined = node(subtree, joined)
    return joined


def tree(leaves: Sequence[bytes]) -> bytes:
    """MTH of leaf hashes, top down as the RFC defines it."""
    match len(leaves):
        case 0:
            return EMPTY
        case 1:
            return leaves[0]
        case size:
            half = _half(size)
            return node(tree(leaves[:half]), tree(leaves[half:]))


def inclusion(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """PATH (RFC 9162 2.1.3.1): what the root of `leaves` can be had from, given the leaf at `index`."""
    if not 0 <= index < len(leaves):
        raise IndexError("no such leaf")
    if len(leaves) == 1:
        return ()
    half = _half(len(leaves))
    if index < half:
        return (*inclusion(leaves[:half], index), tree(leaves[half:]))
    return (*inclusion(leaves[half:], index - half), tree(leaves[:half]))


def consistency(leaves: Sequence[bytes], old: int) -> tuple[bytes, ...]:
    """PROOF (RFC 9162 2.1.4.1): that the tree of `leaves` begins with the tree of the first `old` of them."""
    if not 0 < old <= len(leaves):
        raise IndexError("no such older tree")
    return _subproof(leaves, old, whole=True)


def is_included(body: bytes, index: int, size: int, proof: Sequence[bytes], claimed: bytes) -> bool:
    """RFC 9162 2.1.3.2, step by step."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf(body)
    for part in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node(part, found)
            at, last = _climb(at, last)
        else:
            found = node(found, part)
        at, last = at >> 1, last >> 1
    return last == 0 and found == claimed


def is_consistent(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """RFC 9162 2.1.4.2, step by step."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not proof and old_root == new_root
    parts = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not parts:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    older = newer = parts[0]
    for part in parts[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            older, newer = node(part, older), node(part, newer)
            at, last = _climb(at, last)
        else:
            newer = node(newer, part)
        at, last = at >> 1, last >> 1
    return last == 0 and older == old_root and newer == new_root


def _subproof(leaves: Sequence[bytes], old: int, *, whole: bool) -> tuple[bytes, ...]:
    if old == len(leaves):
        return () if whole else (tree(leaves),)
    half = _half(len(leaves))
    if old <= half:
        return (*_subproof(leaves[:half], old, whole=whole), tree(leaves[half:]))
    return (*_subproof(leaves[half:], old - half, whole=False), tree(leaves[:half]))


def _half(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def _climb(at: int, last: int) -> tuple[int, int]:
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last
