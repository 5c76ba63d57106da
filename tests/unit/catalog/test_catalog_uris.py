"""A template of URIs names what lies at it and nothing else, whatever an agent writes in a variable's place."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.catalog.report import Wrong
from broker.catalog.uris import LONGEST, has_variables, lies_at, pattern, template

TEMPLATE = "docs://{space}/page/{id}"
FITS = ["docs://a/page/1", "docs://A-b_c~/page/x.y", "docs://-/page/0"]
MISSES = [
    "",
    "docs://a/page/",
    "docs:///page/1",
    "docs://a/page/1/2",
    "docs://a/b/page/1",
    "docs://../page/1",
    "docs://a/page/..",
    "docs://a/page/.hidden",
    "docs://a/page/1?x=1",
    "docs://a/page/1#x",
    "docs://a/page/%2e%2e",
    "docs://a/page/a b",
    "docs://a/page/1\n",
    "docs://a/page/\u0430",
    "DOCS://a/page/1",
    "xdocs://a/page/1",
    "docs://{space}/page/{id}",
]


@pytest.mark.parametrize("uri", FITS)
def test_a_variable_is_one_plain_segment(uri):
    assert re.search(pattern(TEMPLATE), uri)
    assert lies_at(TEMPLATE, uri)


@pytest.mark.parametrize("uri", MISSES)
def test_no_value_climbs_or_ends_a_segment(uri):
    assert not re.search(pattern(TEMPLATE).replace("$", r"\Z"), uri)


def test_what_is_literal_is_literal():
    assert re.search(pattern("x:a.b/{c}"), "x:a.b/1")
    assert not re.search(pattern("x:a.b/{c}"), "x:aXb/1")
    assert lies_at("x:a*b?", "x:a*b?")
    assert not lies_at("x:a*b?", "x:aXXbY")


BAD = {
    "no scheme": "/etc/passwd",
    "a capital scheme": "File:///x",
    "a space": "x:a b",
    "a line break": "x:a\n",
    "another letter": "x:\u0430",
    "a quote": 'x:"a"',
    "a list": "x:{a,b}",
    "a rest": "x:{+path}",
    "a query": "x:y{?q}",
    "a brace alone": "x:{a",
    "an empty variable": "x:{}",
    "a long variable": "x:{" + "a" * 41 + "}",
    "two variables together": "x:{a}{b}",
    "too long": "x:" + "a" * LONGEST,
    "nothing": "",
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_what_is_no_template_is_said_to_be_none(text):
    assert isinstance(template(text), Wrong)


GOOD = ["x:", "file:///data/a.txt", "test://static-text", "demo://resource/dynamic/text/{resourceId}", "x:{a}-{b}/{c}"]


@pytest.mark.parametrize("text", GOOD)
def test_a_template_is_kept_as_it_is(text):
    assert template(text) == text


def test_a_uri_without_a_variable_is_its_only_one():
    assert has_variables(TEMPLATE)
    assert not has_variables("docs://a/page/1")
    assert lies_at("docs://a/page/1", "docs://a/page/1")
    assert not lies_at("docs://a/page/1", "docs://a/page/2")


plain = st.text("abcXYZ019-_~", min_size=1, max_size=5)
literals = st.text("abc./-", min_size=1, max_size=4)
templates = st.lists(literals, min_size=1, max_size=4).map(
    lambda parts: "x:" + "".join(f"{part}{{v{place}}}" for place, part in enumerate(parts))
)


@given(templates, st.data())
def test_whatever_fits_the_pattern_lies_there(text, data):
    assert template(text) == text
    uri = re.sub(r"\{\w+\}", lambda _: data.draw(plain), text)
    assert re.search(pattern(text), uri)
    assert lies_at(text, uri)


@given(templates, st.text(max_size=30))
def test_what_lies_there_is_never_less_than_what_fits(text, uri):
    assert lies_at(text, uri) or not re.search(pattern(text).replace("$", r"\Z"), uri)


@pytest.mark.requirement("linear")
def test_what_an_agent_wrote_is_looked_at_in_linear_time():
    text = "x:" + "/".join(f"a{{v{n}}}" for n in range(8))
    assert not lies_at(text, "x:" + "a/" * LONGEST)
    began = time.perf_counter()
    for _ in range(20):
        lies_at(text, "x:" + "a/" * (LONGEST // 2 - 1))
    assert time.perf_counter() - began < 2
