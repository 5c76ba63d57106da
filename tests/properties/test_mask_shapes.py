"""Whatever a value is, an action has an answer to it, the same when asked again."""

import math

import jsonschema_rs
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.actions.shapes import RANK, canonical, digest, shape, strictest
from broker.mask.published import output_schema
from broker.model.label import Leaf, Writer

KEY = b"k" * 32
LETTERS = "a" * 26
ACTIONS = st.sampled_from([*RANK, "scan", "", "nobody knows"])
KINDS = st.sampled_from(["public", "email", "card", "phone", "person", "iban", "free-text", "secret", "health"])
TEXTS = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)  # with lone surrogates
MASKED = st.sampled_from(
    ["****1234", "[email]", "[free-text]", "@x.example", f"psn-email-{LETTERS}aaaaaa", f"hdl-email-{LETTERS}"]
)
MAILS = st.emails() | st.from_regex(r"[a-z@. ]{1,20}", fullmatch=True)
NUMBERS = st.integers() | st.integers(10**18, 10**400) | st.floats()
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS | MASKED | MAILS
NESTED = {"base": SCALARS, "max_leaves": 6}
VALUES = st.recursive(extend=lambda one: st.lists(one, max_size=3) | st.dictionaries(TEXTS, one, max_size=3), **NESTED)


def same(one, other):
    return one == other or (isinstance(one, float) and math.isnan(one) and math.isnan(other))


@given(ACTIONS, KINDS, VALUES)
def test_an_action_answers_with_plain_json_and_stays_with_it(action, kind, value):
    shaped = shape(action, kind, value, KEY)
    orjson.dumps(shaped)
    assert shape(action, kind, shaped, KEY) == shaped
    assert not isinstance(shaped, list | dict)


@given(ACTIONS, KINDS)
def test_null_stays_null(action, kind):
    assert shape(action, kind, None, KEY) is None


@pytest.mark.parametrize("action", [*RANK, "nobody knows"])
@given(KINDS, SCALARS)
def test_what_an_action_makes_is_what_is_published_of_it(action, kind, value):
    schema = output_schema({"a": Leaf(kind=kind, writer=Writer.ANYONE)}, {kind: action})
    shown = f"hdl-{kind}-{LETTERS}" if action == "handle" else shape(action, kind, value, KEY)
    content = {} if action == "drop" else {"a": shown}
    assert jsonschema_rs.validator_for(schema).is_valid(content)


@pytest.mark.requirement("actions")
@given(KINDS, TEXTS)
def test_nothing_of_a_hidden_value_is_left(kind, value):
    for action in ("redact", "hide"):
        assert shape(action, kind, value, KEY) in (f"[{kind}]", None)


@pytest.mark.requirement("actions")
@given(TEXTS)
def test_four_characters_are_left_at_most_and_no_more_than_half(value):
    shaped = shape("last4", "card", value, KEY)
    if shaped not in ("[card]", value):
        assert shaped[:4] == "****"
        assert len(shaped) == 8


@pytest.mark.requirement("pseudonyms")
@given(KINDS, SCALARS, SCALARS)
def test_pseudonyms_are_equal_where_the_spellings_are(kind, one, other):
    pair = [shape("pseudonym", kind, value, KEY) for value in (one, other)]
    if None not in pair and not any(str(value).startswith(("psn-", "[")) for value in (one, other)):
        assert (pair[0] == pair[1]) is (canonical(kind, one) == canonical(kind, other))


@given(SCALARS, SCALARS)
def test_a_digest_is_of_one_value_alone(one, other):
    if digest(one, KEY) == digest(other, KEY) and type(one) is type(other) and not isinstance(one, str):
        assert same(one, other)


@given(ACTIONS, ACTIONS, ACTIONS)
def test_the_strictest_is_a_meet(one, two, three):
    assert strictest(one, two) == strictest(two, one)
    assert strictest(strictest(one, two), three) == strictest(one, strictest(two, three))
    assert strictest(one, one) == (one if one in RANK else "redact")
    assert RANK[strictest(one, two)] <= min(RANK.get(one, 2), RANK.get(two, 2))
