"""Do globs match whole values, in linear time, and say what is none?"""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.catalog.glob import glob, matches
from broker.catalog.report import Wrong

CASES = [
    ("*", "", True),
    ("", "", True),
    ("", "a", False),
    ("a", "a", True),
    ("a", "A", False),
    ("a?c", "abc", True),
    ("a?c", "ac", False),
    ("helpdesk-*", "helpdesk-1", True),
    ("helpdesk-*", "xhelpdesk-1", False),
    ("*.example", "a.example", True),
    ("*.example", "a.example.evil", False),
    ("a*b*c", "axxbyyc", True),
    ("a*b*c", "axxbyy", False),
    ("*a*", "bab", True),
    ("ab*ba", "aba", False),
    ("a*b*b", "ab", False),
    ("a*b*b", "abb", True),
    ("a\\*", "a*", True),
    ("a\\*", "ab", False),
    ("\\\\", "\\", True),
    ("*", "line\nline", True),
    ("a*", "a\n", True),
    ("a", "a\n", False),
    ("?", "\U0001d4b3", True),
]


@pytest.mark.parametrize(("pattern", "value", "fits"), CASES)
def test_a_glob_matches_the_whole_value(pattern, value, fits):
    assert matches(pattern, value) is fits


@pytest.mark.parametrize("text", ["**", "a**b", "a\\", "*a*b*c*d*e*f*g*h*i", "x" * 300])
def test_what_is_no_glob_is_said(text):
    assert isinstance(glob(text), Wrong)


@pytest.mark.requirement("linear")
def test_no_pattern_makes_matching_slow():
    start = time.process_time()
    for pattern in ("*a*a*a*a*a*a*b", "*?a?a?a*?b", "*" + "a" * 200 + "b*"):
        assert not matches(pattern, "a" * 20_000)
    assert time.process_time() - start < 20  # CPU; what is not linear takes minutes


def slowly(pattern, value):
    """The meaning, letter by letter, with no thought of cost."""
    if not pattern:
        return not value
    if pattern[0] == "*":
        return any(slowly(pattern[1:], value[at:]) for at in range(len(value) + 1))
    if pattern[0] == "\\":
        return value[:1] == pattern[1] and slowly(pattern[2:], value[1:])
    return bool(value) and pattern[0] in {"?", value[0]} and slowly(pattern[1:], value[1:])


@pytest.mark.requirement("linear")
@given(st.text("ab*?\\", max_size=8), st.text("ab*?\\\n", max_size=8))
def test_a_glob_means_what_its_letters_say(pattern, value):
    if glob(pattern) == pattern:
        assert matches(pattern, value) is slowly(pattern, value)


@pytest.mark.requirement("linear")
@pytest.mark.parametrize("run", ["?" * 200 + "b", "?a" * 100 + "b", "a?" * 100 + "b", "a" * 200 + "?b"])
def test_a_run_of_any_letters_is_sought_in_linear_time(run):
    def took(length):
        start = time.thread_time()
        assert matches(f"*{run}*", "a" * length) is False
        return time.thread_time() - start

    assert took(20_000) < 0.5  # a start after the other: five million steps
    assert matches(f"*{run}*", "a" * 5_000 + "b") is True
