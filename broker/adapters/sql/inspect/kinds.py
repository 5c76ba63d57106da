"""What a column holds, by its declared type and by what was found in it."""

from __future__ import annotations

from typing import Final

from broker.adapters.sql.inspect.look import Look
from broker.adapters.sql.inspect.schema import Column, Family
from broker.adapters.sql.inspect.shapes import CODE, MOMENT, NUMBER

MOST: Final = 0.6  # of a sample: what so many values are, the column is
SOME: Final = 0.1  # so many phone numbers, or long texts, are no accident
ALL: Final = 0.9  # the others are what people type when they have nothing to type
FEW: Final = 3  # values that are a sample at all


def is_text(column: Column) -> bool:
    """SQLite keeps texts in columns of any declared type, and so must be looked at."""
    if column.family in {Family.TEXT, Family.OTHER}:
        return True
    return column.look.texts > 0 and not is_dated(column) and column.family is not Family.UUID


def is_number(column: Column) -> bool:
    return column.family is Family.NUMBER and not is_text(column)


def is_dated(column: Column) -> bool:
    if column.family is Family.MOMENT:
        return not column.look.filled or column.look.share(MOMENT) + column.look.share(NUMBER) >= ALL
    return column.look.filled >= FEW and column.look.share(MOMENT) >= ALL


def is_coded(look: Look) -> bool:
    return not look.filled or look.share(CODE) + look.share(NUMBER) >= ALL
