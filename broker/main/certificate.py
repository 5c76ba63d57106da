"""The certificate that the port shows: its files are looked at while it serves, and taken anew where they changed."""

from __future__ import annotations

import ssl
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, assert_never

import anyio
import anyio.to_thread
import structlog
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from broker.audit.journal import Journal
from broker.model.faults import JournalFault
from broker.model.upkeep import Kept, Taken

EVERY: Final = 2.0  # seconds between two looks, each two calls of stat(2)

_State = tuple[tuple[int, ...], ...]


class Certificate:
    """What connections are met with. A pair that cannot be used is never shown: the one before it stays.

    Each handshake is given the context of the newest good pair by the callback for server names, which OpenSSL calls
    whether or not a client says one. To load it into the context in use would not do: `load_cert_chain` replaces the
    certificate before it looks at the key, so that a key that does not fit would leave nothing that works.
    """

    def __init__(self, cert: Path, key: Path) -> None:
        """Raises OSError and ssl.SSLError where the pair cannot be used."""
        self._cert, self._key = cert, key
        self._state = self._looked()
        self._now = self.context = _context(cert, key)
        self._refused = ""
        self.context.sni_callback = self._meet

    def look(self) -> Taken | Kept | None:
        """None where nothing is new. Blocking.

        What was refused is tried at each look, for its mode may be mended without a change of the file, and told once.
        """
        state = self._looked()
        if state == self._state and not self._refused:
            return None
        try:
            fresh, shown = _context(self._cert, self._key), facts(self._cert)
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            before, self._refused = self._refused, unusable(error)
            return None if before == self._refused else Kept(why=self._refused)
        if self._looked() != state:  # changed while it was read: at the next look, then
            return None
        self._state, self._now, self._refused = state, fresh, ""
        return Taken(digest=shown.digest, until=shown.until)

    def _meet(self, one: ssl.SSLSocket | ssl.SSLObject, _name: str | None, _first: ssl.SSLContext) -> None:
        one.context = self._now

    def _looked(self) -> _State:
        """By following links, for a folder of secrets changes by moving a link. Empty where there is no such file."""
        return tuple(_state(path) for path in (self._cert, self._key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a certificate says of itself. `since`, `until`: unix seconds."""

    since: float
    until: float
    names: frozenset[str]  # host names in small letters, and addresses
    digest: str  # SHA-256 of it, in hex


def facts(cert: Path) -> Facts:
    """Of the first certificate in the file, which is the server's own. Raises OSError, ValueError."""
    found = x509.load_pem_x509_certificates(cert.read_bytes())[0]
    try:
        names = _names(found)
    except (x509.DuplicateExtension, x509.InvalidVersion, x509.UnsupportedGeneralNameType):
        raise ValueError("a certificate that two readers would read differently") from None
    return Facts(
        since=found.not_valid_before_utc.timestamp(),
        until=found.not_valid_after_utc.timestamp(),
        names=names,
        digest=found.fingerprint(SHA256()).hex(),
    )


def _names(found: x509.Certificate) -> frozenset[str]:
    try:
        said = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:  # RFC 9525 2: a name anywhere else is looked at by nobody
        return frozenset()
    addresses = (str(one) for one in said.get_values_for_type(x509.IPAddress))
    return frozenset({*(name.lower() for name in said.get_values_for_type(x509.DNSName)), *addresses})


async def watch(certificate: Certificate, journal: Journal) -> None:
    """Until cancelled. A change is said in the process's log and on record, and an unusable pair once."""
    log = structlog.get_logger()
    thread = anyio.CapacityLimiter(1)  # its own: tools that hang in the others renew nothing
    while True:
        await anyio.sleep(EVERY)
        change = await anyio.to_thread.run_sync(certificate.look, limiter=thread)
        match change:
            case None:
                continue
            case Taken():
                log.info("certificate taken", sha256=change.digest)
            case Kept():
                log.error("certificate kept: the new one cannot be used", why=change.why)
            case _:
                assert_never(change)
        with suppress(JournalFault):  # latched: it has been said, and connections need their certificate all the same
            await journal.upkeep(change)


def unusable(error: Exception) -> str:
    """Why a pair cannot be used, in words of ours alone: a library's may quote the file."""
    match error:
        case ssl.SSLError(reason="KEY_VALUES_MISMATCH"):
            return "the key is another certificate's"
        case ssl.SSLError():
            return "the certificate or its key is no whole PEM file"
        case OSError(strerror=str(said)):
            return f"the certificate or its key cannot be read: {said.lower()}"
        case _:
            return "the certificate is no whole PEM file"


def _context(cert: Path, key: Path) -> ssl.SSLContext:
    """Python's own choice of ciphers for servers; nothing older than TLS 1.2 (RFC 9325 3.1)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(cert, key, password=_no_password)
    return context


def _no_password() -> str:
    """An encrypted key cannot be used: without this, OpenSSL would ask for its password on the terminal, and wait."""
    return ""


def _state(path: Path) -> tuple[int, ...]:
    try:
        at = path.stat()
    except OSError:
        return ()
    return at.st_dev, at.st_ino, at.st_mtime_ns, at.st_ctime_ns, at.st_size
