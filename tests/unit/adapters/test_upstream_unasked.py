"""What a server says unasked: of its progress the numbers, of its lists that they changed, and nothing else."""

import logging

import anyio
import pytest

from broker.adapters.mcp.attempt import Attempt
from broker.adapters.mcp.steps import Steps
from broker.model.faults import Effect
from tests.upstreams.kit import Script, call, fault, running, text_of, until
from tests.upstreams.speech import MODERN, VERSIONS

LEGACY = "2025-11-25"
STEP = '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":TOKEN,%s,"message":"SECRET"}}\n'
DONE = '{"jsonrpc":"2.0","id":ID,"result":{"resultType":"complete","content":[]}}\n'


class Told:
    def __init__(self):
        self.steps = []

    async def __call__(self, done, total):
        self.steps.append((done, total))


@pytest.mark.requirement("numbers-only")
async def test_of_progress_only_numbers_go_on(tmp_path):
    for version in VERSIONS:
        told = Told()
        async with running(Script(tmp_path, {"version": version}).reach) as up:
            await call(up, "say", parts=[(STEP % '"progress":1,"total":4', 1), (DONE, 1)], progress=told)
        assert told.steps == [(1.0, 4.0)]


REPORTS = {  # what a server reports, apart in time -> what is told of it
    "goes on": ([(1, None), (2, None), (2.5, 10)], [(1, None), (2, None), (2.5, 10)]),
    "goes back": ([(2, 4), (1, 4), (2, 4), (3, 4)], [(2, 4), (3, 4)]),
    "is no number": ([(float("nan"), 4), (float("inf"), 4), (1, 4)], [(1, 4)]),
    "of no number": ([(1, float("nan")), (2, float("inf")), (3, -float("inf"))], [(1, None), (2, None), (3, None)]),
}


class Clock:
    """Seconds of anyio's clock, as a test wants them."""

    def __init__(self, monkeypatch):
        self.now = 0.0
        monkeypatch.setattr(anyio, "current_time", lambda: self.now)


@pytest.mark.parametrize("case", REPORTS.values(), ids=REPORTS)
async def test_progress_is_finite_and_goes_forward(monkeypatch, case):
    reported, expected = case
    clock, told = Clock(monkeypatch), Told()
    steps = Steps(attempt=Attempt(began=0, deadline=100), tell=told)
    for done, total in reported:
        clock.now += 1
        await steps(done, total, "SECRET")
    assert told.steps == expected


async def test_the_first_steps_are_all_told_and_then_ten_a_second_and_no_more(monkeypatch):
    clock, told = Clock(monkeypatch), Told()
    steps = Steps(attempt=Attempt(began=0, deadline=100), tell=told)
    for number in range(1000):
        clock.now = number / 1000
        await steps(number, None, None)
    assert [done for done, _ in told.steps[:20]] == list(range(20))
    assert len(told.steps) <= 20 + 10


async def test_progress_of_what_is_over_is_not_told():
    told, attempt = Told(), Attempt(began=0, deadline=100)
    attempt.over = True
    await Steps(attempt=attempt, tell=told)(1, 2, None)
    assert told.steps == []


async def test_while_one_step_is_being_told_the_next_ones_do_not_wait(monkeypatch):
    clock, hold, begun = Clock(monkeypatch), anyio.Event(), []

    async def slow(done, total):
        begun.append((done, total))
        await hold.wait()

    steps = Steps(attempt=Attempt(began=0, deadline=100), tell=slow)
    async with anyio.create_task_group() as tasks:
        for number in range(1, 5):
            clock.now += 1
            tasks.start_soon(steps, number, None, None)
            await anyio.wait_all_tasks_blocked()
        assert begun == [(1, None)]
        hold.set()
    assert begun == [(1, None), (4, None)]  # the newest of those that came meanwhile


HOSTILE = [
    '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"error","data":"SECRET"}}\n',
    '{"jsonrpc":"2.0","method":"notifications/SECRET","params":{"SECRET":1}}\n',
    '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":TOKEN,"progress":"SECRET"}}\n',
    '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"SECRET","progress":1}}\n',
    '{"jsonrpc":"2.0","id":"SECRET","result":{"SECRET":1}}\n',
    '{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"SECRET"}}\n',
    '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"SECRET"}}\n',
    '{"SECRET":\n',
]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.requirement("numbers-only")
async def test_nothing_else_that_a_server_says_is_heard_or_logged(tmp_path, version, caplog, capfd):
    caplog.set_level(logging.WARNING, logger="broker")
    told = Told()
    async with running(Script(tmp_path, {"version": version, "words": "SECRET"}).reach) as up:
        said = await call(up, "say", parts=[(one, 50) for one in HOSTILE] + [(DONE, 1)], progress=told)
        assert "SECRET" not in str(said) + str(up.trouble)
    assert told.steps == []
    shown = capfd.readouterr()
    assert "SECRET" not in shown.out + shown.err


ASKED = ("sampling/createMessage", "elicitation/create", "roots/list", "ping/pong", "tools/call")


@pytest.mark.parametrize("method", ASKED)
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.requirement("asks-refused")
async def test_what_a_server_asks_of_us_is_refused_and_its_call_goes_on(tmp_path, version, method):
    params = (
        '{"messages":[],"maxTokens":1,"message":"your password?","requestedSchema":{"type":"object","properties":{}}}'
    )
    asks = f'{{"jsonrpc":"2.0","id":"theirs","method":"{method}","params":{params}}}\n'
    server = Script(tmp_path, {"version": version})
    async with running(server.reach) as up:
        await call(up, "say", parts=[(asks, 1), (DONE, 1)])
        await until(lambda: any(one.get("id") == "theirs" for one in server.heard()))
    (answer,) = [one for one in server.heard() if one.get("id") == "theirs"]
    assert set(answer) == {"jsonrpc", "id", "error"}


async def test_a_server_that_asks_and_does_not_listen_is_given_up(tmp_path):
    asks = '{"jsonrpc":"2.0","id":"%d","method":"roots/list"}\n'
    server = Script(tmp_path, {"version": LEGACY})
    async with running(server.reach) as up:
        parts = [("".join(asks % number for number in range(3000)), 1)]
        found = await fault(up, "say", parts=parts, stuck=True, within=5)
        assert (found.effect, found.is_unreachable) == (Effect.UNKNOWN, True)
        assert text_of(await call(up, "echo", text="anew")) == "anew"


@pytest.mark.parametrize("version", [LEGACY, MODERN])
async def test_a_number_that_breaks_the_sdk_breaks_one_connection(tmp_path, version):
    server = Script(tmp_path, {"version": version})
    async with running(server.reach) as up:
        found = await fault(up, "say", parts=[(STEP % f'"progress":1{"0" * 400}', 1)], within=5)
        assert found.effect is Effect.UNKNOWN
        assert text_of(await call(up, "echo", text="anew")) == "anew"
