"""Does the log's head stand where its newest signed checkpoint says? The look that every start takes."""

from __future__ import annotations

from broker.audit.checkpoint import read_checkpoint
from broker.audit.merkle import root
from broker.model.record import Head
from broker.ports import Archive


def standing(archive: Archive) -> tuple[Head, str | None]:
    """The head and the newest checkpoint of one moment, though they are two reads and other processes append."""
    while True:
        head, newest = archive.head(), archive.newest()
        if archive.head() == head:  # a log only grows, so nothing was appended in between
            return head, newest


def trouble(head: Head, newest: str | None, vkey: str) -> str | None:
    """What is wrong, for an operator. It finds a head or a key that was changed; whole-log changes are `verify`'s."""
    if newest is None:
        return None if head.size == 0 else "the log has records and no checkpoint"
    try:
        stands = read_checkpoint(newest, vkey)
    except ValueError:
        return "the newest checkpoint is not signed by this broker's log key"
    if (stands.size, stands.root) != (head.size, root(head)):
        return "the log's head is not where its newest checkpoint says"
    return None
