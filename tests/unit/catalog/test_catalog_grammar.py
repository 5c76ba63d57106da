"""Do the small words of the formats mean what they look like, and nothing else?"""

from decimal import Decimal

import pytest

from broker.catalog import grammar
from broker.catalog.report import Wrong
from broker.model.constraint import Range
from broker.model.scope import Hours

WEEK = frozenset(range(5))
RIGHT = [
    (grammar.name, "order_line2", "order_line2"),
    (grammar.slug, "support-refund", "support-refund"),
    (grammar.toolref, "shop.order_lookup", "shop.order_lookup"),
    (grammar.argref, "pay.refund.amount", ("pay.refund", "amount")),
    (grammar.param, "$ticket", "ticket"),
    (grammar.integer, "-9007199254740991", -9007199254740991),
    (grammar.integer, "010", 10),
    (grammar.decimal, "0.010", Decimal("0.01")),
    (grammar.span, "0.01..100", Range(Decimal("0.01"), Decimal(100))),
    (grammar.span, "1..", Range(Decimal(1), None)),
    (grammar.span, "..60", Range(None, Decimal(60))),
    (grammar.span, "-5..-1", Range(Decimal(-5), Decimal(-1))),
    (grammar.duration, "500ms", 0.5),
    (grammar.duration, "1d", 86400.0),
    (grammar.hours, "07:00..20:00 Europe/Berlin mon-fri", Hours(start=420, end=1200, zone="Europe/Berlin", days=WEEK)),
    (grammar.hours, "22:00..06:00 UTC", Hours(start=1320, end=360, zone="UTC", days=frozenset(range(7)))),
    (grammar.hours, "00:00..24:00 UTC sat-mon,wed", Hours(start=0, end=1440, zone="UTC", days=frozenset({5, 6, 0, 2}))),
    (grammar.host, "mail.example.com", "mail.example.com"),
    (grammar.moment, "1970-01-01T01:00+01:00", 0.0),
]
WRONG = [
    (grammar.name, ["", "Order", "a__b", "_a", "a_", "1a", "a" * 41, "a-b", "é", "a\n"]),
    (grammar.slug, ["", "A", "a_b", "a--b", "-a", "a" * 65]),
    (grammar.toolref, ["shop", "shop.", ".a", "a.b.c", "a-b.c", f"{'a' * 40}.{'b' * 40}"]),
    (grammar.param, ["ticket", "$", "$A", "$$a", "$a.b"]),
    (grammar.integer, ["", "1.0", "1e3", "9007199254740992", "+1", "0x1", "1_000", "\u0661", "--1"]),
    (grammar.decimal, ["1e3", ".5", "5.", "nan", "inf", "0.1234567891", "9007199254740991.5", "1,5"]),
    (grammar.span, ["..", "2..1", "1...2", "a..b", "1", "", "1..2..3", "nan..1"]),
    (grammar.duration, ["0s", "1", "1.5s", "1w", "-1s", "s", "1 s"]),
    (grammar.day, ["2027-02-30", "20270630", "27-06-30", "2027-6-3"]),
    (grammar.hours, ["7:00..8:00 UTC", "07:00..07:00 UTC", "07:60..08:00 UTC", "07:00..08:00 Mars/Phobos"]),
    (grammar.hours, ["07:00..08:00", "07:00..24:01 UTC", "07:00..08:00 UTC fun", "07:00..08:00 ../../etc/passwd"]),
    (grammar.host, ["*.example.com", "Example.com", "example.com.", "-a.b", "a..b", "", "a b"]),
    (grammar.moment, ["2026-11-24T10:00", "today", ""]),
    (grammar.yes, ["yes", "True", "false"]),
]


@pytest.mark.parametrize(("rule", "text", "value"), RIGHT)
def test_a_word_means_what_it_looks_like(rule, text, value):
    assert rule(text) == value


@pytest.mark.parametrize(("rule", "texts"), WRONG)
def test_what_is_no_such_word_is_said(rule, texts):
    assert [text for text in texts if not isinstance(rule(text), Wrong)] == []


def test_a_variable_is_replaced_once():
    rule = grammar.expand({"A": "${B}", "B": "b"})
    assert rule("x-${A}-${C:-d}-$") == "x-${B}-d-$"


@pytest.mark.parametrize("text", ["${C}", "${", "${a b}", "x${C}y${A}"])
def test_a_variable_that_is_not_there_or_not_one_is_said(text):
    assert isinstance(grammar.expand({"A": "a"})(text), Wrong)
