"""How far a long work has come: a bar on stderr, and only where a person looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from broker.cli import say

T = TypeVar("T")


class Step(Protocol):
    def __call__(self, done: T) -> T:
        """One more is done; `done` is given back."""
        ...


@contextmanager
def going(what: str, total: int) -> Iterator[Step]:
    """A bar that leaves no trace once it is full."""
    console = say.errors()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task(what, total=total)

        def step(done: T) -> T:
            progress.advance(bar)
            return done

        yield step
