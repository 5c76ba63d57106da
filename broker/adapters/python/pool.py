"""The workers of one package: started when needed, one call each at a time, killed where one does not answer."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

import anyio

from broker.adapters.python.installed import Package, find
from broker.leaves import strict_json
from broker.model.faults import Effect, ToolFault

AT_ONCE: Final = 4  # calls of one package: a function that hangs must not keep the others waiting
_PROGRAM: Final = Path(__file__).with_name("worker.py")
_ENVIRONMENT: Final[Mapping[str, str]] = {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": "/"}  # none of our own
_OUR_OWN: Final[Mapping[bytes, str]] = {
    b"NotJsonError": "its result is no JSON, or more than was asked for",
    b"OtherModuleError": "under the module's name lies another file than the package's",
}
_TOO_LONG: Final = "it gave more than was asked for"
_ENDED: Final = "its process ended before it answered"
_MOST_TOLD: Final = 1000  # steps of progress that are passed on of one call
_TYPE: Final = re.compile(rb"[A-Za-z_][A-Za-z0-9_]{0,63}")
_SLACK: Final = 128  # bytes of a line beyond its payload, and of the name of an exception

Told = Callable[[float, float | None], None]


@dataclass(frozen=True, slots=True, eq=False)
class Worker:
    """One child and the two pipes to it. Of its methods only `kill` may be called while another runs."""

    process: subprocess.Popen[bytes]

    def ask(self, request: bytes, most: int, told: Told) -> bytes:
        """The result as JSON of at most `most` bytes, not read yet. Blocking; raises ToolFault.

        `request`: one line. After a fault that is not Raised nobody may use this worker again.
        """
        effect = Effect.NONE
        try:
            self._in.write(request + b"\n")
            self._in.flush()
            left = _MOST_TOLD
            while True:
                line = self._out.readline(most + _SLACK)
                if not line.endswith(b"\n"):
                    raise ToolFault(_TOO_LONG if line else _ENDED, effect=effect)
                kind, payload = line[:1], line[1:-1]
                match kind:
                    case b"b":
                        effect = Effect.UNKNOWN
                    case b"p":
                        left -= 1
                        if left >= 0:
                            _tell(payload, told)
                    case b"r" if len(payload) <= most:
                        return payload
                    case b"f":
                        raise Raised(_raised(payload), effect=effect)
                    case _:
                        raise ToolFault("its worker answered what no worker answers", effect=effect)
        except OSError as error:
            raise ToolFault(
                f"its process cannot be reached ({type(error).__name__})", effect=effect, is_unreachable=True
            ) from None

    def kill(self) -> None:
        """It and all that it started and that stayed in its session's group."""
        if self.process.returncode is None:  # its number is not anybody else's as long as we have not waited for it
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def end(self) -> None:
        """Kill it and wait until it is gone. Blocking."""
        self.kill()
        for pipe in (self._in, self._out):
            with suppress(OSError):
                pipe.close()
        self.process.wait()

    @property
    def _in(self) -> IO[bytes]:
        return _there(self.process.stdin)

    @property
    def _out(self) -> IO[bytes]:
        return _there(self.process.stdout)


class Raised(ToolFault):
    """The function raised, or cannot be loaded; its worker is as good as before."""


@dataclass(slots=True, kw_only=True, weakref_slot=True)
class Pool:
    package: Package
    where: tuple[str, ...]  # folders in which a worker looks for packages, beside its own
    more: tuple[str, ...] = ()
    other: str | None = None  # why what lies there now is not what was compiled
    limiter: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(AT_ONCE), repr=False)
    _idle: list[Worker] = field(default_factory=list, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        # They end by themselves once their input is closed; but a parent waits for its children.
        weakref.finalize(self, _end_all, self._idle)

    def take(self) -> Worker:
        """One that nobody uses. Blocking; raises ToolFault."""
        while True:
            with self._lock:
                if not self._idle:
                    break
                worker = self._idle.pop()
            if worker.process.poll() is None:
                return worker
            worker.end()
        return self._start()

    def give(self, worker: Worker) -> None:
        with self._lock:
            self._idle.append(worker)

    def close(self) -> None:
        """End those that nobody uses. Blocking."""
        with self._lock:
            _end_all(self._idle)

    def look(self) -> str | None:
        """Whether the package still is what was compiled. Blocking."""
        now = find(self.package.name, self.where)
        if now is None:
            self.other = f"`{self.package.name}` is not installed, or not whole"
        else:
            same = (now.version, now.digest) == (self.package.version, self.package.digest)
            self.other = None if same else f"`{self.package.name}` is not what it was when the broker started"
        return self.other

    def _start(self) -> Worker:
        trouble = self.look()
        if trouble is not None:
            raise ToolFault(trouble, effect=Effect.NONE, is_unreachable=True)
        try:
            # -I: no current folder, no user's packages, nothing of PYTHON*. A session of its own, to be killed whole.
            process = subprocess.Popen(  # noqa: S603 - our own program, with folders of our own choosing
                [sys.executable, "-I", str(_PROGRAM), *self.more],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=dict(_ENVIRONMENT),
                cwd="/",
                start_new_session=True,
            )
        except OSError as error:
            raise ToolFault(
                f"no process can be started ({type(error).__name__})", effect=Effect.NONE, is_unreachable=True
            ) from None
        return Worker(process)


def _end_all(workers: list[Worker]) -> None:
    while workers:
        workers.pop().end()


def _raised(name: bytes) -> str:
    if name in _OUR_OWN:
        return _OUR_OWN[name]
    return f"it raised `{name.decode()}`" if _TYPE.fullmatch(name) else "it raised an exception"


def _tell(payload: bytes, told: Told) -> None:
    """Two numbers, or nothing is told."""
    match strict_json.read(payload.decode("utf-8", "replace")):
        case [int() | float() as done, None | int() | float() as total] if bool not in {type(done), type(total)}:
            told(done, total)
        case _:
            pass


def _there(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ToolFault("its process has no pipes", effect=Effect.NONE)
    return pipe
