"""A text that is nothing but marks costs no more than its length, wherever it is spelled."""

import time

import pytest

from broker.actions.shapes import canonical as pseudonymised
from broker.actions.shapes import digest
from broker.catalog.links import has_link
from broker.decide.text import canonical
from broker.model.spelling import normalized
from broker.model.tool import Policy

PAIRS = {"of two classes": "\u0300\u0316", "of class 0 that decompose": "\u0f73\u0f71", "as entities": "&#x300;&#x316;"}
SPELL = {
    "an argument": lambda text: canonical(text, Policy.TEXT),
    "an identifier": lambda text: canonical(text, Policy.IDENTIFIER),
    "a search for links": has_link,
    "a pseudonym": lambda text: pseudonymised("person", text),
    "a digest": lambda text: digest(text, bytes(32)),
}


@pytest.mark.requirement("linear")
@pytest.mark.parametrize("spell", SPELL.values(), ids=list(SPELL))
@pytest.mark.parametrize("pair", PAIRS.values(), ids=list(PAIRS))
def test_a_text_of_nothing_but_marks_costs_its_length(spell, pair):
    began = time.process_time()
    spell("a" + pair * 100_000)
    assert time.process_time() - began < 5  # sorted by class, it takes minutes


def test_real_words_keep_their_marks():
    for word in (
        "e\u0301",
        "Z\u0351\u036b\u0343",
        "\u0e19\u0e49\u0e33",
        "\u0928\u092e\u0938\u094d\u0924\u0947",
        "\U0001f468\u200d\U0001f469",
    ):
        assert normalized("NFC", word) is not None
    assert normalized("NFC", "a" + "\u0300" * 30) is not None
    assert normalized("NFC", "a" + "\u0300" * 31) is None


def test_a_text_of_nothing_but_marks_is_no_argument_and_passes_for_a_link():
    text = "a" + "\u0300\u0316" * 40
    assert canonical(text, Policy.TEXT) is None
    assert has_link(text)
    assert digest(text, bytes(32)) != digest(text + "\u0300", bytes(32))
