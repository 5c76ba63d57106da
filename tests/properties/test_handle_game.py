"""Whatever blocks an agent writes, two worlds in which its handle stands for another value look the same to it."""

from itertools import product

import anyio
import pytest

from tests.handle_blocks import FEW, SHAPES
from tests.handle_game import Game, Guesser

COINS = list(product((True, False), repeat=2))
NAMES = [str(one)[:60] for one in FEW]


@pytest.mark.requirement("handle-no-oracle")
async def test_two_worlds_answer_alike_byte_by_byte_whatever_blocks_are_written():
    game, told = Game(), {}

    async def plays(number):
        told[number] = [await game.trial(FEW[number], is_first=one) for one in (True, False)]

    async with anyio.create_task_group() as tasks:
        for number in range(len(FEW)):
            tasks.start_soon(plays, number)
    assert [NAMES[number] for number, (first, second) in told.items() if first != second] == []
    assert len({first for first, _ in told.values()}) > len(FEW) // 2  # what is written does matter to what is seen


async def test_a_scope_that_lets_mail_go_to_one_host_is_told_apart_by_the_same_game():
    """The game sees what there is to see: this scope is its admin's choice, and each try of it is a strike."""
    game = Game(at=("a.example",))
    first, second = [await game.trial([], is_first=one) for one in (True, False)]
    assert first != second


def test_the_guesser_finds_the_shape_that_tells():
    guesser = Guesser(len(SHAPES))
    for shape in range(len(SHAPES)):
        for is_first in (True, False, True, False):
            guesser.learns(shape, is_first if shape == 7 else None, is_first)
    assert guesser.best == 7
    assert [guesser.guesses(7, sight, coin) for sight in (True, False) for coin in (True, False)] == [True] * 2 + [
        False
    ] * 2
    assert [guesser.guesses(3, None, coin) for coin in (True, False)] == [True, False]
