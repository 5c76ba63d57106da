"""A service that keeps keys outside: what the broker needs of one, and nothing that it could do to the broker."""

from __future__ import annotations

import importlib
import multiprocessing
from collections.abc import Callable
from multiprocessing.pool import ThreadPool
from typing import Final, Protocol

from broker.model.faults import ConfigError, Problem, StoreFault

_AT_ONCE: Final = 4  # questions; what hangs keeps its place, and nothing else


class Kms(Protocol):
    """Made once a process by the factory that `[custody]` names, which takes no arguments. Thread-safe; each may block.

    Whatever one raises is a refusal; the type of it alone is told.
    """

    def wrap(self, clear: bytes, about: str, /) -> bytes:
        """`clear`, so that nobody else can open it. `about`: what it is, to be bound to it as associated data."""
        ...

    def unwrap(self, sealed: bytes, about: str, /) -> bytes:
        """What was wrapped about the same; raises where it was not."""
        ...

    def public(self) -> bytes:
        """The public half of the key that signs tokens: 32 bytes (Ed25519)."""
        ...

    def sign(self, what: bytes, /) -> bytes:
        """Ed25519 over just these bytes, not over a digest of them: 64 bytes."""
        ...


class Guarded:
    """The same, within a deadline and with one fault: slow, gone and garbage are all StoreFault. Each call blocks."""

    def __init__(self, kms: Kms, deadline: float) -> None:
        self._kms = kms
        self._deadline = deadline
        self._threads = ThreadPool(_AT_ONCE)

    def wrap(self, clear: bytes, about: str) -> bytes:
        """What only this KMS opens again; it is tried, for a key that does not come back is lost."""
        sealed = self._asked(lambda kms: kms.wrap(clear, about))
        if self.unwrap(sealed, about) != clear:
            raise StoreFault("the KMS did not give back what it had wrapped")
        return sealed

    def unwrap(self, sealed: bytes, about: str) -> bytes:
        return self._asked(lambda kms: kms.unwrap(sealed, about))

    def public(self) -> bytes:
        return self._asked(lambda kms: kms.public())

    def sign(self, what: bytes) -> bytes:
        return self._asked(lambda kms: kms.sign(what))

    def close(self) -> None:
        """What hangs is left behind: its thread ends with the process."""
        self._threads.terminate()

    def _asked(self, work: Callable[[Kms], bytes]) -> bytes:
        try:
            answer = self._threads.apply_async(work, (self._kms,)).get(self._deadline)
        except multiprocessing.TimeoutError:
            raise StoreFault(f"the KMS did not answer within {self._deadline:g} s") from None
        except Exception as error:  # noqa: BLE001 - somebody else's code; its own words may hold what it was asked
            raise StoreFault(f"the KMS failed ({type(error).__name__})") from None
        if not isinstance(answer, bytes):
            raise StoreFault("the KMS gave no bytes")
        return answer


def loaded(named: str, deadline: float) -> Guarded:
    """`named`: `package.module:factory`. Raises ConfigError."""
    module, _, factory = named.partition(":")
    try:
        return Guarded(getattr(importlib.import_module(module), factory)(), deadline)
    except Exception as error:  # noqa: BLE001 - importing runs somebody else's code
        said = f"`{named}` cannot be made: {type(error).__name__}"
        mend = "a module that can be imported, and a factory in it that takes no arguments"
        raise ConfigError([Problem(file="broker.toml", field="custody.kms", expected=said, mend=mend)]) from None
