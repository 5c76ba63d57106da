"""The program of a worker: runs one function at a time for the broker. It imports nothing of ours and holds no key.

Requests come in as lines of JSON. Out go `b` before the function begins, `p[done,total]` on the way, and at the end
`r` with the result as JSON, or `f` with the name of what was raised. What the function prints goes nowhere.
"""

from __future__ import annotations

import fcntl
import functools
import importlib
import inspect
import json
import os
import resource
import sys
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, BinaryIO

import anyio

_HIGH = 64  # descriptors from here up: none that a program writes to by habit
_FILES = 256


class NotJsonError(Exception):
    """The function gave what JSON does not hold, or more of it than was asked for."""


class OtherModuleError(Exception):
    """Under this name lies another file than the one that was looked at."""


class Out:
    """The way back. Each line is whole, whoever of the function's threads writes."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()
        self._call = object()  # which call runs now

    def begin(self) -> Callable[..., None]:
        """Gives what a function tells its progress by. A thread that it leaves behind says nothing of the next call."""
        call = object()

        def progress(done: float, total: float | None = None) -> None:
            line = b"p" + json.dumps([done, total], allow_nan=False).encode()
            with self._lock:
                if self._call is call:
                    self._write(line)

        with self._lock:
            self._call = call
            self._write(b"b")
        return progress

    def end(self, kind: bytes, payload: bytes) -> None:
        with self._lock:
            self._call = object()
            self._write(kind + payload)

    def _write(self, line: bytes) -> None:
        self._pipe.write(line + b"\n")
        self._pipe.flush()


def main() -> None:
    requests, out = _private()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core would be a copy of everything it was asked
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, _FILES))
    sys.path[:0] = sys.argv[1:]
    sys.argv[:] = ["worker"]
    # Functions run beside this thread, so that the end of the broker is seen at once, whatever they are at. And what
    # they raise, be it the wish to exit, is caught by the executor.
    runner = ThreadPoolExecutor(1)
    for line in requests:
        future = runner.submit(_run, json.loads(line), out)
        future.add_done_callback(functools.partial(_answer, out))
    os._exit(0)


def _private() -> tuple[BinaryIO, Out]:
    """The two pipes on descriptors of their own; the standard ones lead nowhere from here on."""
    requests = os.fdopen(fcntl.fcntl(0, fcntl.F_DUPFD_CLOEXEC, _HIGH), "rb")
    answers = os.fdopen(fcntl.fcntl(1, fcntl.F_DUPFD_CLOEXEC, _HIGH), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    return requests, Out(answers)


def _run(request: dict[str, Any], out: Out) -> bytes:
    module = importlib.import_module(request["module"])
    if not Path(module.__file__ or "").samefile(request["file"]):
        raise OtherModuleError
    function: Callable[..., Any] = getattr(module, request["function"])
    if request["arguments"] is None:  # only to see that it can be loaded
        return b"null"
    progress = out.begin()
    value = function(**request["arguments"], **({"progress": progress} if request["tells"] else {}))
    if inspect.isawaitable(value):
        value = anyio.run(_awaited, value)
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode()
    except (TypeError, ValueError, RecursionError):
        raise NotJsonError from None
    if len(text) > request["bytes"]:
        raise NotJsonError
    return text


async def _awaited(value: Awaitable[Any]) -> Any:
    return await value


def _answer(out: Out, future: Future[bytes]) -> None:
    error = future.exception()
    if error is None:
        out.end(b"r", future.result())
    else:
        out.end(b"f", type(error).__name__.encode("ascii", "replace"))


if __name__ == "__main__":
    main()
