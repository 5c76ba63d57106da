"""The log as files that anyone can check without us: `records.jsonl`, `checkpoints.txt`, `log.vkey`, `verify.py`."""

from __future__ import annotations

from pathlib import Path

from broker.audit import verify
from broker.ports import Archive


def write(archive: Archive, folder: Path, vkey: str) -> int:
    """How many records were written. The folder must not hold an export yet. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    # The checkpoints first, and no record beyond the last of them: the log may grow meanwhile.
    notes = list(archive.checkpoints())
    last = int(notes[-1].split("\n")[1]) if notes else 0
    with (folder / "checkpoints.txt").open("x", encoding="utf-8", newline="\n") as checkpoints:
        checkpoints.write("\n".join(notes))
    with (folder / "records.jsonl").open("xb") as records:
        for _, body in archive.entries(0, last):
            records.write(body + b"\n")
    (folder / "log.vkey").write_text(vkey + "\n", encoding="utf-8")
    (folder / "verify.py").write_bytes(Path(verify.__file__).read_bytes())
    return last
