"""Every table of the store. What could betray a value is a sealed blob or a keyed digest."""

from __future__ import annotations

from sqlalchemy import Index, LargeBinary, MetaData, Table, text
from sqlmodel import Field, SQLModel

SCHEMA = 4
"""Written to the file; a file of another schema is not opened."""


class _Row(SQLModel):
    metadata = MetaData()  # our own: other tables of the process never end up in this file


class EntryRow(_Row, table=True):
    """One line of the log, as it was hashed."""

    __tablename__ = "entry"
    seq: int = Field(primary_key=True)
    body: bytes = Field(sa_type=LargeBinary)


class IndexRow(_Row, table=True):
    """Which records are of which call and task; can be rebuilt from the bodies."""

    __tablename__ = "entry_index"
    seq: int = Field(primary_key=True)
    kind: str
    call: str = Field(index=True)
    task: str = Field(index=True)


class HeadRow(_Row, table=True):
    """One row. Its size is compared and swapped, so that two writers cannot fork the log."""

    __tablename__ = "head"
    id: int = Field(primary_key=True)
    size: int
    frontier: bytes = Field(sa_type=LargeBinary)  # 32 bytes a subtree


class CheckpointRow(_Row, table=True):
    __tablename__ = "checkpoint"
    size: int = Field(primary_key=True)
    note: str


_LIVING, _REMEMBERED = text("key IS NOT NULL"), text("remembered IS NOT NULL")


class TaskRow(_Row, table=True):
    __tablename__ = "task"
    __table_args__ = (
        Index("task_of_holder", "issuer", "sub", "actor", "opened"),
        Index("task_living", "issuer", "sub", "actor", "ends", sqlite_where=_LIVING, postgresql_where=_LIVING),
        Index(
            "task_remembered",
            *("issuer", "sub", "actor", "remembered"),
            sqlite_where=_REMEMBERED,
            postgresql_where=_REMEMBERED,
        ),
    )
    id: str = Field(primary_key=True)
    issuer: str
    sub: str
    actor: str
    purpose: str
    scope: str
    revision: str
    parameters: bytes = Field(sa_type=LargeBinary)  # sealed under the store's key
    opened: float
    position: int  # where the record of its opening stands in the log: what was revoked before does not reach it
    ends: float
    state: str
    label: str  # JSON
    strikes: int
    key: bytes | None = Field(sa_type=LargeBinary)  # sealed under the store's key; NULL once the task ended
    said_by: str
    roles: str  # JSON: the principal's when it was opened
    bearer: str  # the static token that it was opened with; empty: none
    token_until: float  # when the last token of this task runs out
    bound: bool  # one of its tokens was for a key
    remembered: float | None  # of one that ended tainted: until when its ledger is kept, to be handed on
    heir_of: str  # JSON: the tasks that handed theirs on to this one
    ledger_whole: bool  # False: not all of it could be handed on


class HolderRow(_Row, table=True):
    """A principal with an actor, for as long as one of his tasks lives or is remembered."""

    __tablename__ = "holder"
    issuer: str = Field(primary_key=True)
    sub: str = Field(primary_key=True)
    actor: str = Field(primary_key=True)
    key: bytes = Field(sa_type=LargeBinary)  # of the digests in the ledger; sealed under the store's key


class HandleRow(_Row, table=True):
    __tablename__ = "handle"
    task: str = Field(primary_key=True)
    handle: str = Field(primary_key=True)
    kind: str
    origin: str
    sealed: bytes = Field(sa_type=LargeBinary)  # under the task's key


class SeenRow(_Row, table=True):
    """The ledger: where a value was seen and how it was shown."""

    __tablename__ = "ledger"
    task: str = Field(primary_key=True)
    digest: str = Field(primary_key=True)
    origin: str = Field(primary_key=True)
    shown: str = Field(primary_key=True)
    writer: str = Field(primary_key=True)
    handed: bool = Field(primary_key=True)  # seen by another task of this holder, so it proves nothing in this one
    confirms: bool


class SubjectRow(_Row, table=True):
    __tablename__ = "subject"
    task: str = Field(primary_key=True)
    digest: str = Field(primary_key=True)


class SpendRow(_Row, table=True):
    """So much of one limit, by one call: held until the call ends, then used."""

    __tablename__ = "spend"
    __table_args__ = (Index("spend_of_key", "key", "item", "at"),)
    id: int | None = Field(default=None, primary_key=True)
    call: str = Field(index=True)
    key: str
    item: str
    amount: str  # Decimal, exact
    at: float
    state: str  # held | used


class CallRow(_Row, table=True):
    """A call that has begun and not ended, or whose effect nobody knows."""

    __tablename__ = "open_call"
    __table_args__ = (Index("open_call_of_task", "task", "digest"),)
    call: str = Field(primary_key=True)
    task: str
    tool: str
    digest: str
    has_effect: bool
    at: float
    boot: str
    state: str = Field(index=True)  # open | unresolved


class ProofRow(_Row, table=True):
    """A proof that was used: until it is too old anyway, it is not taken again (RFC 9449 11.1)."""

    __tablename__ = "proof"
    holder: str = Field(primary_key=True)
    jti: str = Field(primary_key=True)
    until: float = Field(index=True)


class StopRow(_Row, table=True):
    """What was revoked, for good, or is frozen."""

    __tablename__ = "stop"
    act: str = Field(primary_key=True)  # revoked | frozen
    name: str = Field(primary_key=True)  # before the kind: a call looks up its names, of whatever kind
    what: str = Field(primary_key=True)
    at: int  # where its record stands in the log


class BearerRow(_Row, table=True):
    """A static token. Of the token itself there is a digest alone: it is random enough for one that has no key."""

    __tablename__ = "bearer"
    name: str = Field(primary_key=True)
    digest: str = Field(unique=True)  # hex SHA-256 of the token
    issuer: str
    sub: str
    roles: str  # JSON
    actor: str
    scopes: str  # JSON
    made: float
    ends: float
    position: int  # where the record of its making stands in the log: what was revoked before does not reach it


METADATA: MetaData = _Row.metadata
ENTRY: Table = METADATA.tables["entry"]
INDEX: Table = METADATA.tables["entry_index"]
HEAD: Table = METADATA.tables["head"]
CHECKPOINT: Table = METADATA.tables["checkpoint"]
TASK: Table = METADATA.tables["task"]
HOLDER: Table = METADATA.tables["holder"]
HANDLE: Table = METADATA.tables["handle"]
LEDGER: Table = METADATA.tables["ledger"]
SUBJECT: Table = METADATA.tables["subject"]
SPEND: Table = METADATA.tables["spend"]
CALL: Table = METADATA.tables["open_call"]
PROOF: Table = METADATA.tables["proof"]
STOP: Table = METADATA.tables["stop"]
BEARER: Table = METADATA.tables["bearer"]
