"""Do globs match whole values, in linear time, and say what is none?"""

import time

import pytest

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
