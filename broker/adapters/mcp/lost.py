"""Why there is no connection to a server."""

from __future__ import annotations


class Lost(Exception):  # noqa: N818 - the word of the house is `trouble`; this is how it travels
    """In our words alone: what a server said of itself never goes into a message."""
