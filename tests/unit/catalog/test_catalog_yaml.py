"""Is YAML read as plain text, in time linear in the file?"""

import time

import pytest

from broker.catalog.report import Report
from broker.catalog.tree import Map, Seq, Text
from broker.catalog.yaml_text import MAX_BYTES, MAX_DEPTH, parse


def plain(node):
    match node:
        case Text(value=value):
            return value
        case Seq(items=items):
            return [plain(item) for item in items]
        case Map(entries=entries):
            return {key.value: plain(value) for key, value in entries}


def read(text):
    report = Report("f.yaml")
    return parse(text.encode(), report), list(report.problems)


@pytest.mark.requirement("yaml-plain")
@pytest.mark.parametrize("word", ["1..", "..60", "2s", "07:00..20:00", "010", "no", "2027-06-30", "1e3", "null", "~"])
def test_a_plain_scalar_is_the_text_that_stands_there(word):
    node, problems = read(f"a: {word}\nb: [{word}]\nc: {{d: {word}}}\n")
    assert problems == []
    assert plain(node) == {"a": word, "b": [word], "c": {"d": word}}


def test_every_node_has_its_place():
    node, _ = read("a: x\nb:\n  - c\n  - {d: 'e'}\n")
    (_, a), (key, b) = node.entries
    assert (a.line, a.column, a.plain) == (1, 4, True)
    assert (key.line, key.column) == (2, 1)
    inner = b.items[1].entries[0][1]
    assert (inner.line, inner.column, inner.plain, inner.value) == (4, 9, False, "e")


@pytest.mark.requirement("yaml-plain")
@pytest.mark.parametrize(
    "text",
    [
        "a: *b\n",
        "a: &b c\n",
        "a: !c d\n",
        "a: {<<: b}\n",
        "a: 1\na: 2\n",
        "a: 1\n---\nb: 2\n",
        "? [a]\n: b\n",
        "? {a: b}\n: c\n",
        "%YAML 1.2\n---\na: 1\n",
        "%TAG ! tag:example.com,2000:\n---\na: 1\n",
    ],
)
def test_what_makes_yaml_mean_more_than_it_shows_is_refused(text):
    node, problems = read(text)
    assert node is None
    assert len(problems) == 1


@pytest.mark.parametrize(("levels", "fits"), [(MAX_DEPTH, True), (MAX_DEPTH + 1, False)])
def test_a_file_has_so_many_levels_and_no_more(levels, fits):
    assert (read("[" * levels + "]" * levels)[0] is not None) is fits


def test_a_file_beyond_the_limit_is_not_parsed():
    node, problems = read("a: " + "x" * MAX_BYTES)
    assert node is None
    assert "256 KiB" in problems[0].expected


@pytest.mark.parametrize(
    "text",
    [
        "[" * MAX_BYTES,
        "{a: " * (MAX_BYTES // 4),
        "- " * (MAX_BYTES // 2),
        "a: &x [*x, *x, *x]\n" * 1000,
        "? " * 2000,
        '"' + "\\" * 20_000,
    ],
)
def test_a_hostile_file_is_refused_and_soon(text):
    start = time.process_time()
    node, problems = read(text)
    assert node is None
    assert problems
    assert time.process_time() - start < 10


def test_reading_takes_time_linear_in_the_file():
    def cost(rows):
        text = "".join(f"k{row}: {{a: [1, 2], b: 'x'}}\n" for row in range(rows))
        start = time.process_time()
        assert read(text)[0] is not None
        return time.process_time() - start

    cost(50)
    assert cost(1600) < 4 * 3 * cost(400)
