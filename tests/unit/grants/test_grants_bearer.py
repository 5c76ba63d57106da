"""A static token: what it opens, what it is bound to, and that everything which is not its own is one and the same."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from broker.grants.bearer import PREFIX, asking, digest, fresh, is_static
from broker.model.bearer import ARGUMENT
from broker.model.chain import Credential, Proof
from broker.model.decision import Reason
from broker.model.outcome import NotOpened, OpenedTask, Served
from broker.model.stop import Act, Target, What
from broker.model.task import Principal, SaidBy, TaskState
from broker.store.tables import METADATA
from tests.bearers import bearer, begun, called, given, house
from tests.kit import asking as asked_by_operator
from tests.kit import scope


def test_a_static_token_has_256_random_bits_and_looks_like_no_token_of_a_task():
    token = fresh(bytes(range(32)))
    assert len(token) == len(PREFIX) + 43
    assert is_static(token)
    assert not is_static("eyJ0eXAiOiJhdCtqd3QifQ.e30.c2ln")
    assert len({fresh(bytes([at] * 32)) for at in range(100)}) == 100


@pytest.mark.requirement("static-at-rest")
async def test_neither_the_store_nor_the_log_knows_the_token():
    one = house()
    token, _ = await given(one)
    with one.store.begin() as turn:
        kept = repr([turn._run(select(table)).all() for table in METADATA.sorted_tables])
    assert digest(token) in kept
    assert token not in kept
    assert token.removeprefix(PREFIX) not in kept


@pytest.mark.requirement("static-own-tasks")
async def test_a_call_that_names_a_task_of_its_own_is_served_and_on_record_with_both():
    one = house()
    token, who = await given(one)
    task = (await begun(one, who)).task
    assert isinstance(await called(one, token, task.id), Served)
    intent = next(each for each in one.records if each["kind"] == "call.intent")
    assert (intent["task"], intent["bearer"], intent["actor"]) == (task.id, "ci", "agent-1")
    assert "token" not in intent


async def _of_another_token(one, _who):
    _, other = await given(one, "other")
    return (await begun(one, other)).task.id


async def _of_another_holder(one, _who):
    _, other = await given(one, "noor", principal=Principal(issuer="local", sub="noor"))
    return (await begun(one, other)).task.id


async def _of_a_key(one, _who):
    """Of the same user and agent, but its tokens are for a key."""
    return (await one.open()).task.id


async def _bound_since(one, who):
    task = (await begun(one, who)).task.id
    with one.store.begin() as turn:
        turn.renew(task, one.clock.now() + 60, bound=True)
    return task


async def _ended(one, who):
    task = (await begun(one, who)).task.id
    await one.journal.ended(task, by="operator", why="test")
    return task


async def _past_its_time(one, who):
    task = (await begun(one, who)).task.id
    one.clock.at += scope().lifetime
    return task


async def _of_a_changed_scope(one, who):
    task = (await begun(one, who)).task.id
    one.shelf.the_scope = scope(revision="rev-2")
    return task


async def _invented(_one, _who):
    return "a" * 26


async def _no_name(_one, _who):
    return "\ud800" * 9_000


FOREIGN = {
    "of another token": (_of_another_token, "a task that it did not open"),
    "of another holder": (_of_another_holder, "a task that it did not open"),
    "opened for a key": (_of_a_key, "a task that it did not open"),
    "bound to a key since": (_bound_since, "a task with a token for a key"),
    "ended": (_ended, "a task that is ended or past its lifetime"),
    "past its time": (_past_its_time, "a task that is active or past its lifetime"),
    "under another scope": (_of_a_changed_scope, "a task whose scope is gone or changed"),
    "invented": (_invented, "a task that never was"),
    "no name at all": (_no_name, "a task that never was"),
}


@pytest.mark.requirement("static-own-tasks")
@pytest.mark.parametrize("tool", ["t.t", "t.gone"])
@pytest.mark.parametrize("case", FOREIGN)
async def test_a_task_that_is_not_its_own_or_not_open_gets_one_answer_and_the_count_says_which(case, tool):
    one = house()
    token, who = await given(one)
    make, why = FOREIGN[case]
    task = await make(one, who)
    said = await called(one, token, task, tool)
    assert said == await called(one, token, "z" * 26, "x.x")
    assert (said.reason, "begin_task" in said.hint) == (Reason.TASK_ENDED, True)
    await one.journal.flush_strangers()
    assert f"static token `ci`: {why}" in one.records[-1]["why"]
    assert one.kinds("call.") == []


@pytest.mark.requirement("static-opens-only")
async def test_a_call_that_names_no_task_is_served_by_none_be_it_the_only_one():
    one = house()
    token, who = await given(one)
    assert (await called(one, token)).reason is Reason.UNKNOWN_TOOL
    await begun(one, who)
    said = await called(one, token)
    assert (said.reason, said.about) == (Reason.ARGUMENTS_INVALID, ARGUMENT)
    assert (await called(one, token, tool="x.x")).hint == ""
    assert one.kinds("call.") == []


@pytest.mark.requirement("access-named")
async def test_only_a_tool_that_could_be_granted_has_a_hint_of_how_to_ask():
    one = house()
    token, _ = await given(one)
    assert "request_access" in (await called(one, token)).hint
    for never in ({"roles": frozenset({"x"})}, {"scopes": frozenset({"other"})}, {"actor": "robot"}):
        token, _ = await given(one, f"never-{len(one.records)}", **never)
        assert await called(one, token) == await called(one, token, tool="x.x")


KILLS = {
    "it": Target(what=What.BEARER, name="ci"),
    "its user": Target(what=What.USER, name="local:maria"),
    "its agent": Target(what=What.AGENT, name="agent-1"),
    "all": Target(what=What.ALL),
}


@pytest.mark.requirement("static-revoked")
@pytest.mark.parametrize("case", KILLS)
async def test_what_is_revoked_kills_the_token_and_its_tasks_at_once_and_what_is_made_later_lives(case):
    one = house()
    token, who = await given(one)
    task = (await begun(one, who, takes_token=True)).task.id
    sealed = (await begun(one, who, takes_token=True)).token
    assert isinstance(await one.call(token=sealed), Served)
    await one.journal.revoke(KILLS[case], by="operator", why="test")
    assert (await called(one, token, task)).reason is Reason.BAD_TOKEN
    assert {each.state for each in one.store.tasks()} == {TaskState.ENDED}
    assert not isinstance(await one.call(token=sealed), Served)
    refused = await one.opening.open_task(asking(who, scope="s", purpose="p"))
    assert isinstance(refused, NotOpened)
    later, again = await given(one, "later")
    assert isinstance(await called(one, later, (await begun(one, again)).task.id), Served)


@pytest.mark.requirement("static-revoked")
async def test_a_token_of_its_task_dies_with_it_before_the_task_has_ended():
    one = house()
    _, who = await given(one)
    sealed = (await begun(one, who, takes_token=True)).token
    with one.store.begin() as turn:
        turn.stop(Act.REVOKED, Target(what=What.BEARER, name="ci"))
    assert (await one.call(token=sealed)).reason is Reason.TASK_ENDED


@pytest.mark.requirement("static-revoked")
async def test_a_frozen_agent_begins_nothing_with_it_until_it_is_thawed():
    one = house()
    token, who = await given(one)
    task = (await begun(one, who)).task.id
    agent = Target(what=What.AGENT, name="agent-1")
    await one.journal.freeze(agent, by="operator", why="test")
    assert (await called(one, token, task)).reason is Reason.CONTEXT_NOT_MET
    assert (await one.opening.open_task(asking(who, scope="s", purpose="p"))).reason is Reason.CONTEXT_NOT_MET
    await one.journal.thaw(agent, by="operator", why="test")
    assert isinstance(await called(one, token, task), Served)


async def test_past_its_end_it_is_nobody_s_and_no_task_of_it_goes_on():
    one = house()
    token, who = await given(one, ends=house().clock.now() + 60)
    task = (await begun(one, who)).task.id
    one.clock.at += 60
    assert (await called(one, token, task)).reason is Reason.TOKEN_EXPIRED
    assert (await one.pipeline.known(Credential(token))).reason is Reason.TOKEN_EXPIRED


async def test_beside_a_proof_it_is_no_token():
    one = house()
    token, _ = await given(one)
    proof = Proof(holder="h", token="t", jti="j", until=one.clock.now() + 60, body="")
    asked = replace(one.asked(token=token), credential=Credential(token, proof))
    assert (await one.pipeline.handle(asked)).reason is Reason.BAD_TOKEN


async def test_a_name_is_given_once_for_ever():
    one = house()
    await given(one)
    assert not await one.journal.gave_bearer(bearer(one), "another digest", by="operator", why="test")
    await one.journal.revoke(Target(what=What.BEARER, name="ci"), by="operator", why="test")
    assert not await one.journal.gave_bearer(bearer(one), "another digest", by="operator", why="test")


@pytest.mark.requirement("static-opens-only")
async def test_what_it_asks_for_counts_as_said_by_the_agent_within_its_own_scopes():
    one = house(scope_of=scope(seal=False))
    _, who = await given(one)
    opened = await begun(one, who, takes_token=True)
    assert (opened.task.said_by, opened.token) == (SaidBy.AGENT, "")  # the scope gives no bearer tokens
    refused = await one.opening.open_task(replace(asking(who, scope="s", purpose="p"), within=frozenset({"other"})))
    assert isinstance(refused, NotOpened)
    assert one.records[-1]["bearer"] == "ci"
    assert isinstance(await one.opening.open_task(asked_by_operator()), NotOpened)  # that scope, without a key


async def test_no_other_token_is_given_for_a_task_that_a_static_one_names():
    one = house()
    _, who = await given(one)
    task = (await begun(one, who)).task.id
    for holder in (None, {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}):
        assert isinstance(await one.opening.refresh(task, "agent-1", holder), NotOpened)


@pytest.mark.requirement("static-opens-only")
async def test_for_a_registered_agent_whose_review_is_over_it_begins_nothing():
    one = house()
    _, who = await given(one)
    reviewed = replace(one.opening, reviewed={"agent-1": one.clock.now() + 60})
    asked = asking(who, scope="s", purpose="p")
    assert isinstance(await reviewed.open_task(asked), OpenedTask)
    one.clock.at += 60
    assert isinstance(await reviewed.open_task(asked), NotOpened)
    assert "review" in one.records[-1]["detail"]
    assert isinstance(await reviewed.open_task(asked_by_operator()), OpenedTask)
    assert isinstance(await replace(reviewed, reviewed={}).open_task(asked), OpenedTask)  # it is registered nowhere
    await one.journal.revoke(Target(what=What.AGENT, name="agent-1"), by="operator", why="it is gone")
    assert isinstance(await one.opening.open_task(asked), NotOpened)
