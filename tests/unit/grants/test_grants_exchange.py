"""Who somebody is, an issuer says for us alone; who may act for them, they or their client said; nobody else."""

from dataclasses import replace
from datetime import date
from math import nan

import pytest

from broker.grants.conditions import unmet
from broker.grants.exchange import LONGEST, SKEW, assertion_of, user
from broker.model.identity import Agent, Issuer, User
from broker.model.task import Principal
from broker.tokens.foreign import Spoken

NOW = 1_800_000_000.0
URL, US = "https://login.example", "https://broker.example/mcp"
ISSUER = Issuer(
    url=URL,
    audience=US,
    types=frozenset({"at+jwt"}),
    algorithms=frozenset({"RS256"}),
    roles_claim="groups",
    roles={"help": "support", "boss": "lead"},
    delegates={"desk-app": frozenset({"helpdesk-1"})},
)
AGENT = Agent(
    name="helpdesk-1", key={}, owner="sales", model="m", provider="p", region=None, review_by=date(2030, 1, 1)
)
SAID = {
    "iss": URL,
    "aud": US,
    "sub": "mara",
    "exp": NOW + 600,
    "iat": NOW - 5,
    "groups": ["help", "football"],
    "client_id": "desk-app",
}
VOUCHED = {"iss": "helpdesk-1", "sub": "helpdesk-1", "aud": "https://broker.example", "jti": "a1", "exp": NOW + 60}


def whom(typ="at+jwt", **changed):
    said = {name: one for name, one in {**SAID, **changed}.items() if one is not ...}
    return user(Spoken(typ, said), ISSUER, NOW)


def vouched(typ="jwt", **changed):
    said = {name: one for name, one in {**VOUCHED, **changed}.items() if one is not ...}
    return assertion_of(Spoken(typ, said), AGENT, "https://broker.example", NOW)


def test_an_issuer_s_access_token_says_who_the_user_is_and_which_roles_of_ours_they_have():
    assert whom() == User(
        principal=Principal(issuer=URL, sub="mara"),
        roles=frozenset({"support"}),
        may_act=frozenset({"helpdesk-1"}),
        until=NOW + 600,
    )


@pytest.mark.parametrize(
    "changed",
    [
        {"typ": "jwt"},
        {"typ": ""},
        {"typ": "id_token"},
        {"nonce": "n"},
        {"at_hash": "h"},
        {"iss": "https://login.example/"},
        {"iss": "https://evil.example"},
        {"iss": ...},
        {"aud": "desk-app"},
        {"aud": [US + "/"]},
        {"aud": {"": US}},
        {"aud": [US, 5]},
        {"aud": ...},
        {"exp": NOW},
        {"exp": ...},
        {"exp": str(NOW + 600)},
        {"exp": True},
        {"exp": nan},
        {"nbf": NOW + SKEW + 1},
        {"iat": NOW + SKEW + 1},
        {"iat": "now"},
        {"sub": ""},
        {"sub": ...},
        {"sub": 5},
        {"sub": "a\nb"},
        {"sub": "x" * 256},
        {"sub": "desk-app"},  # a client that works for itself
        {"sub": "desk-app", "client_id": ..., "azp": "desk-app"},
        {"sub": "desk-app@clients"},  # Auth0's
        {"sub": "desk-app@clients", "client_id": ..., "azp": "desk-app", "may_act": {"sub": "helpdesk-1"}},
        {"gty": "client-credentials"},  # its older ones
        {"gty": ["client-credentials"]},
        {"idtyp": "app"},  # Entra ID's
        {"idtyp": "device"},
    ],
    ids=str,
)
def test_a_token_that_is_not_of_this_issuer_for_us_and_now_speaks_of_nobody(changed):
    assert isinstance(whom(**changed), str)


@pytest.mark.parametrize(
    "changed", [{"iat": NOW + SKEW}, {"nbf": NOW + SKEW}, {"exp": NOW + 0.5}, {"iat": ...}], ids=str
)
def test_the_issuer_s_clock_may_be_off_by_a_little(changed):
    assert isinstance(whom(**changed), User)


@pytest.mark.parametrize(("claim", "who"), [("cid", {"helpdesk-1"}), ("client_id", set()), ("roles", set())])
def test_where_an_admin_names_the_claim_of_the_client_no_other_counts(claim, who):
    said = {**SAID, "client_id": "other-app", "azp": "desk-app", "cid": "desk-app", "roles": ["desk-app"]}
    assert user(Spoken("at+jwt", said), replace(ISSUER, client_claim=claim), NOW).may_act == who


def test_what_says_that_it_is_of_a_user_is():
    assert isinstance(whom(idtyp="user", gty="password"), User)


@pytest.mark.requirement("exchange-bound")
@pytest.mark.parametrize(
    ("said", "key", "is_met"),
    [
        ({}, None, True),
        ({}, "k", True),
        ({"cnf": {"jkt": "k"}}, "k", True),
        ({"cnf": {"jkt": "k"}}, None, False),
        ({"cnf": {"jkt": "k"}}, "another", False),
        ({"cnf": {"jkt": None}}, None, False),
        ({"cnf": {"jkt": "k", "x5t#S256": "c"}}, "k", False),
        ({"cnf": {"x5t#S256": "k"}}, "k", False),
        ({"cnf": None}, None, False),
        ({"cnf": "k"}, "k", False),
        ({"act": {"sub": "helpdesk-1"}}, None, True),
        ({"act": {"sub": "helpdesk-1", "iss": URL}}, None, True),
        ({"act": {"sub": "helpdesk-1", "iss": "https://evil.example"}}, None, False),
        ({"act": {"sub": "helpdesk-1", "act": {"sub": "coder-1"}}}, None, False),
        ({"act": {"sub": "coder-1"}}, None, False),
        ({"act": "helpdesk-1"}, None, False),
        ({"act": None}, None, False),
    ],
    ids=str,
)
def test_what_is_for_a_key_or_for_another_who_acts_is_for_no_one_else_to_show(said, key, is_met):
    assert (unmet({**SAID, **said}, URL, "helpdesk-1", key) is None) is is_met


def test_one_audience_of_several_is_enough():
    assert isinstance(whom(aud=["https://other.example", US]), User)


@pytest.mark.parametrize(
    ("changed", "who"),
    [
        ({"may_act": {"sub": "coder-1"}}, {"coder-1"}),
        ({"may_act": {"sub": "coder-1", "iss": URL}}, {"coder-1"}),
        ({"may_act": {"sub": "coder-1", "iss": "https://evil.example"}}, set()),
        ({"may_act": {"sub": "coder-1", "unless": "friday"}}, set()),
        ({"may_act": {"sub": ["coder-1"]}}, set()),
        ({"may_act": "coder-1"}, set()),
        ({"client_id": "other-app"}, set()),
        ({"client_id": ...}, set()),
        ({"client_id": ..., "azp": "desk-app"}, {"helpdesk-1"}),
        ({"client_id": "other-app", "azp": "desk-app"}, set()),
        ({"client_id": ["desk-app"]}, set()),
    ],
    ids=str,
)
def test_who_may_act_is_named_by_the_token_or_registered_for_its_client(changed, who):
    assert whom(**changed).may_act == who


@pytest.mark.parametrize(
    ("groups", "roles"),
    [
        ("help", ["support"]),
        (["boss", "help"], ["lead", "support"]),
        ([], []),
        (..., []),
        ([["help"]], []),
        ({"help": 1}, []),
    ],
    ids=str,
)
def test_only_values_that_are_listed_are_roles(groups, roles):
    assert sorted(whom(groups=groups).roles) == roles


def test_an_agent_vouches_for_itself_for_a_short_while_and_once():
    assert vouched() == ("a1", NOW + 60)


@pytest.mark.parametrize(
    "changed",
    [
        {"typ": "at+jwt"},
        {"iss": "coder-1"},
        {"sub": "coder-1"},
        {"iss": ...},
        {"aud": "https://other.example"},
        {"aud": ["https://broker.example", "https://other.example"]},
        {"aud": ...},
        {"exp": NOW},
        {"exp": ...},
        {"exp": NOW + LONGEST + SKEW + 1},
        {"iat": NOW + SKEW + 1},
        {"nbf": NOW + SKEW + 1},
        {"jti": ...},
        {"jti": ""},
        {"jti": 5},
    ],
    ids=str,
)
def test_what_another_says_or_for_another_or_without_an_end_vouches_for_nobody(changed):
    assert isinstance(vouched(**changed), str)
