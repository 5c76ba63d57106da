"""The file with an agent's public key, to which a token is bound."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from broker.model.chain import Claims
from broker.model.faults import ConfigError, Problem
from broker.tokens.keys import from_public, public
from broker.tokens.strict import UnreadableError, claims

_MOST: Final = 4096  # bytes
_PUBLIC: Final = frozenset({"kty", "crv", "x"})
_MEND: Final = "it is what `broker key FILE` prints for an agent's key"


def public_key(path: Path) -> Claims:
    """The key as a JWK. Raises ConfigError; a private key is none of the operator's business."""
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST + 1)
        written = claims(raw if len(raw) <= _MOST else b"")
        if "d" in written:
            raise _wrong(path, "it holds a private key, which is the agent's alone", f"give the public half: {_MEND}")
        return public(from_public({name: written[name] for name in written if name in _PUBLIC}))
    except OSError as error:
        raise _wrong(path, f"cannot be read: {(error.strerror or type(error).__name__).lower()}") from None
    except (UnreadableError, ValueError) as error:
        said = str(error) if isinstance(error, UnreadableError) else "not JSON"
        raise _wrong(path, f"not an agent's public key: {said}") from None


def _wrong(path: Path, expected: str, mend: str = _MEND) -> ConfigError:
    return ConfigError([Problem(file=str(path), field="holder", expected=expected, mend=mend)])
