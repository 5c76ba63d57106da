"""What is kept of something costly is bounded, and what was used last is kept longest."""

from broker.adapters.sql.recent import Recent


def test_no_more_is_kept_than_was_said():
    kept = Recent(3)
    for n in range(10):
        kept.made(n, lambda n=n: f"made of {n}")
    assert [kept.get(n) for n in range(10)] == [*[None] * 7, "made of 7", "made of 8", "made of 9"]


def test_what_is_known_is_not_made_again():
    kept, made = Recent(3), []
    for _ in range(3):
        assert kept.made("key", lambda: made.append(1) or "value") == "value"
    assert made == [1]


def test_what_was_asked_for_last_stays():
    kept = Recent(2)
    kept.made("one", lambda: 1)
    kept.made("two", lambda: 2)
    kept.get("one")
    kept.made("three", lambda: 3)
    assert (kept.get("one"), kept.get("two"), kept.get("three")) == (1, None, 3)
