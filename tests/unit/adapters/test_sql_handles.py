"""What a handle stands for stays what it is, wherever a statement puts it."""

import pytest

from broker.model.label import Writer
from broker.model.tool import Misfit
from tests import kit, sql_kit
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
    "changed": (
        "INSERT INTO customer (id, email) VALUES (1, :to) ON CONFLICT (id) DO UPDATE SET name = excluded.email",
        "`customer.name`, which is `person`",
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


AS_A_WHOLE = {
    "in any case": "SELECT id FROM customer WHERE lower(email) = lower(trim(:to))",
    "not it": "SELECT id FROM customer WHERE email <> :to",
    "in a list": "SELECT id FROM customer WHERE email IN ('a@x.example', :to)",
    "in a query": "SELECT sku FROM product WHERE :to IN (SELECT email FROM customer)",
    "through a WITH": "WITH g AS (SELECT :to AS word) SELECT c.id FROM customer AS c JOIN g ON g.word = c.email",
    "by the answer": "SELECT count(CASE WHEN email = :to THEN 1 END) AS n FROM customer",
    "or nothing": "SELECT id FROM customer WHERE coalesce(email, '') = coalesce(:to, '')",
}
IN_PART = {
    "an order": "SELECT id FROM customer WHERE email > :to",
    "an order of two results": "SELECT email AS e FROM customer UNION SELECT :to ORDER BY e",
    "the greatest": "SELECT max(q.e) AS e FROM (SELECT email AS e FROM customer UNION SELECT :to) AS q",
    "a pattern": "SELECT id FROM customer WHERE :to LIKE email",
    "a part of it": "SELECT id FROM customer WHERE substr(email, 1, 1) = substr(:to, 1, 1)",
    "a part of it by another name": "WITH g AS (SELECT substr(:to, 1, 1) AS w) SELECT c.id FROM customer c, g "
    "WHERE c.email = g.w",
    "its length": "SELECT id FROM customer WHERE length(email) = length(:to)",
    "with more": "SELECT id FROM customer WHERE email = :to || 'x'",
    "between": "SELECT id FROM customer WHERE email BETWEEN 'a' AND :to",
    "a window": "SELECT rank() OVER (ORDER BY q.e) AS n FROM (SELECT email AS e FROM customer UNION SELECT :to) AS q",
}


@pytest.mark.requirement("probe")
@pytest.mark.parametrize("dialect", sql_kit.SOURCES)
@pytest.mark.parametrize("sql", AS_A_WHOLE.values(), ids=AS_A_WHOLE)
def test_what_stands_behind_a_handle_is_compared_as_a_whole(tmp_path, dialect, sql):
    found = sql_kit.readable(tmp_path, sql, sql_kit.SOURCES[dialect], {"to": MAIL}, EMAIL)
    assert found[1].handle_only == {"to"}


@pytest.mark.requirement("probe")
@pytest.mark.parametrize("dialect", sql_kit.SOURCES)
@pytest.mark.parametrize("sql", IN_PART.values(), ids=IN_PART)
def test_whoever_writes_a_column_could_find_out_what_is_compared_with_it_in_part(tmp_path, dialect, sql):
    found = sql_kit.readable(tmp_path, sql, sql_kit.SOURCES[dialect], {"to": MAIL}, EMAIL)
    assert any(isinstance(one, Misfit) and "by `=`, `<>` or IN alone" in one.expected for one in found), found
    found = sql_kit.readable(tmp_path, sql, sql_kit.SOURCES[dialect], {"to": MAIL}, EMAIL, probe=3)
    assert not isinstance(found[0], Misfit), found


# `note.word` is what a tool lets an agent write, and the source file says so.
NOTED = {
    **sql_kit.SOURCE,
    "tables": {
        **sql_kit.SOURCE["tables"],
        "note": {"word": kit.leaf(writer=Writer.AGENT), "mail": kit.leaf("email", writer=Writer.AGENT)},
    },
}
PLANTED = {
    "a masked column": "SELECT c.id FROM customer AS c JOIN note AS n ON n.word = c.email",
    "a masked column beside another": "SELECT c.id FROM customer AS c JOIN note AS n ON n.mail = c.email",
    "an order": "SELECT c.id FROM customer AS c, note AS n WHERE n.word < c.email",
    "in a query": "SELECT id FROM customer WHERE email IN (SELECT word FROM note)",
    "a handle": "SELECT word FROM note WHERE mail = :to",
    "two results": "SELECT email AS e FROM customer INTERSECT SELECT mail FROM note",
}


@pytest.mark.requirement("probe")
@pytest.mark.parametrize("sql", PLANTED.values(), ids=PLANTED)
def test_what_an_agent_may_write_is_a_guess_as_much_as_what_it_says(tmp_path, sql):
    arguments = {"to": MAIL} if ":to" in sql else {}
    found = sql_kit.compiled(tmp_path, sql, arguments, NOTED)
    assert any(isinstance(one, Misfit) and "by what it writes into `note." in one.expected for one in found), found
    found = sql_kit.compiled(tmp_path, sql, arguments, NOTED, probe=3)
    assert not isinstance(found[0], Misfit), found


def test_what_an_agent_wrote_is_read_and_compared_with_what_is_public(tmp_path):
    for sql in (
        "SELECT word, mail FROM note WHERE word = 'a' AND mail IS NOT NULL",
        "SELECT p.title FROM product AS p JOIN note AS n ON n.word = p.sku",
    ):
        assert not isinstance(sql_kit.compiled(tmp_path, sql, source=NOTED)[0], Misfit)
