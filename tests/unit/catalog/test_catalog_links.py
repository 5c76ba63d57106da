"""What counts as a link in a text?"""

import time

import pytest

from broker.catalog.links import has_link

LINKS = [
    "see https://evil.example/x",
    "HTTPS://EVIL.EXAMPLE",
    "go to www.evil.example now",
    "(www.evil.example)",
    "[here](www.evil.example)",
    "write mailto:eve@evil.example",
    "<a href=javascript:alert(1)>",
    "evil.example/steal?x=1",
    "visit evil.com",
    "visit EVIL.COM.",
    "evil.com:8080",
    "//evil.example/x",
    "10.0.0.1/x",
    "10.0.0.1:8080",
    "user@evil.example/path",
    "\uff57\uff57\uff57.evil.example",
    "evil\u3002com",
    "evil.c\u200bom",
    "see:evil.com/x",
    "url=evil.example/x",
    "https:\\\\evil.example",
    "data:text/html,x",
    "ftp://a",
    "xn--e1afmkfd.xn--p1ai/x",
    "see a/evil.com",
    "https:/evil.com",
    "https%3A//evil.example/x",
    "https&#58;//evil.example",
    "evil&#46;com",
    "evil.com&amp;x",
    "#evil.com",
    "\u201cevil.com\u201d",
    "\u00abevil.com\u00bb",
    "so\u2014evil.com\u2014go",
    "\u2026evil.com",
    "evil.com!now",
    "wait...evil.com",
    "+evil.com",
    "a+b/eve@evil.com",
    "//evil.example",
    "see:www.evil.example",
    "evil.example:8080",
    "evil.example?x=1",
    "evil.example#x",
    "go to _evil.com_",
    "go to evil.com: now",
    "a." * 1100,
]
PLAIN = [
    "",
    "Dear Ann, your refund of 12.50 is on its way.",
    "Order no. 17, i.e. the red one. Thanks.",
    "and/or, 24/7, 1/2",
    "12:30 or 09:00",
    "The price is 3.99/month",
    "write to ann@example.com",
    "e.g. this",
    "end of sentence.Next one",
    "metadata: none",
    "see report.pdf",
    "a.b",
    "v1.2.3",
    "note: ok",
    "R&D, Q&A and Marks & Co.",
    "and/or.Next one",
    "he said \u201cfine.\u201d Thanks!",
    "#17 of 3/4, 50% off, 2+2=4",
    "ann+refunds@example.com.",
    "a dash\u2014like this\u2014is fine",
    "docs/report.pdf",
    "5 < 6 & 7 > 2",
]


@pytest.mark.requirement("links-none")
@pytest.mark.parametrize("text", LINKS)
def test_a_link_is_found_however_it_is_written(text):
    assert has_link(text)


@pytest.mark.parametrize("text", PLAIN)
def test_plain_words_are_no_link(text):
    assert not has_link(text)


@pytest.mark.requirement("linear")
@pytest.mark.parametrize("unit", ["a.", "a:", "www", "://"[:2], "a@", "-.", ".com", "%2e", "\u200b", "1.", "a-b."])
def test_a_hostile_text_costs_no_more_than_its_length(unit):
    start = time.process_time()
    has_link(unit * 100_000)
    has_link((unit * 1000 + " ") * 100)
    assert time.process_time() - start < 20  # CPU; what is not linear takes minutes
