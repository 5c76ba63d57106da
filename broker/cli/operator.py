"""Who does what an operator does, and why, for the record."""

from __future__ import annotations

import getpass

import typer


def operator(by: str | None = None) -> str:
    """The name of the system's user; with `by`, whom that user names as who decided it."""
    user = f"operator {_user()}"
    return user if by is None else f"{by}, by {user}"


def reason(why: str | None) -> str:
    """What was said, if anything was. Raises typer.BadParameter."""
    if why is None or not why.strip():
        raise typer.BadParameter("is missing: the record says why", param_hint="--why")
    return why


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "unnamed"
