"""What a sample of a column looks like, in numbers alone: the values are looked at, counted and let go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from broker.adapters.sql.inspect.shapes import NUMBER, shapes

ROWS: Final = 200
"""Of one table, at most."""
CHARACTERS: Final = 256
"""Of one value, at most."""
_PROSE: Final = 6  # words in one value: more than a name or a label has


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    filled: int = 0  # values that are there and not empty
    distinct: int = 0
    texts: int = 0  # of them, that are no numbers
    prose: int = 0  # of them, of many words
    longest: int = 0  # characters
    hits: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))  # shape -> how many have it

    def share(self, shape: str) -> float:
        """0 to 1, of the values that are there."""
        return self.hits.get(shape, 0) / self.filled if self.filled else 0.0

    @property
    def is_list(self) -> bool:
        """A few short values that come again and again."""
        return self.filled >= 4 * self.distinct and 0 < self.distinct <= 24 and self.longest <= 40  # noqa: PLR2004 - as said


def look(values: Iterable[object]) -> Look:
    """Bytes count as filled and as nothing else."""
    seen: set[str] = set()
    hits: Counter[str] = Counter()
    filled = texts = prose = longest = 0
    for value in values:
        said = "" if isinstance(value, bytes | bytearray | memoryview) else str(value).strip()
        if value is None or (not said and isinstance(value, str)):
            continue
        filled += 1
        seen.add(said)
        longest = max(longest, len(said))
        found = frozenset(shapes(said))
        hits.update(found)
        texts += isinstance(value, str) and NUMBER not in found
        prose += len(said.split()) >= _PROSE
    return Look(
        filled=filled, distinct=len(seen), texts=texts, prose=prose, longest=longest, hits=MappingProxyType(dict(hits))
    )
