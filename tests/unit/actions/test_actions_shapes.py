"""What each action makes of a value, by example."""

import pytest

from broker.actions.shapes import RANK, digest, label_after, shape, strictest

KEY, OTHER = b"k" * 32, b"o" * 32

EXAMPLES = [
    ("show", "email", "a@b.example", "a@b.example"),
    ("show", "public", 5, 5),
    ("show", "public", 2**53, "9007199254740992"),
    ("show", "public", float("inf"), None),
    ("show", "public", "a\ud800b", "a\ufffdb"),
    ("show", "public", [1], "[public]"),
    ("redact", "email", "a@b.example", "[email]"),
    ("redact", "free-text", 5, "[free-text]"),
    ("redact", "email", None, None),
    ("hide", "email", "a@b.example", None),
    ("hide", "email", "[email]", None),
    ("last4", "card", "4111 1111 1111 1234", "****1234"),
    ("last4", "card", 4111111111111234, "****1234"),
    ("last4", "card", 4111111111111234.0, "****1234"),
    ("last4", "phone", "+49 (30) 555-0199", "****0199"),
    ("last4", "card", "\u0664\u0661\u0661\u0661\u0661\u0661\u0661\u0662\u0663", "[card]"),
    ("last4", "card", "\uff14\uff11\uff11\uff11\uff11\uff11\uff11\uff12\uff13\uff14", "****1234"),
    ("last4", "card", "1234567", "[card]"),
    ("last4", "card", "12345678", "****5678"),
    ("last4", "card", "ann 4111111111111234 ****5678", "****5678"),
    ("pseudonym", "email", ["a@b.example"], "[email]"),
    ("pseudonym", "email", {"a": 1}, "[email]"),
    ("last4", "card", "****1234", "****1234"),
    ("last4", "free-text", "[free-text]", "[free-text]"),
    ("last4", "card", True, "[card]"),
    ("domain", "email", "Ann.Lee@Mail.Example", "@mail.example"),
    ("domain", "email", "@mail.example", "@mail.example"),
    ("domain", "email", "ann at mail", "[email]"),
    ("domain", "email", "ann lee@mail.example", "[email]"),
    ("domain", "email", "a@b@c.example", "[email]"),
    ("domain", "email", "a@secret text", "[email]"),
    ("domain", "email", 5, "[email]"),
    ("scan", "free-text", "x", "[free-text]"),
    ("drop", "email", "x", "[email]"),
    ("handle", "email", "x", "[email]"),
    ("nobody knows", "email", "x", "[email]"),
]


@pytest.mark.requirement("actions")
@pytest.mark.parametrize(("action", "kind", "value", "shaped"), EXAMPLES)
def test_an_action_shapes_a_value(action, kind, value, shaped):
    assert shape(action, kind, value, KEY) == shaped


SAME = [
    ("email", "Ann@X.example", " ann@x.EXAMPLE "),
    ("phone", "+49 30 555-01", "493055501"),
    ("card", "4111-1111-1111-1111", 4111111111111111),
    ("iban", "DE89 3704 0044", "de8937040044"),
    ("person", "Ann  Lee", "ANN LEE"),
    ("person", "Ann Lee", "\uff21nn\u00a0Lee"),
]


@pytest.mark.parametrize(("kind", "one", "other"), SAME)
def test_what_people_write_differently_has_one_pseudonym(kind, one, other):
    assert shape("pseudonym", kind, one, KEY) == shape("pseudonym", kind, other, KEY)


DIFFERENT = [
    ("email", "a@x.example", "b@x.example"),
    ("phone", "extension", "none"),
    ("card", "4111", "41111"),
    ("secret", "abc", "ABC"),
    ("person", "Ann Lee", "AnnLee"),
]


@pytest.mark.parametrize(("kind", "one", "other"), DIFFERENT)
def test_what_is_different_has_different_pseudonyms(kind, one, other):
    assert shape("pseudonym", kind, one, KEY) != shape("pseudonym", kind, other, KEY)


@pytest.mark.requirement("pseudonyms")
def test_pseudonyms_of_two_tasks_and_of_two_classes_share_nothing():
    found = {shape("pseudonym", kind, "x", key) for key in (KEY, OTHER) for kind in ("email", "person")}
    assert len({one[-26:-10] for one in found}) == len({one[-10:] for one in found}) == 4
    assert shape("pseudonym", "ab", "c", KEY)[-26:-10] != shape("pseudonym", "a", "bc", KEY)[-26:-10]


def test_a_pseudonym_that_a_stranger_wrote_is_a_value_like_any_other():
    real = shape("pseudonym", "email", "ann@x.example", KEY)
    assert shape("pseudonym", "email", real, KEY) == real
    forged = real[:-1] + ("a" if real[-1] != "a" else "b")
    assert shape("pseudonym", "email", forged, KEY) not in (real, forged)
    assert shape("pseudonym", "email", real, OTHER) != real
    assert shape("pseudonym", "person", real, KEY) != real


def test_a_digest_tells_a_text_from_a_number_and_one_task_from_another():
    found = [digest(value, KEY) for value in ("5", 5, True, "true", 1, None, "")] + [digest(5, OTHER)]
    assert len(set(found)) == len(found)
    assert digest(5, KEY) == digest(5.0, KEY)


ORDER = ["drop", "hide", "redact", "last4", "show"]


def test_the_strictest_of_two_is_the_lower():
    for at, low in enumerate(ORDER):
        for high in ORDER[at:]:
            assert strictest(low, high) == strictest(high, low) == low


def test_two_actions_of_one_rank_meet_in_redact():
    braces = [action for action in RANK if RANK[action] == RANK["handle"]]
    assert len(braces) == 4
    for one in braces:
        for other in braces:
            assert strictest(one, other) == (one if one == other else "redact")


@pytest.mark.requirement("strictest-reading")
def test_an_action_that_nobody_knows_shows_nothing():
    assert strictest("scan", "show") == strictest("show", "scan") == "redact"
    assert strictest("scan", "drop") == "drop"


def test_only_show_leaves_all_of_a_value():
    found = {action: label_after(action) for action in RANK}
    assert [action for action, left in found.items() if left == "full"] == ["show"]
    assert {action for action, left in found.items() if left == "partial"} == {"last4", "domain"}
