"""The verifier passes what is whole, names what is open, and finds each way of tampering."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import anyio
import orjson
import pytest

from broker.audit import export, verify
from broker.audit.checkpoint import new_signer, note, signed
from broker.audit.merkle import grown, root
from broker.audit.verify import CannotCheckError, check
from broker.model.decision import Reason
from broker.model.faults import ToolFault
from broker.model.record import Head
from broker.store.memory import Memory
from tests.unit.audit.audit_made import LIMITS, SIGNER, TOKEN, journal, masked, permit, task

OTHER = new_signer(SIGNER.origin, b"o" * 32)


def line(kind, call=""):
    return orjson.dumps({"kind": kind, "call": call})


WHOLE = [line("log.opened"), line("call.intent", "a"), line("call.denied", "z"), line("call.outcome", "a")]
WHOLE += [line("call.intent", "b"), line("call.abandoned", "b"), line("call.intent", "c"), line("call.unresolved", "c")]


def notes(lines, sizes=None, signer=SIGNER):
    """A signed checkpoint at each of these sizes; at all of them if none are named."""
    found, head = [], Head(size=0, frontier=())
    for body in lines:
        head = grown(head, [body])
        if sizes is None or head.size in sizes:
            found.append(signed(signer, head.size, root(head)))
    return found


def problems(lines, checkpoints, witness=None):
    return " / ".join(check(lines, checkpoints, SIGNER.vkey, witness).problems)


def test_a_whole_log_passes():
    report = check(WHOLE, notes(WHOLE), SIGNER.vkey, notes(WHOLE)[4])
    assert (report.problems, report.open_calls, report.code) == ((), (), verify.OK)
    assert (report.records, report.checkpoints, report.witnessed) == (8, 8, 5)
    assert report.root == root(grown(Head(size=0, frontier=()), WHOLE)).hex()


def test_calls_without_an_end_are_named():
    lines = [*WHOLE, line("call.intent", "d")]
    report = check(lines, notes(lines), SIGNER.vkey)
    assert (report.open_calls, report.code) == (("d",), verify.OPEN)


SWAPPED = [*WHOLE[:2], WHOLE[3], WHOLE[2], *WHOLE[4:]]
TWO_SIZES = notes(WHOLE, {4, 8})
TAMPERED = {
    "changed": ([*WHOLE[:5], line("call.abandoned", "B"), *WHOLE[6:]], notes(WHOLE), None, "was changed"),
    "removed": (WHOLE[:2] + WHOLE[3:], notes(WHOLE), None, "was changed"),
    "added": ([WHOLE[0], *WHOLE], notes(WHOLE), None, "was changed"),
    "moved": (SWAPPED, TWO_SIZES, None, "was changed"),
    "tail cut": (WHOLE[:6], notes(WHOLE), None, "cut off: 6 records, and a checkpoint covers 8"),
    "tail without checkpoint": (WHOLE, notes(WHOLE)[:6], None, "2 records after the last checkpoint"),
    "rolled back": (WHOLE[:4], notes(WHOLE)[:4], notes(WHOLE)[5], "rolled back: 4 records, and the witness saw 6"),
    "rebuilt by who has the key": (WHOLE[1:], notes(WHOLE[1:]), notes(WHOLE)[3], "not the witnessed one"),
    "another key": (WHOLE, notes(WHOLE, signer=OTHER), None, "not signed by this key"),
    "forked": (WHOLE, [*notes(WHOLE), notes([line("x")] * 8)[7]], None, "forked, two signed roots for 8"),
    "out of order": (WHOLE, [TWO_SIZES[1], TWO_SIZES[0]], None, "checkpoint 2: out of order"),
    "witness of another key": (WHOLE, notes(WHOLE), notes(WHOLE, signer=OTHER)[7], "the witness's note: not signed"),
    "signature of other text": (WHOLE, [notes(WHOLE)[7].replace("\n8\n", "\n9\n")], None, "does not hold"),
    "no signature": (WHOLE, ["x"], None, "no signature"),
    "a stray line": (WHOLE, [notes(WHOLE)[7] + "x\n"], None, "a line that is no signature"),
    "another log": (WHOLE, [note(SIGNER, "other\n8\nAAAA\n")], None, "of another log"),
    "a foreign signature only": (
        WHOLE,
        [notes(WHOLE)[7].replace("\u2014 broker", "\u2014 breaker")],
        None,
        "not signed",
    ),
    "another id": (WHOLE, [notes(WHOLE)[7][:-8] + "*" * 7 + "\n"], None, "not base64"),
    "loose base64": (WHOLE, [notes(WHOLE)[7].replace("=\n\n", "\n\n")], None, "does not hold"),
}
LAST = notes(WHOLE)[7]


@pytest.mark.requirement("tamper")
@pytest.mark.parametrize(("lines", "checkpoints", "witness", "said"), TAMPERED.values(), ids=TAMPERED.keys())
def test_each_way_of_tampering_is_found(lines, checkpoints, witness, said):
    report = check(lines, checkpoints, SIGNER.vkey, witness)
    assert said in " / ".join(report.problems)
    assert report.code == verify.TAMPERED


def test_one_signature_has_one_spelling():
    # 68 bytes of signature end in one character of which four bits are loose.
    head, _, coded = LAST.rstrip("\n").rpartition(" ")
    loose = coded.rstrip("=")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    twin = loose[:-1] + alphabet[alphabet.index(loose[-1]) ^ 1] + coded[len(loose) :]
    assert "not canonical base64" in problems(WHOLE, [f"{head} {twin}\n"])


OUT_OF_ORDER = {
    "begins twice": ([line("call.intent", "a"), line("call.intent", "a")], "call `a` begins twice"),
    "begins again": ([*WHOLE[1:4], line("call.intent", "a")], "call `a` begins twice"),
    "ends first": ([line("call.outcome", "a"), line("call.intent", "a")], "without having begun"),
    "ends twice": ([*WHOLE[1:4], line("call.outcome", "a")], "or twice"),
    "no JSON": ([b"{"], "record 1 is no record"),
    "no object": ([b"[]"], "record 1 is no record"),
    "no kind": ([b"{}"], "record 1 is no record"),
    "a kind that is no text": ([b'{"kind":["call.intent"],"call":"a"}'], "record 1 is no record"),
    "a call that is no text": ([b'{"kind":"call.intent","call":{}}'], "record 1 is no record"),
    "too deep": ([b"[" * 100_000], "record 1 is no record"),
}


@pytest.mark.parametrize(("lines", "said"), OUT_OF_ORDER.values(), ids=OUT_OF_ORDER.keys())
def test_what_a_broker_never_writes_is_found_though_it_is_signed(lines, said):
    assert said in problems(lines, notes(lines))


@pytest.mark.parametrize(
    "vkey", ["", "a+b", "a+b+c", SIGNER.vkey.replace("log+", "lug+"), "a+00000000+AAAA", "a+12345678+" + "A" * 43 + "="]
)
def test_without_a_key_nothing_is_checked(vkey):
    with pytest.raises(CannotCheckError):
        check(WHOLE, notes(WHOLE), vkey)


def test_a_log_without_checkpoints_is_no_proof():
    with pytest.raises(CannotCheckError, match="no checkpoint"):
        check([], [], SIGNER.vkey)


async def logged():
    store = Memory()
    log = journal(store)
    await log.recover()
    await log.opened(task(), b"k" * 32, TOKEN, LIMITS)
    await log.close(await log.intend(permit(digest="00")), masked())
    await log.abandoned(await log.intend(permit(digest="01")), Reason.TASK_ENDED, "x")
    await log.failed(await log.intend(permit(digest="02")), ToolFault("x"))
    return store, log


async def test_what_the_broker_writes_passes_as_it_is_exported(tmp_path, capsys):
    store, log = await logged()
    assert export.write(store, tmp_path / "whole", SIGNER.vkey) == 8
    assert verify.main([str(tmp_path / "whole"), SIGNER.vkey]) == verify.OK
    assert capsys.readouterr().out.startswith("ok: 8 records, 8 checkpoints, no witness, root ")
    await log.intend(permit(digest="03"))
    export.write(store, tmp_path / "open", SIGNER.vkey)
    witness = tmp_path / "witness"
    witness.write_text(list(store.checkpoints())[2], encoding="utf-8")
    assert verify.main([str(tmp_path / "open"), str(tmp_path / "open" / "log.vkey"), str(witness)]) == verify.OPEN
    assert "began and has no end\nnot ok: 9 records, 9 checkpoints, witnessed up to 3" in capsys.readouterr().out


@pytest.mark.requirement("verify-alone")
async def test_the_verifier_runs_alone(tmp_path):
    store, _ = await logged()
    export.write(store, tmp_path, SIGNER.vkey)
    command = [sys.executable, "-I", "verify.py", ".", "log.vkey"]
    done = await anyio.run_process(command, cwd=tmp_path, check=False)
    assert (done.returncode, done.stderr) == (verify.OK, b"")
    (tmp_path / "records.jsonl").write_bytes(b"")
    assert (await anyio.run_process(command, cwd=tmp_path, check=False)).returncode == verify.TAMPERED


def test_as_a_program_it_ends_with_its_code(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["verify.py"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_path(verify.__file__, run_name="__main__")
    assert (ended.value.code, capsys.readouterr().out) == (verify.UNCHECKED, "")


@pytest.mark.requirement("verify-alone")
def test_what_cannot_be_read_is_not_passed(tmp_path, capsys):
    assert verify.main([str(tmp_path), SIGNER.vkey]) == verify.UNCHECKED
    assert verify.main([]) == verify.main(["a", "b", "c", "d"]) == verify.UNCHECKED
    assert "usage" in capsys.readouterr().err
    for name in ("checkpoints.txt", "records.jsonl"):
        (tmp_path / name).write_bytes(b"")
    assert verify.main([str(tmp_path), SIGNER.vkey]) == verify.UNCHECKED
    assert verify.main([str(tmp_path), SIGNER.vkey, str(tmp_path / "none")]) == verify.UNCHECKED


def test_many_problems_are_counted(capsys, tmp_path):
    (tmp_path / "records.jsonl").write_bytes(b"x\n" * 20)
    (tmp_path / "checkpoints.txt").write_text("\n".join(notes(WHOLE)), encoding="utf-8")
    assert verify.main([str(tmp_path), SIGNER.vkey]) == verify.TAMPERED
    assert "problems more" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["records.jsonl", "checkpoints.txt"])
def test_a_file_that_lost_its_last_line_end_was_tampered_with(tmp_path, name):
    (tmp_path / "records.jsonl").write_bytes(b"".join(body + b"\n" for body in WHOLE))
    (tmp_path / "checkpoints.txt").write_text("\n".join(notes(WHOLE)), encoding="utf-8")
    assert verify.check_export(tmp_path, SIGNER.vkey).code == verify.OK
    (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:-1])
    assert verify.check_export(tmp_path, SIGNER.vkey).code == verify.TAMPERED


def test_the_exported_log_is_empty_where_the_log_is(tmp_path):
    assert export.write(Memory(), tmp_path, SIGNER.vkey) == 0
    assert Path(tmp_path, "records.jsonl").read_bytes() == b""
