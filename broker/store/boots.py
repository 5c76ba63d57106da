"""Which serving processes still live: each holds a lock that the kernel takes back when it dies."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from broker.model.faults import StoreFault


class Boot:
    """One life of one process, on record as a locked file beside the database. `id`: fresh for each life."""

    def __init__(self, database: Path, id: str) -> None:  # noqa: A002 - the field's word
        self._database = database
        self._path = _beside(database, id)
        self.id = id
        try:
            self._lock = self._hold()
        except OSError as error:
            raise StoreFault(f"the lock `{self._path}` cannot be taken: {error.strerror}") from None

    def _hold(self) -> int:
        while True:
            lock = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Another process may have found the file between open and flock, taken us for dead and removed it.
            if self._path.exists() and os.fstat(lock).st_ino == self._path.stat().st_ino:
                return lock
            os.close(lock)

    def is_dead(self, boot: str) -> bool:
        """Whether the process of that boot lives no more; its file goes then."""
        if boot == self.id:
            return False
        path = _beside(self._database, boot)
        try:
            lock = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return True
        except OSError as error:
            raise StoreFault(f"the lock `{path}` cannot be read: {error.strerror}") from None
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            path.unlink(missing_ok=True)
            return True
        finally:
            os.close(lock)

    def sweep(self) -> None:
        """Remove the files that killed processes left. Whether they had open calls does not depend on the file."""
        for left in self._database.parent.glob(f"{self._database.name}.*.lock"):
            self.is_dead(left.name.removeprefix(f"{self._database.name}.").removesuffix(".lock"))

    def end(self) -> None:
        self._path.unlink(missing_ok=True)
        os.close(self._lock)


def _beside(database: Path, boot: str) -> Path:
    return database.with_name(f"{database.name}.{boot}.lock")
