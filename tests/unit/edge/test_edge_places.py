"""Where resources lie outside: one URI for each place, and one place for each URI."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.edge.names import Place, uri_inside, uri_outside

SOURCES = st.from_regex(r"\A[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")


@given(SOURCES, st.text())
def test_there_and_back(source, uri):
    assert uri_inside(uri_outside(source, uri)) == Place(source=source, uri=uri)


@given(st.text() | st.builds("{}+{}".format, st.text(alphabet="ab-_1+"), st.text()))
def test_back_and_there(uri):
    found = uri_inside(uri)
    assert found is None or uri_outside(found.source, found.uri) == uri


@pytest.mark.parametrize(
    ("source", "own", "outside"),
    [
        ("docs", "docs://guide", "docs+docs://guide"),
        ("my_docs", "docs://page/{id}", "my-docs+docs://page/{id}"),
        ("a_b_c", "svn+ssh://x", "a-b-c+svn+ssh://x"),
    ],
)
def test_a_source_stands_in_the_scheme(source, own, outside):
    assert (uri_outside(source, own), uri_inside(outside)) == (outside, Place(source=source, uri=own))


@pytest.mark.parametrize(
    "uri", ["docs://guide", "my_docs+x:", "My-docs+x:", "-a+x:", "a-+x:", "a--b+x:", "+x:", "", "1+x:"]
)
def test_what_no_list_shows_lies_nowhere(uri):
    assert uri_inside(uri) is None
