"""A fresh token is of the same task: what was spent stays spent, and no task lives longer by it."""

from dataclasses import replace

import pytest

from broker.adapters.broken import LEAVES, Broken
from broker.model.chain import Credential
from broker.model.decision import Reason
from broker.model.outcome import NotOpened, OpenedTask, Refused, Served
from broker.model.scope import Budget
from broker.tokens.keys import kid, new_key, public
from tests.kit import house, scope, spec

ANSWER = {"rows": [{"id": 1, "email": "ann@example.com", "note": "x"}], "truncated": False}


async def opened(**of_scope):
    tool = Broken(leaves=LEAVES, answers=ANSWER)
    one = house(tool, spec_of=spec(leaves=LEAVES), scope_of=scope(mask={"email": {"else": "handle"}}, **of_scope))
    await one.open()
    return one


async def refreshed(one, holder=None):
    return await one.opening.refresh(one.task, "operator ann", holder)


@pytest.mark.requirement("refresh")
async def test_a_fresh_token_goes_on_where_the_old_one_ran_out():
    one = await opened()
    handle = (await one.call()).masked.content["rows"][0]["email"]
    before = await one.store.facts(one.task)
    one.clock.at += 900
    assert (await one.call()).reason is Reason.TOKEN_EXPIRED
    got = await refreshed(one)
    assert (got.task, got.expires) == (before.task, one.clock.at + 900)
    assert isinstance(await one.call(token=got.token), Served)
    assert (await one.store.facts(one.task)).keys == before.keys
    assert await one.store.open(one.task, [handle])


@pytest.mark.requirement("refresh")
async def test_what_was_spent_stays_spent():
    one = await opened(budget=Budget(calls=1))
    await one.call()
    got = await refreshed(one)
    assert await one.call(token=got.token) == Refused(reason=Reason.BUDGET_SPENT)


@pytest.mark.requirement("refresh")
async def test_no_token_lives_longer_than_its_task():
    one = await opened(expires=900.0, lifetime=1000.0)
    one.clock.at += 400
    got = await refreshed(one)
    assert got.expires == got.task.ends == got.task.opened + 1000


async def test_each_fresh_token_is_on_record_by_its_name_with_who_gave_it():
    one = await opened()
    got = await refreshed(one)
    last = one.records[-1]
    assert (last["kind"], last["task"], last["by"]) == ("task.refreshed", one.task, "operator ann")
    assert last["token"]["jti"] == one.pipeline.unseal(got.token).root["jti"]
    assert one.pipeline.unseal(one.token).root["jti"] in {
        r["token"]["jti"] for r in one.records if "opened" in r["kind"]
    }


async def ended(one):
    await one.journal.ended(one.task, by="operator", why="done")


async def suspended(one):
    await one.journal.suspended(one.task, by="operator", why="a look")


async def outlived(one):
    one.clock.at += one.shelf.the_scope.lifetime


async def changed(one):
    one.shelf.the_scope = replace(one.shelf.the_scope, revision="rev-2")


@pytest.mark.requirement("refresh")
@pytest.mark.parametrize("happens", [ended, suspended, outlived, changed])
async def test_a_task_that_is_over_or_stands_still_gets_no_token(happens):
    one = await opened()
    await happens(one)
    refused = await refreshed(one)
    assert (type(refused), refused.reason) == (NotOpened, Reason.TASK_ENDED)
    assert (one.records[-1]["kind"], one.records[-1]["task"]) == ("task.refused", one.task)


@pytest.mark.requirement("refresh")
async def test_one_that_ends_while_its_token_is_made_gets_none():
    one = await opened()
    facts, then = one.store.facts, one.journal.ended

    async def overtaken(task, *more):
        found = await facts(task, *more)
        await then(task, by="operator", why="meanwhile")
        return found

    one.store.facts = overtaken
    assert isinstance(await refreshed(one), NotOpened)
    assert "task.refreshed" not in one.kinds("task.")


@pytest.mark.requirement("bound-holder")
async def test_a_task_whose_tokens_are_for_a_key_never_gets_one_for_whoever_bears_it():
    one = await opened()
    for key in (new_key(), new_key()):
        assert isinstance(await refreshed(one, public(key)), OpenedTask)
        refused = await refreshed(one)
        assert "`--holder`" in refused.detail


@pytest.mark.requirement("bound-holder")
async def test_where_the_scope_gives_no_bearer_tokens_a_key_must_be_named():
    one = await opened()
    one.shelf.the_scope = replace(one.shelf.the_scope, seal=False)
    refused = await refreshed(one)
    assert "name a key" in refused.detail
    key = new_key()
    got = await refreshed(one, public(key))
    assert isinstance(got, OpenedTask)
    assert got.holder == kid(key) == one.records[-1]["token"]["holder"]
    assert await one.pipeline.visible(Credential(got.token)) == []
