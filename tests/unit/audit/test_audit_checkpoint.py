"""A checkpoint is a signed note as C2SP writes it: any other spelling, key or log is refused."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from broker.audit.checkpoint import Checkpoint, new_signer, note, read_checkpoint, read_signer, signed
from tests.unit.audit.audit_made import SIGNER

ROOT = bytes(32)
NOTE = signed(SIGNER, 5, ROOT)
VECTORS = Path("tests/vectors/audit")


def renamed(name):
    return new_signer(name, SIGNER.seed)


def over(text):
    """A note over any text, by our key."""
    return note(SIGNER, text)


def test_a_note_says_what_was_signed():
    assert read_checkpoint(NOTE, SIGNER.vkey) == Checkpoint(origin="broker.example/log", size=5, root=ROOT)


def test_a_key_survives_its_text():
    assert read_signer(SIGNER.clear_key + "\n") == SIGNER
    assert SIGNER.clear_key.startswith("PRIVATE+KEY+broker.example/log+")


def test_a_key_does_not_show_in_a_repr():
    assert SIGNER.seed.hex() not in repr(SIGNER)
    assert repr(SIGNER.seed) not in repr(SIGNER)


def test_a_signature_by_another_key_beside_ours_is_passed_over():
    other = signed(renamed("witness.example"), 5, ROOT).rsplit("\n\n", 1)[1]
    text, ours = NOTE.rsplit("\n\n", 1)
    assert read_checkpoint(f"{text}\n\n{other}{ours}", SIGNER.vkey).size == 5


BAD_NOTES = {
    "no signature": NOTE.rsplit("\n\n", 1)[0] + "\n",
    "nothing": "",
    "cut": NOTE[:-1],
    "another size": NOTE.replace("\n5\n", "\n6\n"),
    "another key": signed(new_signer("broker.example/log", bytes(32)), 5, ROOT),
    "another name": signed(renamed("other.example/log"), 5, ROOT),
    "another log under our key": over("other\n5\n" + base64.b64encode(ROOT).decode() + "\n"),
    "a size with a plus": over("broker.example/log\n+5\n" + base64.b64encode(ROOT).decode() + "\n"),
    "a size with a nought": over("broker.example/log\n05\n" + base64.b64encode(ROOT).decode() + "\n"),
    "a size in other digits": over("broker.example/log\n\u0665\n" + base64.b64encode(ROOT).decode() + "\n"),
    "no root": over("broker.example/log\n5\n"),
    "a short root": over("broker.example/log\n5\n" + base64.b64encode(ROOT[1:]).decode() + "\n"),
    "a line that is no signature": NOTE + "x\n",
    "loose base64": NOTE[:-1].rstrip("=") + "\n",
    "junk in base64": NOTE[:-4] + "*" + NOTE[-4:],
}


@pytest.mark.requirement("checkpoint")
@pytest.mark.parametrize("bad", BAD_NOTES.values(), ids=BAD_NOTES.keys())
def test_any_other_note_is_refused(bad):
    with pytest.raises(ValueError, match=r"note|checkpoint|base64"):
        read_checkpoint(bad, SIGNER.vkey)


BAD_SIGNERS = {
    "empty": "",
    "not private": SIGNER.vkey,
    "another id": SIGNER.clear_key.replace(SIGNER.clear_key.split("+")[3], "00000000"),
    "another algorithm": "PRIVATE+KEY+a+00000000+" + base64.b64encode(b"\x02" + bytes(32)).decode(),
    "short": "PRIVATE+KEY+a+00000000+" + base64.b64encode(b"\x01" + bytes(31)).decode(),
    "not base64": "PRIVATE+KEY+a+00000000+***",
}


@pytest.mark.parametrize("text", BAD_SIGNERS.values(), ids=BAD_SIGNERS.keys())
def test_a_broken_signer_key_is_refused_and_not_repeated(text):
    with pytest.raises(ValueError, match=r"key|seed|base64") as refused:
        read_signer(text)
    assert not text or text not in str(refused.value)


@pytest.mark.parametrize("vkey", ["", "a+b", SIGNER.vkey.replace("broker", "breaker"), SIGNER.vkey[:-4], "a+0+AAAA"])
def test_a_broken_verifier_key_is_refused(vkey):
    with pytest.raises(ValueError, match=r"key|base64"):
        read_checkpoint(NOTE, vkey)


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\n"])
def test_an_origin_is_a_name(origin):
    with pytest.raises(ValueError, match="origin"):
        new_signer(origin, bytes(32))


def test_one_signature_has_one_spelling():
    # 68 bytes end in a character of which four bits are loose.
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    twin = NOTE[:-3] + alphabet[alphabet.index(NOTE[-3]) ^ 1] + NOTE[-2:]
    assert base64.b64decode(twin.split(" ")[-1]) == base64.b64decode(NOTE.split(" ")[-1])
    with pytest.raises(ValueError, match="not canonical base64"):
        read_checkpoint(twin, SIGNER.vkey)


@pytest.mark.requirement("checkpoint")
def test_key_and_note_are_those_of_the_reference():
    """The example of `golang.org/x/mod/sumdb/note` (BSD-3-Clause, The Go Authors)."""
    vector = json.loads((VECTORS / "signed_note.json").read_text(encoding="utf-8"))
    signer = read_signer(vector["skey"])
    assert signer.vkey == vector["vkey"]
    assert note(signer, vector["text"]) == vector["note"]
