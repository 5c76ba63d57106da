"""`broker schema`: what editors check the files by."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import Annotated

import typer

from broker.catalog.schemas import schema as schema_of


class Kind(StrEnum):
    SOURCE = "source"
    SCOPE = "scope"
    CASES = "cases"


def schema(kind: Annotated[Kind, typer.Argument(help="Which of the three files.")]) -> None:
    """Print the JSON Schema of a kind of file."""
    sys.stdout.write(json.dumps(schema_of(kind.value), indent=2) + "\n")
