"""Laws of the chain: a block takes away and never gives, no character can be changed, nothing malformed widens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.tokens.chain import seal, verify
from tests.token_chains import ISSUERS, KEYS, chain, drawing, opened, permitted, widened
from tests.token_malformed import WITHIN, malformed, wider

DRAWS = st.integers(0, 2**32).map(drawing)
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~=+/ \n\u00e9"


@pytest.mark.requirement("narrowing")
@given(DRAWS)
def test_what_a_child_may_do_its_parent_may_and_each_of_its_blocks_says_so(draw):
    found, _ = widened(draw)
    assert found is None


@pytest.mark.requirement("narrowing")
def test_of_the_calls_that_are_drawn_some_are_permitted_to_children():
    verdicts = [widened(drawing(seed))[1] for seed in range(60)]
    assert sum(one[0] for one in verdicts) > 10
    assert sum(any(one[1:]) for one in verdicts) > 1


@pytest.mark.requirement("token-whole")
@given(DRAWS)
def test_no_character_of_a_chain_can_be_changed(draw):
    tokens, said = chain(draw, most=2)
    token = draw.choice([tokens[-1], seal(tokens[-1], holder=KEYS[len(said)])])
    place, letter = draw.randrange(len(token)), draw.choice(LETTERS)
    changed = token[:place] + letter + token[place + 1 :]
    assert changed == token or isinstance(verify(changed, ISSUERS), str)


@pytest.mark.requirement("narrowing")
@given(DRAWS)
def test_a_block_that_is_well_signed_and_malformed_widens_nothing_and_breaks_nothing(draw):
    written, token = malformed(draw)
    assert wider(token) == [], written


def test_there_are_calls_within_the_root_and_beyond_it():
    assert len(WITHIN) >= 4
    assert permitted(opened("no token"), *WITHIN[0], lambda *_: 0) is False
