"""Check an exported log with nothing but this file: `python verify.py EXPORT VKEY [WITNESS]`. Imports nothing of ours.

EXPORT holds `records.jsonl` (one record a line, as it was hashed) and `checkpoints.txt` (signed notes, a blank line
between them). VKEY is the verifier key or a file that holds it. WITNESS is a note that someone else kept: without one,
records since the last size that anybody else knows can be cut off, or the log rebuilt by who holds its key, unseen.
Exit code: 0 all holds, 20 calls without an end, 30 tampered with, 40 cannot be checked.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

OK, OPEN, TAMPERED, UNCHECKED = 0, 20, 30, 40
DASH = "\u2014 "
SHOWN = 5
BEGINS = "call.intent"
ENDS = frozenset({"call.outcome", "call.abandoned", "call.unresolved"})


class CannotCheckError(Exception):
    """There is nothing to check, or nothing to check it with. A missing proof never becomes a pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    records: int
    checkpoints: int
    root: str  # hex, of all the records
    witnessed: int  # records that the witness had seen; 0: there is no witness
    open_calls: tuple[str, ...]  # intents without an end: what they intended may have happened
    problems: tuple[str, ...]

    @property
    def code(self) -> int:
        if self.problems:
            return TAMPERED
        return OPEN if self.open_calls else OK


@dataclass(slots=True)
class Tree:
    """One slot for each height, filled as a counter carries: not the way in which the log itself builds it."""

    size: int = 0
    slots: list[bytes | None] = field(default_factory=list)

    def add(self, body: bytes) -> None:
        carry = hashlib.sha256(b"\x00" + body).digest()
        for height, waiting in enumerate(self.slots):
            if waiting is None:
                self.slots[height] = carry
                break
            self.slots[height] = None
            carry = hashlib.sha256(b"\x01" + waiting + carry).digest()
        else:
            self.slots.append(carry)
        self.size += 1

    def root(self) -> bytes:
        found: bytes | None = None
        for waiting in self.slots:
            if waiting is not None:
                found = waiting if found is None else hashlib.sha256(b"\x01" + waiting + found).digest()
        return hashlib.sha256(b"").digest() if found is None else found


@dataclass(frozen=True, slots=True)
class Key:
    name: str
    mark: bytes
    public: Ed25519PublicKey


@dataclass(slots=True)
class Calls:
    """Each call begins once and ends at most once, in this order."""

    running: dict[str, None] = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)

    def follow(self, number: int, body: bytes) -> Iterator[str]:
        try:
            record = json.loads(body)
            kind, call = record["kind"], record.get("call", "")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            kind = call = None
        if not isinstance(kind, str) or not isinstance(call, str):
            yield f"record {number} is no record"
            return
        if kind == BEGINS:
            if call in self.running or call in self.ended:
                yield f"record {number}: call `{call}` begins twice"
            self.running[call] = None
        elif kind in ENDS:
            if call not in self.running:
                yield f"record {number}: call `{call}` ends without having begun, or twice"
            self.running.pop(call, None)
            self.ended.add(call)


def check(lines: Iterable[bytes], checkpoints: Iterable[str], vkey: str, witness: str | None = None) -> Report:
    """1. each checkpoint is signed by the key, for this log; 2. no two of them disagree; 3. at each one's size the root
    of the records is the signed one; 4. they reach to the last record, and the records to the last of them; 5. what a
    witness saw is in the log; 6. every call that began has ended, once. Raises CannotCheckError."""
    key = _key(vkey)
    problems: list[str] = []
    # 1, 2
    roots: dict[int, bytes] = {}
    notes = 0
    for note in checkpoints:
        notes += 1
        problems.extend(_read(note, key, roots, f"checkpoint {notes}"))
    if not notes:
        raise CannotCheckError("there is no checkpoint")
    # 5
    seen: dict[int, bytes] = {}
    if witness is not None:
        problems.extend(_read(witness, key, seen, "the witness's note"))
    # 3, 6
    tree, calls = Tree(), Calls()
    for body in lines:
        tree.add(body)
        if tree.size in roots or tree.size in seen:
            problems.extend(_differs(tree, roots, seen))
        problems.extend(calls.follow(tree.size, body))
    # 4
    last = max(roots, default=0)
    if tree.size < last:
        problems.append(f"cut off: {tree.size} records, and a checkpoint covers {last}")
    if tree.size > last:
        problems.append(f"{tree.size - last} records after the last checkpoint are covered by none")
    # 5
    witnessed = max(seen, default=0)
    if tree.size < witnessed:
        problems.append(f"rolled back: {tree.size} records, and the witness saw {witnessed}")
    return Report(
        records=tree.size,
        checkpoints=notes,
        root=tree.root().hex(),
        witnessed=witnessed,
        open_calls=tuple(calls.running),
        problems=tuple(problems),
    )


def check_export(folder: Path, vkey: str, witness: str | None = None) -> Report:
    """Raises CannotCheckError where a file is missing."""
    try:
        notes = (
            (folder / "checkpoints.txt").read_bytes().decode(errors="replace")
        )  # what was no text spoils a signature
        with (folder / "records.jsonl").open("rb") as records:
            return check(_lines(records), _split(notes), vkey, witness)
    except OSError as error:
        raise CannotCheckError(f"the export cannot be read ({type(error).__name__})") from None


def _lines(records: Iterable[bytes]) -> Iterator[bytes]:
    for line in records:
        # A last line without its end is passed on with a byte that no record has, so that no root fits it.
        yield line.removesuffix(b"\n") if line.endswith(b"\n") else line + b"\x00"


def _split(notes: str) -> list[str]:
    """A text, a blank line, its signatures, a blank line, the next text. Whatever does not fit stays in a note and
    spoils its signature."""
    parts = notes.split("\n\n") if notes else []
    pairs = [f"{text}\n\n{signatures}\n" for text, signatures in zip(parts[::2], parts[1::2], strict=False)]
    if pairs:
        pairs[-1] = pairs[-1].removesuffix("\n")
    return pairs if len(parts) % 2 == 0 else [*pairs, parts[-1]]


def _read(note: str, key: Key, roots: dict[int, bytes], what: str) -> Iterator[str]:
    try:
        size, root = _opened(note, key)
    except ValueError as error:
        yield f"{what}: {error}"
        return
    if roots.setdefault(size, root) != root:
        yield f"{what}: forked, two signed roots for {size} records"
    if size < max(roots):
        yield f"{what}: out of order"


def _differs(tree: Tree, *signed: Mapping[int, bytes]) -> Iterator[str]:
    found = tree.root()
    for roots, by in zip(signed, ("signed", "witnessed"), strict=True):
        if roots.get(tree.size, found) != found:
            yield f"a record up to {tree.size} was changed, added, removed or moved: the root is not the {by} one"


def _opened(note: str, key: Key) -> tuple[int, bytes]:
    """c2sp.org/signed-note and c2sp.org/tlog-checkpoint. Raises ValueError."""
    text, blank, signatures = note.rpartition("\n\n")
    text += "\n"
    if not blank or not signatures.endswith("\n"):
        raise ValueError("no signature")
    lines = signatures.removesuffix("\n").split("\n")
    if not all(line.startswith(DASH) for line in lines):
        raise ValueError("a line that is no signature")
    for line in lines:
        name, _, coded = line.removeprefix(DASH).rpartition(" ")
        if name != key.name:
            continue
        raw = _unb64(coded)
        if raw[:4] != key.mark:
            continue
        try:
            key.public.verify(raw[4:], text.encode())
        except InvalidSignature:
            raise ValueError("its signature does not hold") from None
        origin, size, root, *_ = text.split("\n")
        if origin != key.name:
            raise ValueError("of another log")
        return int(size), _unb64(root)
    raise ValueError("not signed by this key")


def _key(vkey: str) -> Key:
    try:
        name, told, coded = vkey.strip().split("+", 2)
        raw = _unb64(coded)
        mark = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
        if raw[:1] != b"\x01" or mark.hex() != told:
            raise CannotCheckError("the verifier key is not a whole Ed25519 key")
        return Key(name, mark, Ed25519PublicKey.from_public_bytes(raw[1:]))
    except ValueError:
        raise CannotCheckError("the verifier key is not of the form `<name>+<id>+<key>`") from None


def _unb64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64") from None
    if base64.b64encode(raw).decode() != text:  # one signature has one spelling
        raise ValueError("not canonical base64")
    return raw


def told(report: Report) -> str:
    witnessed = f"witnessed up to {report.witnessed}" if report.witnessed else "no witness"
    counted = f"{report.records} records, {report.checkpoints} checkpoints, {witnessed}, root {report.root}"
    lines = [f"tampered: {one}" for one in report.problems[:SHOWN]]
    if len(report.problems) > SHOWN:
        lines.append(f"and {len(report.problems) - SHOWN} problems more")
    lines += [f"open: call `{one}` began and has no end" for one in report.open_calls]
    return "\n".join([*lines, f"{'ok' if report.code == OK else 'not ok'}: {counted}"])


def main(arguments: list[str]) -> int:
    match arguments:
        case [folder, key, *rest] if len(rest) <= 1:
            try:
                vkey = Path(key).read_text(encoding="utf-8") if Path(key).is_file() else key
                witness = Path(rest[0]).read_text(encoding="utf-8") if rest else None
                report = check_export(Path(folder), vkey, witness)
            except (CannotCheckError, OSError, UnicodeDecodeError) as error:
                sys.stderr.write(f"cannot check: {error}\n")
                return UNCHECKED
            sys.stdout.write(told(report) + "\n")
            return report.code
        case _:
            sys.stderr.write("usage: verify.py EXPORT VKEY [WITNESS]\n")
            return UNCHECKED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
