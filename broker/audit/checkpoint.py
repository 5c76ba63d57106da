"""Where the log stands, signed: a C2SP tlog-checkpoint inside a signed note, with Ed25519."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"  # c2sp.org/signed-note, signature types
DASH = "\u2014 "
ID = 4
SEED = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    origin: str  # the log's name, and the key's
    seed: bytes = field(repr=False)
    private: Ed25519PrivateKey = field(init=False, repr=False, compare=False)  # each batch signs: made once
    mark: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        private = Ed25519PrivateKey.from_private_bytes(self.seed)
        object.__setattr__(self, "private", private)
        object.__setattr__(self, "mark", _id(self.origin, private.public_key().public_bytes_raw()))

    @property
    def vkey(self) -> str:
        """The verifier key: what anyone needs in order to check the log."""
        public = self.private.public_key().public_bytes_raw()
        return f"{self.origin}+{_id(self.origin, public).hex()}+{_b64(ED25519 + public)}"

    @property
    def clear_key(self) -> str:
        """The signer key as text, for a file that nobody else may read."""
        public = self.private.public_key().public_bytes_raw()
        return f"PRIVATE+KEY+{self.origin}+{_id(self.origin, public).hex()}+{_b64(ED25519 + self.seed)}"


def new_signer(origin: str, seed: bytes) -> Signer:
    """`seed`: 32 random bytes. Raises ValueError where the name or the seed cannot be a key's."""
    if len(seed) != SEED:
        raise ValueError("a signing seed has 32 bytes")
    if not origin or "+" in origin or not origin.isprintable() or any(map(str.isspace, origin)):
        raise ValueError("an origin is a name without spaces and `+`")
    return Signer(origin=origin, seed=seed)


def read_signer(text: str) -> Signer:
    """A signer from its key text. Raises ValueError; the text is never part of the message."""
    match text.strip().split("+", 4):
        case ["PRIVATE", "KEY", origin, told, coded]:
            raw = _unb64(coded)
            if raw[:1] != ED25519:
                raise ValueError("the signer key is not an Ed25519 key")
            signer = new_signer(origin, raw[1:])
            if signer.clear_key.split("+", 4)[3] != told:
                raise ValueError("the signer key's id does not match the key")
            return signer
        case _:
            raise ValueError("the signer key is not of the form `PRIVATE+KEY+<name>+<id>+<key>`")


def signed(signer: Signer, size: int, root: bytes) -> str:
    """The checkpoint as a note: three lines, no extension lines (C2SP advises against them)."""
    return note(signer, f"{signer.origin}\n{size}\n{_b64(root)}\n")


def note(signer: Signer, text: str) -> str:
    """Text, a blank line, the signature. `text` ends with a line end."""
    return f"{text}\n{DASH}{signer.origin} {_b64(signer.mark + signer.private.sign(text.encode()))}\n"


def read_checkpoint(text: str, vkey: str) -> Checkpoint:
    """What the note says, if this key signed it. Raises ValueError. Signatures by other keys are passed over."""
    name, mark, public = _verifier(vkey)
    body, blank, signatures = text.rpartition("\n\n")
    body += "\n"
    if not blank or not signatures.endswith("\n"):
        raise ValueError("the note has no signature")
    lines = signatures.removesuffix("\n").split("\n")
    if not all(line.startswith(DASH) for line in lines):
        raise ValueError("the note has a line that is no signature")
    for line in lines:
        head, _, coded = line.removeprefix(DASH).rpartition(" ")
        if head == name and (raw := _unb64(coded))[:ID] == mark:
            try:
                public.verify(raw[ID:], body.encode())
            except InvalidSignature:
                raise ValueError("the note's signature does not hold") from None
            return _parsed(body, name)
    raise ValueError("the note is not signed by this key")


def _parsed(text: str, name: str) -> Checkpoint:
    origin, size, coded, *_ = [*text.split("\n"), "", ""]
    if origin != name:
        raise ValueError("the checkpoint is of another log")
    if not (size.isascii() and size.isdecimal()) or str(int(size[:20])) != size:
        raise ValueError("the checkpoint's size is no number")
    root = _unb64(coded)
    if len(root) != hashlib.sha256().digest_size:
        raise ValueError("the checkpoint's root is no hash")
    return Checkpoint(origin=origin, size=int(size), root=root)


def _verifier(vkey: str) -> tuple[str, bytes, Ed25519PublicKey]:
    match vkey.strip().split("+", 2):
        case [name, told, coded]:
            raw = _unb64(coded)
            if raw[:1] != ED25519 or len(raw) != 1 + SEED or _id(name, raw[1:]).hex() != told:
                raise ValueError("the verifier key is not a whole Ed25519 key")
            return name, bytes.fromhex(told), Ed25519PublicKey.from_public_bytes(raw[1:])
        case _:
            raise ValueError("the verifier key is not of the form `<name>+<id>+<key>`")


def _id(name: str, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + ED25519 + public).digest()[:ID]


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _unb64(text: str) -> bytes:
    # Strict: with loose trailing bits one signature would have several spellings, and a flipped bit would pass.
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64") from None
    if _b64(raw) != text:
        raise ValueError("not canonical base64")
    return raw
