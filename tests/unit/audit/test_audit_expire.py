"""What a task holds does not outlive it, and a start looks at the log before it serves."""

import pytest

from broker.adapters.broken import LEAVES, Broken
from broker.audit.checkpoint import new_signer, signed
from broker.audit.intact import standing, trouble
from broker.audit.merkle import grown, root
from broker.model.decision import Reason
from broker.model.record import Head
from broker.model.task import TaskState
from tests.kit import house, scope, spec

SIGNER = new_signer("test/log", bytes(32))
EMPTY = Head(size=0, frontier=())
TWO = grown(EMPTY, [b"one", b"two"])


async def opened():
    answers = {"rows": [{"id": 1, "email": "ann@example.com", "note": "x"}], "truncated": False}
    one = house(
        Broken(leaves=LEAVES, answers=answers),
        spec_of=spec(leaves=LEAVES),
        scope_of=scope(mask={"email": {"else": "handle"}}),
    )
    await one.open()
    return one


@pytest.mark.requirement("task-end-destroys")
async def test_a_task_whose_lifetime_is_over_loses_its_key_and_its_handles():
    one = await opened()
    handle = (await one.call()).masked.content["rows"][0]["email"]
    assert await one.store.resolve(one.task, [handle])
    one.clock.at += 28_799
    assert await one.journal.expire() == 0
    one.clock.at += 1
    assert await one.journal.expire() == 1
    facts = await one.store.facts(one.task)
    assert (facts.state, facts.key, await one.store.resolve(one.task, [handle])) == (TaskState.ENDED, b"", {})
    assert one.kinds("task.")[-1] == "task.ended"
    assert await one.journal.expire() == 0


async def test_a_call_behind_the_lifetime_is_refused_even_before_anyone_keeps_house():
    one = await opened()
    one.clock.at += 28_801
    assert (await one.call()).reason in {Reason.TOKEN_EXPIRED, Reason.TASK_ENDED}


async def test_an_intent_says_what_becomes_of_the_classes_that_can_come_back():
    one = await opened()
    await one.call()
    (intent,) = [record for record in one.records if record["kind"] == "call.intent"]
    assert intent["exposure"] == {"email": "handle", "free-text": "redact"}


async def test_a_log_as_it_was_left_is_in_order():
    one = await opened()
    await one.call()
    assert trouble(one.store.head(), one.store.newest(), one.signer.vkey) is None
    assert trouble(EMPTY, None, SIGNER.vkey) is None


class Busy:
    """A log to which another process appends while it is looked at: once at each of the first reads."""

    def __init__(self, appends):
        self.bodies, self.appends = [b"one"], appends

    def read(self):
        """As it was before somebody appended."""
        head = grown(EMPTY, self.bodies)
        if self.appends:
            self.appends -= 1
            self.bodies.append(b"more")
        return head

    def head(self):
        return self.read()

    def newest(self):
        head = self.read()
        return signed(SIGNER, head.size, root(head))


@pytest.mark.parametrize("appends", range(8))
def test_a_log_that_grows_while_it_is_looked_at_is_in_order(appends):
    head, newest = standing(Busy(appends))
    assert trouble(head, newest, SIGNER.vkey) is None


@pytest.mark.requirement("tamper")
@pytest.mark.parametrize(
    ("head", "note", "vkey"),
    [
        (TWO, None, SIGNER.vkey),
        (TWO, signed(SIGNER, 2, bytes(32)), SIGNER.vkey),
        (TWO, signed(SIGNER, 3, root(TWO)), SIGNER.vkey),
        (EMPTY, signed(SIGNER, 2, root(TWO)), SIGNER.vkey),
        (TWO, signed(SIGNER, 2, root(TWO)), new_signer("test/log", bytes([1] * 32)).vkey),
        (TWO, "no note", SIGNER.vkey),
    ],
    ids=["no checkpoint", "another root", "another size", "a head that was reset", "another key", "no note"],
)
def test_a_head_that_was_changed_is_seen_at_the_start(head, note, vkey):
    assert trouble(TWO, signed(SIGNER, 2, root(TWO)), SIGNER.vkey) is None
    assert trouble(head, note, vkey)
