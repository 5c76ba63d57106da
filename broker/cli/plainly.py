"""What one of several tasks raised, as if it had been alone: whoever ends the process looks for the thing itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def plainly() -> Iterator[None]:
    """A task group wraps whatever leaves it, even a single exception."""
    try:
        yield
    except BaseExceptionGroup as several:
        found: BaseException = several
        while isinstance(found, BaseExceptionGroup) and len(found.exceptions) == 1:
            found = found.exceptions[0]
        if found is several:
            raise
        raise found from several
