"""A holder's key: made here, kept in a file for its user alone, and known to others by its public half."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from broker.model.faults import TokenError
from broker.model.label import Json
from broker.tokens.keys import from_mapping, kid, new_key, private_text, public
from broker.tokens.strict import UnreadableError, claims

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LONGEST = 4096  # bytes of a key's file


@dataclass(frozen=True, slots=True)
class Key:
    """`clear_key`: the private key; its type is known to the tokens room alone."""

    clear_key: Json = field(repr=False)

    @classmethod
    def make(cls) -> Self:
        return cls(new_key())

    @classmethod
    def load(cls, path: Path) -> Self:
        """The private key in a file of `save`. Raises TokenError."""
        try:
            # Not to wait for ever where it is a pipe that nobody writes.
            with os.fdopen(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), "rb") as file:
                facts = os.fstat(file.fileno())  # of what is read, not of what has the name a moment before
                if not stat.S_ISREG(facts.st_mode):
                    raise TokenError(f"`{path}` is not a regular file")
                if facts.st_mode & _OTHERS:
                    raise TokenError(f"others may read the key in `{path}`; chmod 600 it")
                written = claims(file.read(_LONGEST))
                if "d" not in written:
                    raise TokenError(f"`{path}` holds no private key; a public one proves nothing")
                return cls(from_mapping(written))
        except OSError as error:
            said = (error.strerror or type(error).__name__).lower()
            raise TokenError(f"the key in `{path}` cannot be read: {said}") from None
        except (UnreadableError, ValueError):
            raise TokenError(f"`{path}` holds no Ed25519 key as a JWK") from None

    def save(self, path: Path) -> None:
        """Write it for this user alone (0600). Raises FileExistsError: what a key was used for is lost with it."""
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(private_text(self.clear_key) + "\n")

    @property
    def public(self) -> Mapping[str, Json]:
        """What others may know, as a JWK (RFC 7517): for `broker grant --holder`, or for who hands a token on."""
        return public(self.clear_key)

    @property
    def name(self) -> str:
        """Its thumbprint (RFC 7638)."""
        return kid(self.clear_key)
