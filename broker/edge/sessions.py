"""How many sessions of the older protocol one task holds open, so that one token cannot take them all."""

from __future__ import annotations

from dataclasses import dataclass, field

MOST = 32  # of one task at a time; a client needs one
IDLE = 600.0  # seconds that a session may lie unused


@dataclass(slots=True)
class Sessions:
    """What is counted here is gone with the process, as the sessions themselves are."""

    _of: dict[str, dict[str, float]] = field(default_factory=dict)  # task -> session -> last used, unix seconds
    _swept: float = 0.0  # unix seconds

    def are_full(self, task: str, now: float) -> bool:
        """Whether the task may open no more. Sessions that lay unused for too long are forgotten first."""
        if not self._swept <= now < self._swept + IDLE:  # of tasks too that are over, and of which nobody asks any more
            self._swept = now
            for one in list(self._of):
                self._forget(one, now)
        self._forget(task, now)
        return len(self._of.get(task, {})) >= MOST

    def _forget(self, task: str, now: float) -> None:
        alive = {one: at for one, at in self._of.get(task, {}).items() if now - at < IDLE}
        if alive:
            self._of[task] = alive
        else:
            self._of.pop(task, None)

    def used(self, task: str, session: str, now: float) -> None:
        self._of.setdefault(task, {})[session] = now

    def holds(self, task: str, session: str) -> bool:
        """Whether it was answered in this session, which is its own then."""
        return session in self._of.get(task, {})

    def ended(self, task: str, session: str) -> None:
        self._of.get(task, {}).pop(session, None)
