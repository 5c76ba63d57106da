"""Every golden vector through the real door: what is accepted, what is refused, and what the record says of it."""

import pytest

from broker.model.chain import Credential
from broker.tokens.dpop import read_proof
from tests.unit.tokens.token_world import CASES, FOLDER, GIVEN, Behind, answered, house, recorded
from tests.vectors.tokens.make import written

REFUSED = ("forms", "claims", "proofs")


@pytest.mark.requirement("token-vectors")
def test_the_files_are_what_their_makers_write():
    on_disk = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert on_disk == written()


def test_no_two_vectors_have_one_name():
    for cases in CASES.values():
        assert len({one["name"] for one in cases}) == len(cases)


@pytest.mark.requirement("token-vectors")
async def test_what_is_accepted_leaves_just_these_tools():
    one, other = house(), {}
    for case in CASES["good"]:
        behind = Behind()
        status, _ = await answered(one, case, behind)
        found = await left(one, case)
        if (status, behind.reached, found) != (200, case.get("sent", 1), case["expect"]):
            other[case["name"]] = (status, behind.reached, found)
    assert other == {}


async def left(one, case):
    """What a token's grant says, as the vectors say it."""
    proof = None
    if case["scheme"] == "DPoP":
        proof = read_proof(case["proofs"][0], method=GIVEN["method"], url=GIVEN["url"], now=GIVEN["now"])
    grant = await one.pipeline._speaker(Credential(case["token"], proof))
    tools = {name: dict(tool.input_schema["properties"]) for name, tool in sorted(grant.tools.items())}
    return {"actor": grant.actor, "expires": int(grant.expires), "tools": tools}


@pytest.mark.requirement("token-vectors")
@pytest.mark.parametrize("name", REFUSED)
async def test_what_is_refused_is_refused_with_its_one_why_on_record(name):
    one, other = house(), {}
    for case in CASES[name]:
        behind = Behind()
        status, _ = await answered(one, case, behind)
        found = dict(zip(("refused", "why"), await recorded(one), strict=True))
        if (status, behind.reached, found) != (401, case.get("sent", 1) - 1, case["expect"]):
            other[case["name"]] = (status, behind.reached, found)
    assert other == {}


@pytest.mark.requirement("uniform-refusal")
async def test_outside_they_all_get_one_answer_and_one_more_where_only_the_time_is_over():
    one, heard = house(), {}
    for name in REFUSED:
        for case in CASES[name][::5]:
            heard.setdefault(case["expect"]["refused"], set()).add(await answered(one, case, Behind()))
    assert sorted(heard) == ["bad_token", "token_expired"]
    assert [len(answers) for answers in heard.values()] == [1, 1]
