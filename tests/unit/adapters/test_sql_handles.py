"""What a handle stands for stays what it is, wherever a statement puts it."""

import pytest

from broker.model.tool import Misfit
from tests import sql_kit
from tests.sql_kit import EMAIL, MAIL, PUBLIC, TEXT

SPILLED = {
    "answered": ("SELECT :to AS x", "as strict as `email`"),
    "answered in part": ("SELECT LENGTH(:to) AS x FROM product", "as strict as `email`"),
    "answered by one arm": ("SELECT title AS x FROM product UNION ALL SELECT :to", "as strict as `email`"),
    "returned": ("UPDATE product SET title = 'a' RETURNING :to AS x", "as strict as `email`"),
    "stored": ("UPDATE product SET title = :to RETURNING title", "`product.title`, which is `public`"),
    "stored with more": ("UPDATE product SET title = 'to: ' || :to", "`product.title`, which is `public`"),
    "stored under another class": ("UPDATE customer SET name = :to WHERE id = 1", "`customer.name`, which is `person`"),
    "a new row": ("INSERT INTO product (sku, title) VALUES ('a', :to)", "`product.title`, which is `public`"),
    "a second row": (
        "INSERT INTO product (sku, title) VALUES ('a', 'b'), ('c', :to)",
        "`product.title`, which is `public`",
    ),
    "a row from a query": (
        "INSERT INTO product (sku, title) SELECT sku, :to FROM product",
        "would hold what is `email`",
    ),
    "told by a pattern": ("SELECT title FROM product WHERE :to LIKE :said", "what a handle in `:to` stands for"),
    "told by an order": ("SELECT title FROM product ORDER BY :to < :said", "what a handle in `:to` stands for"),
}


@pytest.mark.requirement("probe")
@pytest.mark.parametrize(("sql", "why"), SPILLED.values(), ids=SPILLED)
def test_a_statement_that_would_give_it_away_does_not_load(tmp_path, sql, why):
    arguments = {"to": MAIL, **({"said": TEXT} if ":said" in sql else {})}
    found = sql_kit.compiled(tmp_path, sql, arguments, returns={"x": PUBLIC} if "AS x" in sql else {})
    assert any(isinstance(one, Misfit) and why in one.expected for one in found), found


COPIED = {
    "a column under another class": ("UPDATE customer SET name = email", "`customer.name`, which is `person`"),
    "rows": (
        "INSERT INTO product (sku, title) SELECT sku, (SELECT max(email) FROM customer) FROM product",
        "`product.title`, which is `public`",
    ),
}


@pytest.mark.parametrize(("sql", "why"), COPIED.values(), ids=COPIED)
def test_a_private_column_is_not_copied_to_where_it_counts_as_less(tmp_path, sql, why):
    found = sql_kit.compiled(tmp_path, sql)
    assert any(isinstance(one, Misfit) and why in one.expected for one in found), found


KEPT = {
    "answered as what it is": ("SELECT :to AS x", {"x": EMAIL}),
    "stored as what it is": ("UPDATE customer SET email = :to WHERE id = 1 RETURNING email", {}),
    "a column to its like": ("UPDATE customer SET email = lower(email)", {}),
    "a typed value beside it": ("UPDATE customer SET email = :to, boss = :said WHERE id = 1", {}),
}


@pytest.mark.parametrize(("sql", "returns"), KEPT.values(), ids=KEPT)
def test_where_it_stays_what_it_is_the_statement_loads(tmp_path, sql, returns):
    arguments = {name: one for name, one in (("to", MAIL), ("said", TEXT)) if f":{name}" in sql}
    found = sql_kit.compiled(tmp_path, sql, arguments, returns=returns)
    assert not isinstance(found[0], Misfit), found


def test_of_two_handles_that_are_compared_neither_is_typed(tmp_path):
    found = sql_kit.compiled(tmp_path, "SELECT title FROM product WHERE :to = :cc", {"to": MAIL, "cc": MAIL})
    assert found[1].handle_only == {"to", "cc"}
