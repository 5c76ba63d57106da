"""Where an issuer may be asked: over TLS, or on this very machine."""

from __future__ import annotations

from urllib.parse import urlsplit

from httpx2 import URL

from broker.settings import LOOPBACK


def is_safe(url: str) -> bool:
    """https, or loopback; and nobody's name or password in it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    known = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    return known and bool(host) and parts.username is None


def host(url: str) -> str:
    """As it is asked for. `url`: a safe one. Raises InvalidURL."""
    return URL(url).raw_host.decode("ascii")


def origin(url: str) -> tuple[str, str]:
    """RFC 6454 4."""
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.lower()
