"""The analyst and the coder fail by name where a broker shows too much, and a story that cannot be told is said so."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import anyio
import pytest

from broker.demo import analyst, coder, demo
from broker.demo.acts import Acts
from broker.demo.jobs import ANALYST, CODER, Play, support
from broker.demo.repository import make
from broker.demo.shop import Shop, Work, build
from broker.demo.stage import Stage, StageFault
from broker.demo.workshop import NEEDED, Workshop, fit_out

NOWHERE = Path("nowhere")
WORK = Work(ticket=42, customer=1, order=2, assignee="local:maria")
SHOP = Shop(shop=NOWHERE, pay=NOWHERE, mail=NOWHERE, own=WORK, other=WORK, spare=WORK, hostile=11)


def acts(folder=NOWHERE, shop=SHOP):
    told = []
    return Acts(stage=Stage(folder=folder, shop=shop), tell=told.append), told


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return build(tmp_path_factory.mktemp("shop"))


def sums(shop, least):
    """What the query would give with this HAVING."""
    with closing(sqlite3.connect(shop.shop)) as db:
        found = db.execute(analyst._GROUPS, (analyst.SKU, analyst.MONTH)).fetchall()
    return [{"country": country, "buyers": buyers} for country, buyers in found if buyers >= least]


def test_a_group_of_too_few_people_in_an_answer_fails_the_demo(shop):
    story, told = acts(shop=shop)
    analyst.grouped(story, sums(shop, 5))
    assert story.wrong == []
    assert (told[0].groups - told[0].left_out, told[0].left_out > 0) == (len(sums(shop, 5)), True)
    analyst.grouped(story, sums(shop, 1))
    analyst.grouped(story, sums(shop, 6))
    assert len(story.wrong) == 2


def test_rankings_that_nobody_stands_in_twice_fail_the_demo():
    story, told = acts()
    analyst.ranked(story, [{"buyer": "a", "orders": 2}], [{"writer": "a", "tickets": 1}])
    assert story.wrong == []
    analyst.ranked(story, [{"buyer": "a", "orders": 2}], [{"writer": "b", "tickets": 1}])
    assert [one.both for one in told] == [("a",), ()]
    assert len(story.wrong) == 1


HERE = [{"buyer": "psn-1", "orders": 3}, {"buyer": "psn-2", "orders": 2}]


@pytest.mark.parametrize(
    ("there", "wrong"),
    [
        ([{"buyer": "psn-8", "orders": 3}, {"buyer": "psn-9", "orders": 2}], 0),
        (HERE, 1),
        ([{"buyer": "psn-8", "orders": 3}, {"buyer": "psn-2", "orders": 2}], 1),
        ([{"buyer": "psn-8", "orders": 3}], 1),
        ([], 1),
    ],
)
def test_a_pseudonym_that_two_tasks_share_fails_the_demo(there, wrong):
    story, _ = acts()
    analyst.unlinked(story, HERE, there)
    assert len(story.wrong) == wrong


def workshop(**more):
    entries = [{"name": name, "is": "new"} for name in (*NEEDED, "git_reset")]
    said = {"sighted": {"entries": entries, "runs": {"files": 3}}, "approved": {"approved": list(NEEDED)}}
    return Workshop(**{"server": "s 1", "repository": None, **said, **more})


def test_a_server_that_is_known_at_first_sight_fails_the_demo():
    story, _ = acts()
    coder.approval(story, workshop())
    assert story.wrong == []
    known = [{"name": "git_log", "is": "approved"}, {"name": "git_reset", "is": "new"}]
    coder.approval(story, workshop(sighted={"entries": known, "runs": {"files": 3}}))
    coder.approval(story, workshop(approved={"approved": ["git_log"]}))
    assert len(story.wrong) == 2


async def test_the_repository_is_the_same_each_time_and_a_commit_or_an_edit_shows(tmp_path):
    one, other = await make(tmp_path / "one"), await make(tmp_path / "other")
    before = await one.state()
    assert before == await other.state()
    assert len(one.addresses) == 3
    (one.folder / "prices.py").write_text("", encoding="utf-8")
    edited = await one.state()
    await anyio.run_process(["git", "tag", "new"], cwd=one.folder)
    assert len({before, edited, await one.state()}) == 3


async def test_a_story_that_cannot_be_told_is_named_and_fails_only_where_it_was_asked_for():
    story, _ = acts()
    (sentence,) = await demo._code(story, "no network", must=False)
    assert "no network" in sentence
    assert story.wrong == []
    assert await demo._code(story, "no network", must=True) == ()
    assert story.wrong == [sentence]


async def test_without_git_there_is_no_server_and_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    found = await fit_out(Stage(folder=tmp_path, shop=SHOP), anyio.Event())
    assert "git" in found
    assert list(tmp_path.iterdir()) == []


def test_an_operator_says_who_works_on_what():
    said = "grant sales-analysis --user noor --role analyst --agent analyst-1 --purpose reporting"
    assert " ".join(ANALYST.words) == said
    assert support(WORK).words[-2:] == ("--task", "ticket=42")
    assert CODER.principal == "local:linus"
    assert list(Play) == ["support", "analyst", "coder"]


def test_a_task_that_was_refused_is_a_fault_where_one_is_needed():
    story, told = acts()
    with pytest.raises(StageFault, match="no task"):
        story.opened(ANALYST, StageFault("no task"))
    assert told == []
    task, token = story.opened(replace(ANALYST, user="kim"), {"task": "t", "token": "k"})
    assert (task, token, told[0].principal) == ("t", "k", "local:kim")
