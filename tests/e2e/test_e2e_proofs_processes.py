"""One proof and several processes: what was used at one of them, before a restart even, is used everywhere."""

import orjson
import pytest

from broker.agent.key import Key
from tests.proven import bound, doors
from tests.talk import call

READ, KEY = "bank__account_read", Key.make()


async def sends(way, held, sent=None):
    """One call, and its headers with it."""
    body, more = call(READ, {"account_id": 1})
    raw = orjson.dumps(body)
    signed = {**more, "Authorization": f"DPoP {held.token}", "DPoP": held.proof("POST", raw)} if sent is None else sent
    async with way.http() as http:
        return (await http.post(way.url, content=raw, headers=signed)).status_code, signed


@pytest.mark.requirement("proof")
async def test_a_proof_that_was_used_at_one_process_is_used_at_the_other_and_after_a_restart(fresh_bank):
    opened, held = bound(fresh_bank, KEY)
    with doors(fresh_bank, "one", "two") as ((first, one), (second, two)):
        with fresh_bank.serving("--config", str(first)), fresh_bank.serving("--config", str(second)):
            status, used = await sends(one, held)
            assert status == 200
            assert [(await sends(way, held, used))[0] for way in (two, one)] == [401, 401]
            assert (await sends(two, held))[0] == 200
        with fresh_bank.serving("--config", str(first)):  # the other two were killed
            assert (await sends(one, held, used))[0] == 401
            assert (await sends(one, held))[0] == 200
    assert fresh_bank.of(opened.task.id).count("call.intent") == 3
