"""The one secret that the connector holds: a token, from the environment or a file that its user alone may read."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import anyio

from broker.connect.presenting import Borne, Presenting
from broker.model.faults import ConfigError, Problem

TOKEN, FILE = "BROKER_TOKEN", "BROKER_TOKEN_FILE"  # names of environment variables
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LONGEST = 64 * 1024  # bytes
_TOKEN68 = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750 2.1; whatever else there is could end a header

BORNE: Final = Borne()


@dataclass(slots=True, kw_only=True)
class Bearer:
    tell: Callable[[str], None]  # a word to the person in front of it
    presenting: Presenting = BORNE
    path: Path | None = None  # where a fresh token would lie
    token: str = field(repr=False)

    async def renewed(self, spent: str) -> bool:
        """Whether there is now another token than `spent`, which was refused; the file is read anew."""
        if self.token != spent:  # another request was here first
            return True
        if self.path is None:
            return False
        try:
            fresh = await anyio.to_thread.run_sync(_read, self.path)
            self.presenting.fits(fresh)
            self.token = fresh
        except ConfigError as error:
            self.tell(str(error))
        return self.token != spent

    def headers(self, token: str, method: str, body: bytes) -> Mapping[str, str]:
        return self.presenting.headers(token, method, body)


def taken(environ: MutableMapping[str, str], tell: Callable[[str], None], presenting: Presenting = BORNE) -> Bearer:
    """The bearer; its variables are gone from `environ`, so that no child gets them. Raises ConfigError.

    The kernel keeps the environment as it was at the start (`/proc/PID/environ`), for this user to read: a token that
    must not lie there comes in a file.
    """
    said, named = environ.pop(TOKEN, ""), environ.pop(FILE, "")
    if said and named:
        raise _unusable("environment", f"`{TOKEN}` and `{FILE}` are both set", "keep one of them")
    if named:
        path = Path(named)
        token = _read(path)
        presenting.fits(token)
        return Bearer(tell=tell, presenting=presenting, path=path, token=token)
    if not said:
        mend = f"put the path of a token file into `{FILE}`, or a token into `{TOKEN}`; `broker grant` makes tokens"
        raise _unusable("environment", "no token", mend)
    token = _checked("environment", said)
    presenting.fits(token)
    return Bearer(tell=tell, presenting=presenting, token=token)


def _read(path: Path) -> str:
    try:
        # Not to wait for ever where it is a pipe that nobody writes.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:
            facts = os.fstat(file.fileno())  # of what is read, not of what has the name a moment before
            if not stat.S_ISREG(facts.st_mode):
                raise _unusable(str(path), "not a regular file", f"name the token's file in `{FILE}`")
            if facts.st_mode & _OTHERS:
                raise _unusable(str(path), "others may read this token", f"chmod 600 {path}")
            text = file.read(_LONGEST + 1).decode("ascii", "replace")
    except OSError as error:
        said = (error.strerror or type(error).__name__).lower()
        raise _unusable(str(path), said, f"`{FILE}` names a file with a token in it, for this user alone") from None
    return _checked(str(path), text)


def _checked(place: str, text: str) -> str:
    token = text.strip()
    if len(text) > _LONGEST or not _TOKEN68.fullmatch(token):
        raise _unusable(place, "holds no token", "it is one word, as the last line of `broker grant`")
    return token


def _unusable(place: str, expected: str, mend: str) -> ConfigError:
    return ConfigError([Problem(file=place, expected=expected, mend=mend)])
