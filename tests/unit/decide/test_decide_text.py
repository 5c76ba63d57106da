"""One spelling for one text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.decide.text import canonical
from broker.model.tool import Policy

PLAIN = [Policy.IDENTIFIER, Policy.TOKEN, Policy.PATH, Policy.URL, Policy.EMAIL]
PROSE = [Policy.TEXT, Policy.CODE]


@pytest.mark.requirement("canonical")
@pytest.mark.parametrize("policy", PLAIN)
@pytest.mark.parametrize(
    "text",
    [
        "a\u200bb",
        "a\u202eb",
        "a\u2066b",
        "a\x00",
        "a\nb",
        "a\tb",
        "a\u00a0b",
        "a\u1680b",
        "a\u2028b",
        "\ufeffa",
        "\uff41",
        "ﬁ",
        "①",
        "a\ud800",
        "\U000e0041",
        "e\u0301",
    ],
    ids=ascii,
)
def test_an_identifier_holds_nothing_that_cannot_be_seen_or_read_twice(text, policy):
    assert canonical(text, policy) is None


@pytest.mark.requirement("canonical")
@pytest.mark.parametrize("policy", PROSE)
@pytest.mark.parametrize(
    "text",
    ["a\x00", "a\x1b[2J", "a\u202eb", "a\u2067b", "a\u200fb", "a\ud800", "\U000e0041", "\ufeffx", "a\u2028b", "\ue000"],
    ids=ascii,
)
def test_a_text_holds_no_controls_and_no_direction_overrides(text, policy):
    assert canonical(text, policy) is None


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("a\r\nb", "a\nb"),
        ("e\u0301", "é"),
        ("👩\u200d🔧", "👩\u200d🔧"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("नी", "नी"),
        ("", ""),
    ],
    ids=ascii,
)
def test_a_text_is_composed_and_its_lines_end_in_one_way(text, spelled):
    assert canonical(text, Policy.TEXT) == spelled


@pytest.mark.parametrize(
    ("text", "policy", "spelled"),
    [
        ("Ann@Example.COM", Policy.EMAIL, "Ann@example.com"),
        ("HTTPS://Shop.Example/Path?Q=A", Policy.URL, "https://shop.example/Path?Q=A"),
        ("Path/To", Policy.PATH, "Path/To"),
        ("no-address", Policy.EMAIL, "no-address".lower()),
    ],
)
def test_what_has_no_case_is_written_small_and_the_rest_stays(text, policy, spelled):
    assert canonical(text, policy) == spelled


@pytest.mark.requirement("canonical")
@pytest.mark.parametrize("policy", Policy)
@given(text=st.text(st.characters(exclude_categories=[])))
def test_a_spelling_is_its_own_spelling(policy, text):
    once = canonical(text, policy)
    if once is not None:
        assert canonical(once, policy) == once
        once.encode()
