"""The timeline fits its columns, and what a stranger wrote cannot act on the terminal."""

import io
import json

import pytest
from rich.cells import cell_len
from rich.console import Console

from broker.demo.events import (
    Answered,
    Began,
    Built,
    Ended,
    Finished,
    Invited,
    Offered,
    Opened,
    Serving,
    Told,
    Turned,
    Verified,
)
from broker.demo.findings import (
    Approved,
    Done,
    Grouped,
    Ranked,
    Searched,
    Sighted,
    TurnedAway,
    Unchanged,
    Unlinked,
    Untrusted,
)
from broker.demo.plain import plain, shown
from broker.demo.tell import Timeline, as_lines

HOSTILE = "\x1b[2J\x1b[1;32m[bold green]APPROVED[/bold green]\x1b[0m \u202egnp.exe\u200b\x9b31m\x07 \ud800"
HANDLE = "hdl-email-" + "k3" * 13
ROW = {"name": HOSTILE, "email": HANDLE, "body": HOSTILE * 9}


def answered(**more):
    said = {"number": 1, "wants": "read the ticket", "tool": "shop__ticket_read", "arguments": {"ticket_id": 42}}
    return Answered(**{**said, "expected": "served", "came": "served", "hint": "", "rows": 1, "shown": ROW, **more})


OPENED = {"scope": "s", "principal": "local:maria", "agent": "a", "purpose": "p"}
PSEUDONYMS = [f"psn-email-{letter * 32}" for letter in "abc"]
EVENTS = (
    Began(folder="/a/folder"),
    Built(customers=500, orders=3000, tickets=200, hostile=11),
    Serving(url="http://127.0.0.1:1/mcp"),
    TurnedAway(principal="local:maria", ticket=43, assignee="local:jonas", said=f"refused {HOSTILE}"),
    Told(play="support", title=f"a story {HOSTILE}"),
    Opened(task="t", given={"ticket": 42}, looked_up={"customer": 1, "order": 2}, **OPENED),
    Opened(task="t", given={}, looked_up={}, **OPENED),
    Offered(tools={"pay__refund": {"amount": "minimum 0.01, maximum 100", HOSTILE: HOSTILE}}),
    Turned(title="A chapter"),
    answered(),
    answered(came="no_rows", expected="no_rows", rows=0, shown={}),
    answered(came="value_not_allowed", hint=f"`amount` {HOSTILE}" * 5, arguments={"to": HOSTILE * 5}, shown={}),
    answered(shown={"text": f"first line\n\n{HOSTILE}\nlast line"}),
    answered(shown={"text": "[email]"}),
    Grouped(groups=12, left_out=1, least=5),
    Ranked(
        country="GR", buyers={PSEUDONYMS[0]: 10, PSEUDONYMS[1]: 9}, writers={PSEUDONYMS[1]: 4}, both=(PSEUDONYMS[1],)
    ),
    Unlinked(here=PSEUDONYMS[0], there=PSEUDONYMS[2]),
    Sighted(source="git", server=f"a-server {HOSTILE}", new=(HOSTILE, "b"), listed=2),
    Approved(source="git", names=(HOSTILE,), files=1127),
    Untrusted(untrusted=True, classes=("free-text",)),
    Unchanged(same=True),
    Done(refunds=((7022, 64.9, "local:maria"),), recipients=("a@home.example",), handle=HANDLE),
    Searched(what="every address", values=1503, characters=9000, found=0),
    Ended(task="t"),
    Verified(holds=True, said={"ok": True, "records": 31, "root": "ab" * 32}),
    Finished(
        wrong=(f"step 3 {HOSTILE}",), left_out=(f"no server {HOSTILE}",), places={"log": "/a/folder/data/broker.db"}
    ),
)


def drawn(events, width, encoding="utf-8", *, terminal=False):
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding=encoding)
    console = Console(file=out, width=width, highlight=False, force_terminal=terminal, color_system=None)
    timeline = Timeline(console)
    for event in events:
        timeline(event)
    out.flush()
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize("width", [80, 100, 160])
def test_no_line_is_wider_than_the_terminal_or_than_a_hundred(width):
    lines = drawn(EVENTS, width).splitlines()
    assert max(cell_len(line) for line in lines) <= min(width, 100)
    assert len(lines) > len(EVENTS)


@pytest.mark.requirement("escaped")
@pytest.mark.parametrize("terminal", [False, True])
def test_nothing_that_a_stranger_wrote_moves_the_cursor_or_reorders_text(terminal):
    text = drawn(EVENTS, 100, terminal=terminal)
    assert "[bold green]APPROVED[/bold green]" in text.replace("\n", "")
    assert not {"\x1b", "\x9b", "\x07", "\u202e", "\u200b", "\ud800"} & set(text)


def test_an_old_terminal_gets_letters_it_can_draw():
    assert "\\u0141ukasz" in drawn([answered(shown={"name": "Łukasz"})], 80, encoding="ascii")


def test_a_decision_is_a_word_and_not_a_colour_alone():
    assert "permit" in drawn([answered()], 80)
    assert "deny" in drawn([answered(came="budget_spent")], 80)


def test_a_step_that_did_not_end_as_told_says_so():
    assert "THE STORY SAYS" in drawn([answered(came="served", expected="value_not_allowed")], 100)
    assert "THE STORY SAYS" not in drawn([answered()], 100)


@pytest.mark.parametrize("width", [80, 100])
def test_who_stands_in_both_rankings_has_one_letter_in_both(width):
    left, right = {"psn-1": 10, "psn-2": 9, "psn-3": 8}, {"psn-3": 4, "psn-2": 2, "psn-4": 1}
    ranked = Ranked(country="GR", buyers=left, writers=right, both=("psn-2", "psn-3"))
    rows = [line.split() for line in drawn([ranked], width).splitlines()[-3:]]
    assert rows == [
        ["psn-1", "10", "B", "psn-3", "4"],
        ["A", "psn-2", "9", "A", "psn-2", "2"],
        ["B", "psn-3", "8", "psn-4", "1"],
    ]


def test_a_text_keeps_its_lines_and_is_cut_where_it_goes_on_and_on():
    lines = drawn([answered(shown={"text": "\n".join(f"line {n}" for n in range(99))})], 100).splitlines()
    assert "    line 7" in [line.rstrip() for line in lines]
    assert lines[-1].rstrip().endswith("...")
    assert len(lines) < 25


def test_what_is_not_as_it_should_be_is_said_aloud():
    bad = [Untrusted(untrusted=False, classes=()), Unchanged(same=False)]
    text = drawn([*bad, Searched(what="every address", values=1, characters=1, found=1)], 100)
    assert [word for word in ("IS CALLED TRUSTED", "NOT AS IT WAS", "1 WERE FOUND") if word not in text] == []


def test_a_snippet_to_copy_is_never_broken():
    snippet = json.dumps({"token": "x" * 500})
    assert snippet in drawn([Invited(url="u", token="x" * 500, ticket=45, snippet=snippet)], 80)


def test_json_is_one_object_a_line_each_with_its_name():
    out = io.StringIO()
    tell = as_lines(out)
    for event in EVENTS:
        tell(event)
    said = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [one["event"] for one in said[:6]] == ["began", "built", "serving", "turned_away", "told", "opened"]
    assert said[-1]["event"] == "finished"
    assert said[-1]["ok"] is False
    assert [one["as_told"] for one in said if one["event"] == "answered"] == [True, True, False, True, True]


@pytest.mark.parametrize(
    ("text", "clear"),
    [
        ("Łukasz 由紀 ليلى", "Łukasz 由紀 ليلى"),
        ("a\nb", "a b"),
        ("\x1b[2J", "\\x1b[2J"),
        ("\u202e", "\\u202e"),
        ("\U000e0041", "\\U000e0041"),
    ],
)
def test_plain_text_keeps_letters_and_spells_out_what_is_obeyed(text, clear):
    assert plain(text) == clear


def test_a_cell_is_cut_and_says_so():
    assert shown("x" * 50, 10) == "xxxxxxx..."
    assert shown(42, 10) == "42"
