"""A client's secret as OAuth sends it (RFC 6749 2.3.1): in header or form, and held against a digest alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote_plus

from broker.edge.oauth.form import FormError
from broker.model.identity import Agent

_LONGEST: Final = 1024  # characters of the header; a secret has some 40
_NOBODY: Final = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    name: str
    clear_secret: str = field(repr=False)


def said_in(headers: Sequence[str], form: Mapping[str, str]) -> Said | None:
    """Who asks, and the secret that they show; None: they show none. `headers`: every `Authorization` there is.

    Raises FormError for one that cannot be read, and where there are two ways at once (2.3): two readers could each
    take another client.
    """
    vouches = not form.keys().isdisjoint({"client_assertion", "client_assertion_type"})
    if len(headers) + vouches + ("client_secret" in form) > 1:
        raise FormError("invalid_request", "two ways to say who asks")
    if headers:
        return _basic(headers[0])
    if "client_secret" not in form:
        return None
    if "client_id" not in form:
        raise FormError("invalid_client", "client: a secret of nobody", 401)
    return Said(name=form["client_id"], clear_secret=form["client_secret"])


def is_theirs(said: Said, agent: Agent | None) -> bool:
    """In one time for every name and every secret."""
    kept = None if agent is None else agent.secret_sha256
    found = hashlib.sha256(said.clear_secret.encode()).hexdigest()
    return hmac.compare_digest(found, _NOBODY if kept is None else kept) and kept is not None


def _basic(header: str) -> Said:
    """Both parts are written as in a form, before they are put together (RFC 6749 2.3.1)."""
    scheme, _, coded = header.partition(" ")
    if scheme.lower() != "basic" or len(header) > _LONGEST:
        raise FormError("invalid_client", "client: another scheme of authorization", 401)
    try:
        name, mark, secret = base64.b64decode(coded.strip(), validate=True).decode("ascii").partition(":")
        if mark:
            return Said(name=unquote_plus(name, errors="strict"), clear_secret=unquote_plus(secret, errors="strict"))
    except ValueError:  # of base64, of ASCII, of UTF-8 behind the percent signs
        raise FormError("invalid_client", "client: a header that cannot be read", 401) from None
    raise FormError("invalid_client", "client: a header that cannot be read", 401)
