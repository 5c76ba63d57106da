"""What is written in a form is read back as it was, and no text whatever is an error."""

import csv
import io
import json
import re

from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from broker.leaves.forms import Form, Unparsable
from broker.leaves.texts import parse, rooted

UNICODE = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PRINTED = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff\ufffe\uffff"), max_size=12)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | UNICODE
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(UNICODE, inner, max_size=3), max_leaves=9
)
CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\\"), max_size=6).map(
    lambda text: text.strip(" ")
)
NEAR = st.text(st.sampled_from("|-+:, \n\r\t\"'\\ab1{}[]&*!%#<~?>()"), max_size=60)
ANY = st.text(st.characters(exclude_categories=()), max_size=60) | NEAR


def tables(cells):
    """(header, rows) of one width, each column with a name of its own."""
    names = st.lists(cells.filter(lambda name: name.strip() != ""), min_size=1, max_size=4, unique=True)
    return names.flatmap(lambda header: st.tuples(st.just(header), st.lists(st.tuples(*[cells] * len(header)))))


def as_rows(header, rows):
    return {"rows": [dict(zip(header, row, strict=True)) for row in rows]}


@given(VALUES)
def test_json_comes_back(value):
    assert parse(json.dumps(value), Form.JSON) == rooted(value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | PRINTED,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PRINTED, inner, max_size=3),
        max_leaves=6,
    )
)
def test_yaml_comes_back(value):
    out = io.StringIO()
    writer = YAML(typ="safe", pure=True)
    writer.allow_unicode = False  # what cannot be printed is written as an escape
    writer.default_flow_style = False  # in `{:0: null}` the library writes a key that it cannot read itself
    writer.dump(value, out)
    assert parse(out.getvalue(), Form.YAML) == rooted(value)


@given(VALUES)
def test_json_that_is_printable_is_yaml_of_the_same_meaning(value):
    found = parse(json.dumps(value), Form.YAML)
    # Written as an escape a character is itself in both, but JSON writes those beyond 16 bits as two halves.
    assert found == rooted(value) or any(ord(char) > 0xFFFF for char in json.dumps(value, ensure_ascii=False))


@given(tables(UNICODE.filter(lambda text: "\x00" not in text)))
def test_csv_comes_back(table):
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([table[0], *table[1]])
    assert parse(out.getvalue(), Form.CSV) == as_rows(*table) or out.getvalue().startswith("\ufeff")


@given(tables(CELLS))
def test_markdown_comes_back(table):
    header, rows = table
    lines = [header, ["---"] * len(header), *rows]
    text = "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
    assert parse(text, Form.TABLE) == as_rows(header, rows)


@given(tables(CELLS.map(lambda text: text.replace("|", ""))), st.booleans())
def test_a_drawn_table_comes_back(table, boxed):
    header, rows = table
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    rule = "+".join("-" * (width + 2) for width in widths)
    lines = [
        "|".join(f" {cell.ljust(width)} " for cell, width in zip(line, widths, strict=True)) for line in (header, *rows)
    ]
    if boxed:
        lines, rule = [f"|{line}|" for line in lines], f"+{rule}+"
        text = "\n".join([rule, lines[0], rule, *lines[1:], rule])
    else:
        text = "\n".join([lines[0], rule, *lines[1:], f"({len(rows)} rows)"])
    assert parse(text, Form.TABLE) == as_rows(header, [[cell.strip(" ") for cell in row] for row in rows])


@given(ANY, st.sampled_from(Form))
def test_any_text_is_read_as_an_object_or_refused(text, form):
    found = parse(text, form)
    assert isinstance(found, dict | Unparsable)


@given(NEAR, st.sampled_from([Form.CSV, Form.TABLE]))
def test_rows_are_even_and_made_of_the_text_alone(text, form):
    found = parse(text, form)
    if isinstance(found, dict):
        assert len({tuple(row) for row in found["rows"]}) <= 1
        words = [cell for row in found["rows"] for cell in (*row, *row.values())]
        bare = re.sub(r"[\\\"]", "", text)
        assert all(re.sub(r"[\\\"]", "", word) in bare for word in words)
