"""A session of the older protocol goes on with the task that its client was told to ask for, and with no other.

The SDK binds a session to the task that opened it. Whoever steps up comes back with a token of another task, and the
session would be gone under him.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from broker.model.task import Task

_EARLY: Final = 30.0  # seconds before its end in which a client takes a token for one that has run out
_MOST: Final = 512  # sessions: as many as there can be


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """`key`: thumbprint of the key that was proven; empty: whoever bears the token. `until`: when that runs out."""

    task: Task
    key: str
    until: float

    @property
    def name(self) -> str:
        return f"{self.task.id} {self.key}" if self.key else self.task.id

    def is_same_holder(self, other: Speaker) -> bool:
        mine, theirs = self.task, other.task
        return (mine.principal, mine.actor, self.key) == (theirs.principal, theirs.actor, other.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    opener: str  # as the SDK knows whose it is
    speaker: Speaker  # whose it is now
    is_told: bool  # to come back with another task


@dataclass(slots=True)
class Moves:
    """What is kept here is gone with the process, as the sessions themselves are."""

    _lines: dict[str, _Line] = field(default_factory=dict)

    def told(self, session: str, speaker: Speaker) -> None:
        """The client of this session was told, by 403, that another scope has what it wants."""
        line = self._lines.pop(session, None)
        is_theirs = line is not None and line.speaker.name == speaker.name
        opener = line.opener if line is not None and is_theirs else speaker.name
        if line is not None and not is_theirs:
            self._lines[session] = line  # of another task: it is refused, and takes nothing from whose it is
            return
        self._lines[session] = _Line(opener=opener, speaker=speaker, is_told=True)
        while len(self._lines) > _MOST:
            self._lines.pop(next(iter(self._lines)))

    def opener(self, session: str, speaker: Speaker, now: float) -> str:
        """By which name the SDK knows whoever speaks in this session; another name finds no session.

        Once the other task has spoken, the one before it speaks there no more: in one session two tasks could get each
        other's answers. It may come back when the token of the other has run out: clients ask then for what they get
        unasked.
        """
        line = self._lines.get(session)
        if line is None:
            return speaker.name
        is_theirs = line.speaker.name == speaker.name
        may_move = line.is_told or line.speaker.until - _EARLY <= now
        if not is_theirs and not (may_move and line.speaker.is_same_holder(speaker)):
            return f"{speaker.name} of another session"
        if not is_theirs or speaker.until > line.speaker.until:
            self._lines[session] = replace(line, speaker=speaker, is_told=is_theirs and line.is_told)
        return line.opener
