"""The parameter of a statement that holds the subject, where the rows of one subject alone are reached."""

from __future__ import annotations

from typing import Final

# A leading underscore: no argument's name has one, so the two never meet.
SUBJECT: Final = "_row_subject"
