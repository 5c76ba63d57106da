"""Whose a session of the older protocol is, once its client was told to ask for another task."""

from dataclasses import dataclass

import pytest

from broker.edge.moving import _MOST, Moves, Speaker
from broker.model.task import Principal
from tests import kit


@dataclass
class Line:
    """One session, as the SDK knows it: of whoever opened it."""

    moves: Moves
    opener: Speaker
    now: float = kit.NOW

    def told(self, speaker):
        self.moves.told("s", speaker)

    def hears(self, speaker):
        return self.moves.opener("s", speaker, self.now) == self.opener.name


def speaker(task, key="", lasts=900, **more):
    return Speaker(task=kit.task(id=task, **more), key=key, until=kit.NOW + lasts)


A, B, C = speaker("a"), speaker("b"), speaker("c")
NOOR = Principal(issuer="local", sub="noor")


@pytest.mark.requirement("step-up-session")
def test_it_is_whose_it_was_until_he_is_told_and_then_the_first_that_comes_of_his():
    line = Line(Moves(), A)
    assert line.hears(A)
    assert not line.hears(B)
    line.told(A)
    assert line.hears(A)  # until the other speaks
    assert line.hears(B)
    assert line.hears(B)
    assert not line.hears(A)
    assert not line.hears(C)
    line.told(B)
    assert line.hears(C)
    assert not line.hears(B)


@pytest.mark.requirement("step-up-session")
def test_the_one_before_comes_back_when_the_token_of_the_other_has_run_out():
    line = Line(Moves(), A)
    line.told(A)
    assert line.hears(B)
    line.now += 600
    assert line.hears(speaker("b", lasts=1500))  # a fresh one
    line.now += 600
    assert not line.hears(A)
    line.now += 300
    assert not line.hears(speaker("a", principal=NOOR))
    assert line.hears(speaker("a", lasts=2400))
    assert not line.hears(B)


@pytest.mark.requirement("step-up-session")
@pytest.mark.parametrize(
    "other",
    [speaker("b", principal=NOOR), speaker("b", actor="agent-2"), speaker("b", key="k"), speaker("a", key="k")],
    ids=["another user", "another agent", "another key", "a key of the same task"],
)
def test_no_other_holder_comes_in(other):
    line = Line(Moves(), A)
    line.told(A)
    assert not line.hears(other)
    line.told(other)  # he is told in a session that is not his
    assert not line.hears(other)
    assert line.hears(B)


def test_what_is_remembered_is_bounded():
    moves = Moves()
    for n in range(2 * _MOST):
        moves.told(f"s{n}", A)
    assert len(moves._lines) == _MOST
