"""Lines are bounded on the way in and whole on the way out, however the bytes come and go."""

import os
import socket
from contextlib import aclosing

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.connect.pipes import TooLong, lines, written

LIMIT = 10


def read(pieces, limit=LIMIT):
    """What is read where the bytes arrive in just these pieces."""

    async def run():
        source, into = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)  # one packet a read
        with source:
            with into:
                for piece in pieces:
                    into.send(piece)
            return [one async for one in lines(source.fileno(), limit)]

    return anyio.run(run)


@given(st.lists(st.binary(min_size=1, max_size=15) | st.just(b"\n"), max_size=6))
def test_whatever_the_pieces_the_lines_are_the_same(pieces):
    whole = b"".join(pieces)
    *ended, rest = whole.split(b"\n")
    told = [TooLong() if len(one) > LIMIT else one.strip(b" \t\r") for one in ended]
    assert read(pieces) == told + [TooLong()] * (len(rest) > LIMIT)


def test_a_line_at_the_limit_is_read_and_one_beyond_it_is_said_once_and_skipped():
    assert read([b"x" * LIMIT + b"\n", b"y" * (LIMIT + 1) + b"\n", b"z\n"]) == [b"x" * LIMIT, TooLong(), b"z"]
    assert read([b"y" * 8, b"y" * 8, b"y" * 8, b"y\nz\n"]) == [TooLong(), b"z"]
    assert read([b"y" * 30]) == [TooLong()]


def test_what_never_ended_is_no_line():
    assert read([b"a\nb"]) == [b"a"]


def test_a_file_is_read_as_a_pipe_is(tmp_path):
    path = tmp_path / "said"
    path.write_bytes(b"a\r\n\n b \nc")

    async def run():
        with path.open("rb") as file:
            return [one async for one in lines(file.fileno())]

    assert anyio.run(run) == [b"a", b"", b"b"]


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, 1_000_000])
async def test_a_line_of_any_size_is_written_whole_to_one_who_reads_slowly(size):
    out_of, sink = os.pipe()
    send, said = anyio.create_memory_object_stream[bytes](0)
    async with anyio.create_task_group() as tasks, send, said:
        tasks.start_soon(written, sink, said)
        async with aclosing(lines(out_of)) as each:
            for one in (b"a" * size, b"b"):
                tasks.start_soon(send.send, one)
                assert await anext(each) == one
        tasks.cancel_scope.cancel()
    os.close(sink)
    os.close(out_of)


async def test_who_is_cancelled_before_its_turn_has_written_nothing():
    out_of, sink = os.pipe()
    send, said = anyio.create_memory_object_stream[bytes](0)
    async with anyio.create_task_group() as tasks, send, said:
        tasks.start_soon(written, sink, said)
        await send.send(b"x" * 1_000_000)  # nobody reads: the pipe is full
        with anyio.CancelScope() as waiting:
            tasks.start_soon(anyio.lowlevel.checkpoint)
            waiting.cancel()
            await send.send(b"never")
        async with aclosing(lines(out_of)) as each:
            assert await anext(each) == b"x" * 1_000_000
            await send.send(b"next")
            assert await anext(each) == b"next"
        tasks.cancel_scope.cancel()
    os.close(sink)
    os.close(out_of)


async def test_where_nobody_reads_any_more_it_says_so():
    out_of, sink = os.pipe()
    os.close(out_of)
    send, said = anyio.create_memory_object_stream[bytes](1)
    async with send, said:
        await send.send(b"x")
        with pytest.raises(BrokenPipeError):
            await written(sink, said)
    os.close(sink)
