"""The body of a token request, in the one form that is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import parse_qsl

from broker.leaves import strict_json
from broker.leaves.forms import Unparsable
from broker.model.label import Json

MAX_BODY: Final = 64 * 1024
_MAX_FIELDS: Final = 32
TYPE: Final = "broker_task"
"""`type` of the one authorization detail (RFC 9396 2) that is known: which task is to be opened."""


class FormError(Exception):
    """`error`: of RFC 6749 5.2 or an extension's; the sentence is for the record, and quotes nothing of the request."""

    def __init__(self, error: str, why: str, status: int = 400, *, is_counted: bool = False) -> None:
        """`is_counted`: it is among the strangers' already."""
        super().__init__(why)
        self.error = error
        self.status = status
        self.is_counted = is_counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """Another token is asked for, of a task that is open."""

    task: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The task that is asked for. `parameters`: as written; the scope says their type."""

    scope: str
    purpose: str
    parameters: Mapping[str, str] = field(repr=False)


def fields(body: bytes, content_type: str) -> Mapping[str, str]:
    """name -> value, each once (RFC 6749 3.2): with two, two readers could take different ones. Raises FormError."""
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise FormError("invalid_request", "another content type")
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_MAX_FIELDS,
        )
    except ValueError:
        raise FormError("invalid_request", "not the fields of a form") from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise FormError("invalid_request", "a field that stands twice")
    return {name: value for name, value in found.items() if value}  # RFC 6749 3.1: without a value, it is left out


def one(said: Mapping[str, str], name: str) -> str:
    """Raises FormError."""
    if name not in said:
        raise FormError("invalid_request", f"no `{name}`")
    return said[name]


def wish(text: str) -> Wish | Renewal:
    """What `authorization_details` asks for. Raises FormError."""
    read = strict_json.read(text)
    if isinstance(read, Unparsable) or not isinstance(read, list) or len(read) != 1:
        raise FormError("invalid_authorization_details", "not a list of one")
    detail = read[0]
    if not isinstance(detail, dict) or detail.get("type") != TYPE:
        raise FormError("invalid_authorization_details", "another type")
    if detail.keys() == {"type", "task"} and isinstance(detail["task"], str):
        return Renewal(task=detail["task"])
    scope, purpose, parameters = detail.get("scope"), detail.get("purpose"), detail.get("parameters", {})
    if not detail.keys() <= {"type", "scope", "purpose", "parameters"} or not isinstance(parameters, dict):
        raise FormError("invalid_authorization_details", "an unknown member, or parameters that are no map")
    if not isinstance(scope, str) or not isinstance(purpose, str):
        raise FormError("invalid_authorization_details", "no scope, or no purpose")
    return Wish(scope=scope, purpose=purpose, parameters={name: _written(value) for name, value in parameters.items()})


def _written(value: Json) -> str:
    """As a person would write it; the scope reads it by its own type."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FormError("invalid_authorization_details", "a parameter is a text or a number")
    return str(value)
