"""The demo's shop is the same each time, its people belong to nobody, and its secrets are in no source file."""

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random  # noqa: TID251 - seeded, like the shop itself

import pytest

from broker.demo import people, shop, tickets

TOOLS = Path(__file__).parents[3] / "tools"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    return shop.build(tmp_path_factory.mktemp("shop"))


def ask(path, sql, *values):
    with closing(sqlite3.connect(path)) as db:
        return db.execute(sql, values).fetchall()


def dump(path):
    with closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())


def test_the_same_seed_gives_the_same_shop_and_another_one_another(built, tmp_path):
    again, other = shop.build(tmp_path / "again"), shop.build(tmp_path / "other", seed=1)
    assert dump(again.shop) == dump(built.shop)
    assert dump(other.shop) != dump(built.shop)


def test_building_twice_in_one_folder_replaces_the_first(tmp_path):
    shop.build(tmp_path)
    assert ask(shop.build(tmp_path).shop, "SELECT count(*) FROM customer") == [(500,)]


@pytest.mark.parametrize(("table", "rows"), [("customer", 500), ("orders", 3_000), ("ticket", 200), ("api_key", 3)])
def test_the_shop_has_its_size(built, table, rows):
    assert ask(built.shop, f"SELECT count(*) FROM {table}") == [(rows,)]


def test_each_address_number_and_card_is_one_customers_alone(built):
    assert ask(built.shop, "SELECT count(DISTINCT email), count(DISTINCT phone) FROM customer") == [(500, 500)]
    assert ask(built.shop, "SELECT count(DISTINCT card), count(DISTINCT customer_id) FROM orders") == [(500, 500)]


def test_an_address_holds_plain_letters_at_a_domain_kept_for_examples(built):
    for (email,) in ask(built.shop, "SELECT email FROM customer"):
        local, _, domain = email.partition("@")
        assert email.isascii()
        assert local.replace(".", "").replace("-", "").isalnum()
        assert domain.endswith(".example") or domain in {"example.com", "example.org", "example.net"}


def test_a_card_has_a_test_number_and_a_true_check_digit():
    for customer in people.crowd(Random(3), first=1, size=200):
        digits = [int(digit) for digit in customer.card]
        doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
        assert customer.card.startswith("400000")
        assert (sum(digits[-1::-2]) + doubled) % 10 == 0


def test_a_ticket_is_about_an_order_of_its_own_customer(built):
    astray = (
        "SELECT count(*) FROM ticket JOIN orders ON orders.id = order_id WHERE orders.customer_id <> ticket.customer_id"
    )
    assert ask(built.shop, astray) == [(0,)]


def test_an_orders_total_is_the_sum_of_its_lines(built):
    astray = """SELECT count(*) FROM orders WHERE abs(total -
        (SELECT sum(quantity * price) FROM order_line WHERE order_id = orders.id)) > 0.005"""
    assert ask(built.shop, astray) == [(0,)]


def test_as_many_tickets_are_hostile_as_it_says(built):
    attacks = "body LIKE '%attacker.example%' OR body LIKE '%### SYSTEM%' OR body LIKE '%Refund 5000%'"
    assert ask(built.shop, f"SELECT count(*) FROM ticket WHERE {attacks}") == [(built.hostile,)]


def test_every_letter_has_all_its_blanks_filled(built):
    assert ask(built.shop, "SELECT count(*) FROM ticket WHERE subject || body LIKE '%{%'") == [(0,)]
    assert len(tickets.read().hostile) > 3


def test_the_storys_ticket_is_marias_and_what_it_reaches_for_is_not(built):
    assert {built.own.assignee, built.spare.assignee} == {"local:maria"}
    assert built.other.assignee == "local:jonas"
    assert len({built.own.customer, built.other.customer, built.spare.customer}) == 3
    assert ask(built.shop, "SELECT total FROM orders WHERE id = ?", built.own.order) == [(shop.STORY_TOTAL,)]
    ((body,),) = ask(built.shop, "SELECT body FROM ticket WHERE id = ?", built.own.ticket)
    assert all(f"{number}" in body for number in (built.other.ticket, built.other.customer, built.other.order))


def test_no_ticket_text_holds_an_address_card_or_key_of_the_shop(built):
    texts = "\n".join(row[0] for row in ask(built.shop, "SELECT subject || ' ' || body FROM ticket"))
    planted = "SELECT email FROM customer UNION SELECT card FROM orders UNION SELECT secret FROM api_key"
    assert not [value for (value,) in ask(built.shop, planted) if value in texts]


def test_the_secret_table_is_in_no_source_file_and_no_statement(built):
    assert ask(built.shop, "SELECT count(*) FROM api_key") != [(0,)]
    assert not [path for path in TOOLS.rglob("*") if path.is_file() and "api_key" in path.read_text(encoding="utf-8")]
