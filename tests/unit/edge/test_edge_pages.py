"""Lists in pages: nothing skipped, nothing twice, whatever comes and goes between two of them."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mcp import MCPError

from broker.edge.pages import SIZE, page
from broker.model.grant import Shown
from tests.kit import spec

OF = "tools/list"
NAMES = st.sets(st.integers(0, 400).map(lambda n: f"s{n % 3}.t{n}"), max_size=350)


def shown(names):
    return [Shown(spec=spec(name), input_schema={}, output_schema=None) for name in names]


def read(of_each):
    """Every name, page by page; `of_each`: what the list holds at each."""
    cursor, found = None, []
    for names in of_each:
        one, cursor = page(shown(names), OF, cursor)
        found += [each.spec.name for each in one]
        assert len(one) <= SIZE
        if cursor is None:
            return found
    raise AssertionError("the list did not end")


@given(NAMES)
def test_all_pages_together_are_the_list_in_its_order(names):
    assert read([names] * 5) == sorted(names)


@given(NAMES, NAMES, NAMES)
def test_what_stays_is_shown_once_whatever_else_comes_and_goes(names, comes, goes):
    found = read([names, (names - goes) | comes, names - goes, names - goes, names - goes])
    assert len(found) == len(set(found))
    assert set(names - goes) <= set(found)


@pytest.mark.parametrize(("many", "pages"), [(0, 1), (1, 1), (SIZE, 1), (SIZE + 1, 2), (2 * SIZE, 2)])
def test_a_page_has_a_cursor_only_where_more_is_to_come(many, pages):
    names, cursor = [f"s.t{n}" for n in range(many)], None
    for turn in range(pages):
        _, cursor = page(shown(names), OF, cursor)
        assert (cursor is None) is (turn == pages - 1)


GOOD = page(shown(f"s.t{n}" for n in range(SIZE + 1)), OF, None)[1]


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "2",
        GOOD[:-1],
        GOOD + "=",
        GOOD + "\n",
        f" {GOOD}",
        GOOD.swapcase(),
        base64.b64encode(b"\xff\xff").decode(),
        "YWZ0ZXIgdG9vbHMvbGlzdCBzLnR=",  # another spelling of a cursor of ours, by bits that no reader looks at
        base64.b64encode(b"after tools/list").decode(),
        base64.b64encode(b"before tools/list s.t1").decode(),
        base64.b64encode(b"after prompts/list s.t1").decode(),
        base64.b64encode(b"after tools/list s.t1 s.t2").decode(),
    ],
)
def test_a_cursor_that_is_not_ours_is_none(cursor):
    with pytest.raises(MCPError) as found:
        page(shown(["s.t"]), OF, cursor)
    assert found.value.error.code == -32602


def test_a_cursor_says_nothing_but_what_was_shown():
    one, cursor = page(shown([*(f"s.t{n:03}" for n in range(SIZE)), "z.hidden"]), OF, None)
    assert base64.b64decode(cursor).decode() == f"after {OF} {one[-1].spec.name}"
