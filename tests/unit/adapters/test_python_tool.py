"""A function gets its arguments, gives JSON, and sees nothing of the broker."""

import os
import sys

import pytest

from broker.model.faults import Effect, ToolFault
from tests import kit
from tests.python_kit import MAYBE, NUMBER, TEXT, found, kind_of, opened, run

A = {"a": NUMBER}


@pytest.fixture
def kind(tmp_path):
    made = kind_of(tmp_path)
    yield made
    for pool in made.pools.values():
        pool.close()


async def test_it_gets_its_arguments_by_name(kind):
    assert await run(kind, "add", {"a": 2, "b": 3}, {"a": NUMBER, "b": MAYBE}) == {"sum": 5}
    assert await run(kind, "add", {"a": 2}, {"a": NUMBER, "b": MAYBE}) == {"sum": 3}  # its own default


async def test_a_coroutine_is_awaited(kind):
    assert await run(kind, "later", {"a": 2}, A) == {"sum": 2}


async def test_what_is_no_object_lies_under_value(kind):
    assert await run(kind, "listed", {"a": 2}, A) == {"value": [{"x": 2}, {"x": 3}]}


async def test_a_function_that_takes_anything_gets_what_the_file_names(kind):
    assert await run(kind, "anything", {"a": 1, "z": "x"}, {"a": NUMBER, "z": TEXT}) == {"a": 1, "z": "x"}


async def test_the_broker_fills_the_key(kind):
    made = found(kind, "keyed", {"who": TEXT}, idempotency="key")
    call = opened(made, {"who": "x"}, {"who": TEXT})
    one, other = [await made[1].invoke(call, nobody) for _ in range(2)]
    assert one.value == other.value == {"key": call.intended.permit.checked.digest, "who": "x", "a": 0}


async def nobody(_done, _total):
    pass


async def test_a_result_says_its_size_and_counts_as_one_row(kind):
    made = found(kind, "add", A)
    labeled = await made[1].invoke(opened(made, {"a": 2}, A), nobody)
    assert (labeled.rows, labeled.size, labeled.leaves) == (1, len('{"sum":3}'), {"sum": kit.leaf()})


async def test_a_worker_sees_nothing_of_the_broker(kind, tmp_path, monkeypatch):
    monkeypatch.setenv("BROKER_TOKEN", "canary")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "canary"))
    key = os.open(tmp_path / "canary.key", os.O_CREAT | os.O_RDWR)
    os.set_inheritable(key, True)
    try:
        seen = await run(kind, "seen", returns={"cwd": kit.leaf()})
    finally:
        os.close(key)
    assert "canary" not in repr(seen)
    assert set(seen["env"]) <= {"PATH", "LANG", "HOME", "LC_CTYPE"}
    assert (seen["cwd"], seen["argv"], seen["leads"], seen["stdin"]) == ("/", ["worker"], True, "")
    assert seen["modules"] == []
    assert "" not in seen["path"]
    assert {one.partition(":")[0] for one in seen["files"]} <= {"/dev/null", "pipe", "anon_inode", "socket"}
    assert sum(one.startswith("pipe:") for one in seen["files"]) == 2


async def test_what_it_prints_is_no_answer(kind):
    assert await run(kind, "forges", {"a": 2}, A) == {"sum": 2}
    assert await run(kind, "add", {"a": 2}, A) == {"sum": 3}


async def test_progress_is_two_numbers_or_nothing(kind):
    told = []

    async def hear(done, total):
        told.append((done, total))

    assert await run(kind, "steps", {"a": 3}, A, progress=hear) == {"sum": 3}
    assert told == [(0, 3), (1, 3), (2, 3), (3, None)]


async def test_progress_without_an_end_is_not_passed_on_without_an_end(kind):
    told = []

    async def hear(done, _total):
        told.append(done)

    assert await run(kind, "steps", {"a": 5000}, A, progress=hear) == {"sum": 5000}
    assert len(told) == 1000


async def test_what_a_function_leaves_behind_says_nothing_of_the_next_call(kind):
    told = []

    async def hear(done, _total):
        told.append(done)

    before = await run(kind, "who")
    await run(kind, "leaves", progress=hear)
    told.clear()
    assert await run(kind, "steps", {"a": 2}, A, progress=hear) == {"sum": 2}
    assert await run(kind, "who") == before  # the same worker all along
    assert set(told) == {0, 1, 2}


RAISED = {"value": "ValueError", "exit": "SystemExit", "stop": "KeyboardInterrupt", "memory": "MemoryError"}


@pytest.mark.parametrize(("what", "name"), RAISED.items())
async def test_of_an_exception_only_its_name_comes_out_and_the_worker_goes_on(kind, what, name):
    before = await run(kind, "who")
    with pytest.raises(ToolFault) as caught:
        await run(kind, "raises", {"what": what}, {"what": TEXT})
    assert (str(caught.value), caught.value.effect) == (f"it raised `{name}`", Effect.UNKNOWN)
    assert await run(kind, "who") == before


ODD = ["no number", "infinity", "bytes", "a set", "an object", "a circle", "too deep", "far too deep", "a key twice"]
ODD += ["beyond 2^53", "half a character", "a generator", "a function", "too large", "far too large", "a type", "no"]


@pytest.mark.parametrize("what", ODD)
async def test_what_is_no_json_or_too_much_of_it_is_not_taken(kind, what):
    with pytest.raises(ToolFault) as caught:
        await run(kind, "odd", {"what": what}, {"what": TEXT})
    assert caught.value.effect is Effect.UNKNOWN
    assert await run(kind, "add", {"a": 2}, A) == {"sum": 3}


async def test_what_wraps_a_result_counts_too(kind):
    assert await run(kind, "listed", {"a": 2}, A, most=27) == {"value": [{"x": 2}, {"x": 3}]}
    with pytest.raises(ToolFault):
        await run(kind, "listed", {"a": 2}, A, most=26)


async def test_a_module_that_does_not_load_has_no_effect(kind):
    made = found(kind, "add", A, call="rates.broken:add")
    with pytest.raises(ToolFault) as caught:
        await made[1].invoke(opened(made, {"a": 1}, A), nobody)
    assert caught.value.effect is Effect.NONE
    assert "words" not in str(caught.value)
    assert "rates.broken" not in sys.modules
