"""Progress and steps over the wire: who asked is told, in both eras, and nobody else is."""

import anyio
import pytest
from mcp import types

from broker.adapters.broken import LEAVES, Broken
from broker.edge import telling
from broker.model.faults import ToolFault
from tests.hosted import granted, hosted
from tests.kit import spec
from tests.talk import ERAS, MODERN, connected

STEPS = ["permitted", "called", "answered", "closed"]


async def the_house(**of_tool):
    return await granted((spec("t.t", leaves=LEAVES), Broken(answers={"rows": []}, leaves=LEAVES, **of_tool)))


async def set_level(client, level):
    await client.session.send_request(
        types.SetLevelRequest(params=types.SetLevelRequestParams(level=level)), types.EmptyResult
    )


def kept(heard):
    async def keep(*said):
        heard.append(said)

    return keep


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.requirement("told-how-far")
async def test_progress_arrives_in_full_and_in_numbers_alone(era):
    house = await the_house(tells=((0, 100), (50, 100), (100, 100)))
    heard = []
    async with hosted(house) as at, connected(at.url, house.token, era) as client:
        result = await client.call_tool("t__t", {"a": "x"}, progress_callback=kept(heard))
        await client.call_tool("t__t", {"a": "x"})
    assert not result.is_error
    assert heard == [(0, 100, None), (50, 100, None), (100, 100, None)]


@pytest.mark.parametrize("era", ERAS)
async def test_progress_only_rises_and_is_a_number(era):
    nan, endless = float("nan"), float("inf")
    house = await the_house(tells=((1, None), (1, None), (0.5, 2), (nan, 2), (endless, 2), (2, nan), (3, 4)))
    heard = []
    async with hosted(house) as at, connected(at.url, house.token, era) as client:
        await client.call_tool("t__t", {"a": "x"}, progress_callback=kept(heard))
    assert heard == [(1, None, None), (2, None, None), (3, 4, None)]


@pytest.mark.parametrize("era", ERAS)
async def test_whoever_asks_for_every_message_hears_the_steps_in_words_of_ours(era):
    house, heard = await the_house(), []
    more = {"log_level": "debug"} if era == MODERN else {}
    async with (
        hosted(house) as at,
        connected(at.url, house.token, era, logging_callback=kept(heard), **more) as client,
    ):
        if era != MODERN:
            await set_level(client, "debug")
        await client.call_tool("t__t", {"a": "a secret"})
        for (said,) in heard:
            assert (said.logger, said.level) == ("t__t", "debug")
        assert [said.data.partition(":")[0] for (said,) in heard] == STEPS
        assert "secret" not in str(heard)


@pytest.mark.parametrize("era", ERAS)
async def test_of_a_call_that_is_refused_or_fails_no_more_is_told_than_came_of_it(era):
    house, heard = await the_house(raises=ToolFault("secret")), []
    more = {"log_level": "debug"} if era == MODERN else {}
    async with (
        hosted(house) as at,
        connected(at.url, house.token, era, logging_callback=kept(heard), **more) as client,
    ):
        if era != MODERN:
            await set_level(client, "debug")
        await client.call_tool("t__t", {"b": "x"})
        assert heard == []
        await client.call_tool("t__t", {"a": "x"})
    assert [said.data.partition(":")[0] for (said,) in heard] == ["permitted", "called", "closed"]


@pytest.mark.parametrize("era", ERAS)
async def test_whoever_asks_for_less_or_for_nothing_hears_no_step(era):
    house, heard = await the_house(), []
    for level in (None, "info", "emergency"):
        more = {"log_level": level} if era == MODERN and level is not None else {}
        async with (
            hosted(house) as at,
            connected(at.url, house.token, era, logging_callback=kept(heard), **more) as client,
        ):
            if era != MODERN and level is not None:
                await set_level(client, level)
            await client.call_tool("t__t", {"a": "x"})
    assert heard == []


async def test_one_session_s_level_is_no_other_s():
    house, heard = await the_house(), []
    async with (
        hosted(house) as at,
        connected(at.url, house.token, "legacy") as loud,
        connected(at.url, house.token, "legacy", logging_callback=kept(heard)) as still,
    ):
        await set_level(loud, "debug")
        await still.call_tool("t__t", {"a": "x"})
    assert heard == []


class Stalled:
    """A client's side that takes nothing, or is gone."""

    protocol_version, request_id = MODERN, 1

    def __init__(self, error=None):
        self.meta = {"progress_token": "p"}
        self.session = self
        self.error = error

    async def report_progress(self, _done, _total):
        if self.error is not None:
            raise self.error
        await anyio.sleep_forever()


@pytest.mark.parametrize("error", [None, anyio.BrokenResourceError(), anyio.ClosedResourceError()], ids=repr)
async def test_a_client_that_takes_nothing_holds_no_call_up(monkeypatch, error):
    monkeypatch.setattr(telling, "_LAST", 0.01)
    many = tuple((n, None) for n in range(5_000))
    house = await the_house(tells=many)
    seen = []

    async def serve(onlooker):
        outcome = await house.pipeline.handle(house.asked(), onlooker)
        seen.append(house.kinds("call."))
        return outcome

    with anyio.fail_after(5):
        outcome = await telling.told(Stalled(error), "t__t", serve, hears_steps=False)
    assert outcome.masked.content == {"rows": []}
    assert seen == [["call.intent", "call.outcome"]]  # on record before anybody was waited for
