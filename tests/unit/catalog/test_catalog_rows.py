"""Do the forms of `rows` mean whose rows they say?"""

import pytest

from broker.catalog.report import At, Report
from broker.catalog.rows import rows
from broker.catalog.yaml_text import parse
from broker.model.scope import Condition, RowsAny, RowsSubject, RowsWhere

A, B = Condition("a", "customer", None), Condition("b", None, "it's and so")
RIGHT = [
    ("$customer", RowsSubject("customer")),
    ("{any: true, why: staff may}", RowsAny("staff may")),
    ("{order: a = $customer}", RowsWhere((("order", (A,)),))),
    ("{order: \"a = $customer and b = 'it''s and so'\"}", RowsWhere((("order", (A, B)),))),
    ("{order: a = -5, t: a = $customer}", RowsWhere((("order", (Condition("a", None, -5),)), ("t", (A,))))),
]
WRONG = [
    "any",
    "$stranger",
    "$principal",
    "customer",
    "[]",
    "{}",
    "{any: true}",
    "{any: false, why: x}",
    "{order: }",
    "{order: a = b}",
    "{order: a == 1}",
    "{order: a = 1 or 1 = 1}",
    "{order: a = 1 and}",
    "{order: a = 1 AND b = 2}",
    "{order: a = 1.5}",
    '{order: "a = \'x"}',
    "{order: \"a = 'x' --\"}",
    "{order: a = $stranger}",
    "{order: a = 9007199254740992}",
    "{order: a.b = 1}",
    "{'or der': a = 1}",
]


def read(text):
    report = Report("f")
    return rows(At(parse(text.encode(), report), "rows", report), {"customer"}), report.problems


@pytest.mark.parametrize(("text", "meant"), RIGHT)
def test_a_form_means_whose_rows_it_says(text, meant):
    assert read(text) == (meant, {})


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_condition_does_not_load(text):
    found, problems = read(text)
    assert found is None
    assert len(problems) == 1
