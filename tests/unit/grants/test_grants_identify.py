"""Who speaks: the token says it, the store confirms it, and nothing else is believed."""

import pytest

from broker.grants.identify import TurnedAway, speaker, task_named
from broker.grants.issue import root_claims
from broker.model.chain import Chain
from broker.model.decision import Deny, Reason
from broker.model.grant import Grant
from broker.model.label import Label
from broker.model.task import Parameter, SaidBy, TaskFacts, TaskState
from tests.kit import AUDIENCE, NOW, Shelf, scope, spec, task

SCOPE = scope()
TASK = task(parameters={"ticket": Parameter(value=7, said_by=SaidBy.PRINCIPAL)})
FACTS = TaskFacts(task=TASK, state=TaskState.ACTIVE, label=Label(), key=bytes(32))
ROOT = {**root_claims(TASK, audience=AUDIENCE, jti="j", now=NOW, expires=NOW + 900, seal=True), "cnf": {"jwk": {}}}


def spoken(root=ROOT, *, facts=FACTS, sealed=True, now=NOW, blocks=(), of=SCOPE, proof=None):
    chain = Chain(root=root, blocks=blocks, sealed=sealed, holder="k", digest="d", links=("d",) * (1 + len(blocks)))
    shelf = Shelf(of, {"t.t": (spec(), None)})
    return speaker(chain, proof, facts, catalog=shelf, audience=AUDIENCE, now=now)


def test_a_good_token_names_its_grant():
    grant = spoken()
    assert isinstance(grant, Grant)
    assert (grant.task, grant.expires, set(grant.tools)) == (TASK, NOW + 900, {"t.t"})


@pytest.mark.requirement("identify")
@pytest.mark.parametrize(
    "change",
    [
        {"iss": "http://other"},
        {"aud": "http://other/mcp"},
        {"aud": ["http://broker/mcp"]},
        {"sub": "local:eve"},
        {"act": {"sub": "agent-2"}},
        {"act": "agent-1"},
        {"tid": "task-2"},
        {"purpose": "q"},
        {"scope": "wider"},
        {"scope_rev": "rev-2"},
        {"params": {}},
        {"params": {"ticket": {"value": 8, "said_by": "principal"}}},
        {"params": {"ticket": {"value": 7, "said_by": "lookup"}}},
        {"params": {"ticket": {"value": "7", "said_by": "principal"}}},
        {"pop": "required"},
        {"extra": 1},
    ],
    ids=str,
)
def test_a_token_that_says_anything_else_is_a_strangers(change):
    found = spoken({**ROOT, **change})
    assert isinstance(found, Deny)
    assert found.reason is Reason.BAD_TOKEN


@pytest.mark.parametrize("claim", sorted(ROOT))
def test_no_claim_may_be_missing(claim):
    assert isinstance(spoken({name: value for name, value in ROOT.items() if name != claim}), Deny)


@pytest.mark.parametrize("expires", [NOW, NOW - 1, "9999999999", None, True, float(NOW + 900), float("nan")], ids=str)
def test_a_token_ends_when_it_says_and_where_it_says_nothing_clear(expires):
    found = spoken({**ROOT, "exp": int(expires) if expires in {NOW, NOW - 1} else expires})
    assert isinstance(found, Deny)
    assert found.reason is Reason.TOKEN_EXPIRED


@pytest.mark.requirement("seal-required")
def test_an_unsealed_token_is_not_a_bearer_token():
    assert isinstance(spoken(sealed=False), Deny)


def test_a_block_that_cannot_be_understood_is_not_passed_over():
    found = spoken(blocks=({"tools": {}},))
    assert isinstance(found, TurnedAway)
    assert found.deny.reason is Reason.BAD_TOKEN


@pytest.mark.requirement("identify")
def test_without_a_task_nobody_is_known():
    assert isinstance(spoken(facts=None), Deny)
    assert isinstance(speaker("no token", None, None, catalog=Shelf(SCOPE, {}), audience=AUDIENCE, now=NOW), Deny)


@pytest.mark.requirement("revision")
@pytest.mark.parametrize("of", [scope(revision="rev-2"), scope(name="other")], ids=["changed", "gone"])
def test_a_scope_that_changed_under_a_task_grants_nothing_and_is_on_record(of):
    found = spoken(of=of)
    assert isinstance(found, TurnedAway)
    assert (found.task, found.deny.reason) == (TASK, Reason.TASK_ENDED)


@pytest.mark.parametrize("tid", [None, 5, ["t"], {}])
def test_only_a_text_names_a_task(tid):
    assert task_named(Chain(root={"tid": tid}, blocks=(), sealed=True, holder="", digest="", links=())) == ""
    assert task_named("no token") == ""
