"""The secret of an agent that cannot sign: made here, kept in a file for its user alone, and known by its digest."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import Final

from broker.model.faults import TokenError
from broker.store.system import SystemIds
from broker.tokens.strict import b64

_SHORTEST: Final = 22  # characters: 128 bits as base64url
_LONGEST: Final = 1024
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def made(path: Path) -> bool:
    """256 random bits, where there is no file yet; False where there is one."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(b64(SystemIds().key()) + "\n")
    except FileExistsError:
        return False
    return True


def digest(path: Path) -> str:
    """Hex SHA-256 of the secret in the file. Raises TokenError where it is none, or others may read it."""
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise TokenError(f"`{path}` is not a regular file")
        if facts.st_mode & _OTHERS:
            raise TokenError(f"others may read the secret in `{path}`; chmod 600 it")
        clear_secret = file.read(_LONGEST).strip()
    if not _SHORTEST <= len(clear_secret) < _LONGEST:
        raise TokenError(f"`{path}` holds no secret of at least {_SHORTEST} characters")
    return hashlib.sha256(clear_secret).hexdigest()
