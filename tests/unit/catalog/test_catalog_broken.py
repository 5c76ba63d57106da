"""Does every mistake in a file get its place, what is expected there, and a mend, all at once?"""

from pathlib import Path

import pytest

VECTORS = Path(__file__).parents[2] / "vectors" / "catalog" / "broken"
FILES = sorted(VECTORS.glob("*.yaml"))


@pytest.mark.requirement("all-at-once")
@pytest.mark.requirement("not-yet-refused")
@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_mistake_of_a_file_is_told_at_once_with_its_place(house, path):
    kind = path.stem.partition("-")[0]
    place = "tools/broken/source.yaml" if kind == "source" else "scopes/broken.yaml"
    (house.root / place).parent.mkdir(exist_ok=True)
    (house.root / place).write_bytes(path.read_bytes())
    said = "".join(f"{one}\n" for one in house.problems())
    assert said == path.with_suffix(".txt").read_text(encoding="utf-8")
    assert said
