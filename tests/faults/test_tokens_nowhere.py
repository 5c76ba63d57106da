"""Whoever reads answers, logs, the store or an export cannot make a token, or a part of one, of what he reads."""

import orjson
import pytest

from broker.agent.held import Held
from broker.agent.key import Key
from broker.tokens.chain import attenuate, digest
from tests.proven import bound, doors
from tests.talk import call

READ, OWNER, WRITER, LAST = "bank__account_read", Key.make(), Key.make(), Key.make()


def handed_on(held):
    """Two more tokens of the chain: one that narrows, and one with a block that cannot be understood."""
    good = held.attenuate(to=WRITER.public, name="writer", budget={"calls": 5})
    claims = {"jti": "odd", "iat": 1, "exp": 2**40, "act": {"sub": "odd"}, "tools": []}
    return good, attenuate(good, claims, holder=WRITER.clear_key, to=LAST.public)


def secrets(*tokens):
    """Each signature and each signed content, of all of them; and the hashes that stand for what came before."""
    parts = {part for token in tokens for segment in token.split("~") for part in segment.split(".")[1:]}
    ends = {token.rsplit("~", n)[0] for token in tokens for n in range(3)}
    return parts, {digest(one) for one in ends}


@pytest.mark.requirement("token-nowhere")
async def test_no_part_of_a_token_lies_anywhere(fresh_bank):
    _, held = bound(fresh_bank, OWNER)
    good, odd = handed_on(held)
    heard, proofs = [], []
    with doors(fresh_bank, "one") as ((config, way),), fresh_bank.serving("--config", str(config)):
        for token, key, twice in ((held.token, OWNER, False), (good, WRITER, True), (odd, LAST, False)):
            body, more = call(READ, {"account_id": 1})
            raw = orjson.dumps(body)
            proofs.append(Held(token=token, key=key).proof("POST", raw))
            signed = {**more, "Authorization": f"DPoP {token}", "DPoP": proofs[-1]}
            for _ in range(2 if twice else 1):
                async with way.http() as http:
                    heard.append(await http.post(way.url, content=raw, headers=signed))
            async with way.http() as http:
                heard.append(
                    await http.post(way.url, content=raw, headers={**more, "Authorization": f"Bearer {token}"})
                )
        assert sorted({one.status_code for one in heard}) == [200, 401]
    code, *_ = fresh_bank.run("audit", "export", str(fresh_bank.folder / "export"), "--config", str(fresh_bank.config))
    assert code == 0
    parts, links = secrets(held.token, good, odd)
    marks, _ = secrets(*proofs)
    answers = b"".join(one.content + repr(one.headers.raw).encode() for one in heard)
    files = {path: path.read_bytes() for path in fresh_bank.folder.rglob("*") if path.is_file()}
    store = {path.name for path in files if path.name.startswith("broker.db")}
    assert store
    assert [path for path in files if path.is_relative_to(fresh_bank.folder / "export")]
    for place, text in {"answers": answers, **files}.items():
        assert not [one for one in parts | marks if one.encode() in text], place
        # A block's own limits are kept under its hash, in the store alone: nothing can be made of it.
        if place == "answers" or place.name not in store:
            assert not [one for one in links if one.encode() in text], place
