"""Who does what an operator does, for the record."""

from __future__ import annotations

import getpass


def operator(by: str | None = None) -> str:
    """The name of the system's user; with `by`, whom that user names as who decided it."""
    user = f"operator {_user()}"
    return user if by is None else f"{by}, by {user}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "unnamed"
