"""Does each written form of a constraint mean what the formats say, in predicate and schema alike?"""

from decimal import Decimal

import jsonschema_rs
import pytest

from broker.catalog.classes import BUILT_IN
from broker.catalog.constraints import Terms, constraint
from broker.catalog.predicate import meets
from broker.catalog.report import At, Report
from broker.catalog.resolve import resolved_field
from broker.catalog.schema import schema_of
from broker.catalog.yaml_text import parse
from broker.model.constraint import Anything, Field, HandleOf, Like, NoLinks, OneOf, Param, Range
from broker.model.task import Parameter, SaidBy
from broker.model.tool import Argument, Policy


def argument(kind, policy=None, handles=(), **keywords):
    return Argument(schema={"type": kind, **keywords}, required=True, policy=policy, handles=frozenset(handles))


NUMBER, INTEGER = argument("number"), argument("integer")
TEXT, WORD = argument("string", Policy.TEXT), argument("string", Policy.IDENTIFIER)
EMAIL = argument("string", Policy.EMAIL, ["email"])
URL, PATH = argument("string", Policy.URL), argument("string", Policy.PATH)
WORDS = argument("array", Policy.IDENTIFIER, items={"type": "string"})
OBJECT = argument("object", properties={"a": {"type": "integer"}, "b": {"type": "integer"}}, required=["b"])
TERMS = Terms(parameters={"n": "integer", "t": "text", "looked": None}, classes=BUILT_IN)


def read(text, known):
    report = Report("f")
    found = constraint(At(parse(text.encode(), report), "c", report), known, TERMS)
    return found, [str(one) for one in report.problems]


FORMS = [
    ("5", INTEGER, OneOf((5,))),
    ("5", WORD, OneOf(("5",))),
    ("1.50", NUMBER, OneOf((1.5,))),
    ("$n", INTEGER, Param("n")),
    ("$looked", WORD, Param("looked")),
    ("{eq: $n}", WORD, OneOf(("$n",))),
    ("[a, $t]", WORD, OneOf(("a", Param("t")))),
    ("1..", INTEGER, Range(Decimal(1), None)),
    ("1..", WORD, OneOf(("1..",))),
    ("true", argument("boolean"), OneOf((True,))),
    ("{any: true}", NUMBER, Anything()),
    ('{eq: ""}', WORD, OneOf(("",))),
    ("{like: 'a*'}", WORD, Like(("a*",))),
    ("{handle: [email], links: none}", argument("string", Policy.TEXT, ["email"]), None),
    ("{handle: [email]}", EMAIL, HandleOf(frozenset({"email"}))),
    ("{handle: [email]}", argument("string", Policy.TEXT, ["email"]), HandleOf(frozenset({"email"}))),
]


@pytest.mark.parametrize(("text", "known", "meant"), FORMS)
def test_a_written_form_means_what_the_formats_say(text, known, meant):
    found, problems = read(text, known)
    assert problems == []
    assert meant is None or found == Field(meant)


@pytest.mark.requirement("links-none")
@pytest.mark.parametrize("text", ["{any: true}", "{maxlen: 5}", "$t", "{like: '*'}"])
def test_text_never_holds_links_whatever_else_it_may_be(text):
    found, _ = read(text, TEXT)
    assert NoLinks() in found.constraint.parts


def test_no_text_inside_a_list_or_an_object_holds_links():
    known = argument("array", Policy.TEXT, items={"type": "string"})
    found, _ = read("{maxitems: 3}", known)
    assert meets(found.constraint, ["a", "b"], None)
    assert not meets(found.constraint, ["a", "www.evil.example"], None)


REFUSED = [
    ("'5'", argument("array", items={"type": "string"})),
    ("[]", WORD),
    ("{}", WORD),
    ("{optional: true}", WORD),
    ("{any: true, maxlen: 3}", WORD),
    ("{any: false}", WORD),
    ("{like: 'a**'}", WORD),
    ("{like: '*@example.com'}", EMAIL),
    ("{like: 'https://*'}", URL),
    ("{like: '*'}", PATH),
    ("{like: '*'}", argument("string", Policy.CODE)),
    ("{links: none}", WORD),
    ("{range: 1..2}", WORD),
    ("{minlen: 3, maxlen: 2}", WORD),
    ("{email: {domain: []}}", EMAIL),
    ("{url: {}}", URL),
    ("{url: {scheme: javascript}}", URL),
    ("{url: {port: 0}}", URL),
    ("{path: {under: ../x}}", PATH),
    ("{path: {under: /x}}", PATH),
    ("{handle: [email]}", WORD),
    ("{handle: [email], eq: ann@example.com}", EMAIL),
    ("{handle: [email], in: [ann@example.com]}", EMAIL),
    ("{fields: {a: {any: true}}}", OBJECT),
    ("$unknown", WORD),
    ("$t", INTEGER),
    ("{each: {optional: true, maxlen: 1}}", WORDS),
    ("{eq: 9}", argument("integer", maximum=5)),
    ("{range: 6..}", argument("integer", maximum=5)),
    ("www.evil.example", TEXT),
    ("{type: text, maxlen: 3}", WORD),
    ("{maxlen: 3, maxLen: 4}", WORD),
]


@pytest.mark.parametrize(("text", "known"), REFUSED)
def test_what_does_not_fit_its_argument_does_not_load(text, known):
    found, problems = read(text, known)
    assert len(problems) == 1
    assert found is None


AT = "{email: {domain: [example.com]}}"
IN = "{url: {host: [example.com], path: '/a/*'}}"
UNDER = "{path: {under: reports}}"
ADDRESSES = [
    (AT, EMAIL, "ann@example.com", True),
    (AT, EMAIL, "ann@evil.example", False),
    (AT, EMAIL, "ann@example.com@evil.example", False),
    (AT, EMAIL, "ann@evil.example,x@example.com", False),
    (AT, EMAIL, '"a b"@example.com', False),
    (AT, EMAIL, "ann@sub.example.com", False),
    (AT, EMAIL, "ann@example.com\n", False),
    (AT, EMAIL, "<ann@example.com>", False),
    (IN, URL, "https://example.com/a/b", True),
    (IN, URL, "https://example.com:443/a/b?x=1#y", True),
    (IN, URL, "http://example.com/a/b", False),
    (IN, URL, "https://example.com@evil.example/a/b", False),
    (IN, URL, "https://evil.example/a/b?https://example.com/a/b", False),
    (IN, URL, "https://example.com/a/../b", False),
    (IN, URL, "https://example.com/a/%2e%2e/b", False),
    (IN, URL, "https://example.com\\@evil.example/a/b", False),
    (IN, URL, "https://example.com.evil.example/a/b", False),
    (IN, URL, "https://example.com/a/b c", False),
    (IN, URL, "https://example.com:99999/a/b", False),
    (UNDER, PATH, "reports/2026/a.txt", True),
    (UNDER, PATH, "reports", False),
    (UNDER, PATH, "reports/../secret", False),
    (UNDER, PATH, "reports//a", False),
    (UNDER, PATH, "/reports/a", False),
    (UNDER, PATH, "reports\\..\\a", False),
    (UNDER, PATH, "reports/./a", False),
    (UNDER, PATH, "reports/a\x00", False),
    (UNDER, PATH, "reportsx/a", False),
]


@pytest.mark.requirement("addresses")
@pytest.mark.parametrize(("text", "known", "value", "inside"), ADDRESSES)
def test_an_address_is_read_as_one_thing_or_refused(text, known, value, inside):
    found, problems = read(text, known)
    assert problems == []
    assert meets(found.constraint, value, None) is inside
    schema = jsonschema_rs.Draft202012Validator(
        schema_of(found.constraint, known), pattern_options=jsonschema_rs.RegexOptions()
    )
    assert schema.is_valid(value) or not inside


def test_a_parameter_becomes_its_value_and_nothing_is_converted():
    said = {"n": Parameter(value=5, said_by=SaidBy.PRINCIPAL), "t": Parameter(value="5", said_by=SaidBy.LOOKUP)}
    number = resolved_field(read("$n", INTEGER)[0], said).constraint
    text = resolved_field(read("$t", WORD)[0], said).constraint
    assert meets(number, 5, None)
    assert meets(number, 5.0, None)
    assert not meets(number, "5", None)
    assert not meets(text, 5, None)
    for value in ("5", "", None):
        assert not meets(resolved_field(read("[$t]", WORD)[0], {}).constraint, value, None)


def test_a_parameter_is_filled_in_wherever_it_stands():
    said = {"t": Parameter(value="ab", said_by=SaidBy.PRINCIPAL)}
    for text, known, inside, outside in (
        ("{each: $t}", WORDS, ["ab", "ab"], ["ab", "c"]),
        ("$t", TEXT, "ab", "c"),
        ("{fields: {a: $t}}", argument("object", properties={"a": {"type": "string"}}), {"a": "ab"}, {"a": "c"}),
    ):
        found = resolved_field(read(text, known)[0], said).constraint
        assert (meets(found, inside, None), meets(found, outside, None)) == (True, False)
