"""CPU of a token: to verify it anew, to know it again, and to hold a call against all of its blocks.

`--peer`: a folder with a `captoken.py`, the sketch that this format began as; it is measured in the same run. The bars
were set on a machine whose speed its figures there tell: what they come to on this one is told beside each, and counts.
"""

import argparse
import functools
import importlib
import sys
import time
from pathlib import Path

from broker.catalog.catalog import Shelved
from broker.catalog.load import Loaded
from broker.decide.arguments import check
from broker.decide.caveats import outside
from broker.decide.policy import decide, find
from broker.grants.identify import identify, speaker
from broker.model.call import Request
from broker.model.chain import Credential
from broker.model.decision import Facts
from broker.tokens.chain import attenuate, opener, seal, verify
from broker.tokens.dpop import prove, read_proof
from broker.tokens.segment import is_signed, read
from tests.bench import table
from tests.kit import DEFAULTS
from tests.token_chains import AUDIENCE, CLASSES, FACTS, ISSUERS, KEYS, SCOPE, SHELF, TASK
from tests.vectors.tokens.hand import NOW, URL, public, root

BATCHES, EACH = 60, 20
BODY = b"{}"
SPECS = {one.name: one for one in SHELF.specs()}
SAID = (
    {"crm.read": {"args": {"id": "..90", "state": ["open", "closed", "held"]}}, "crm.pay": {}},
    {"crm.read": {"args": {"id": "..50", "note": {"maxlen": 30}}}},
    {"crm.read": {"args": {"id": "10..", "state": {"like": "o*"}}}},
)
CALL = {"id": 42, "state": "open", "note": "as she asked"}


def token(blocks, **claims):
    said = {"sub": str(TASK.principal), "scope_rev": TASK.revision}
    made = root(**said, params={"ticket": {"value": 42, "said_by": "principal"}}, **claims)
    for n in range(blocks):
        block = {"jti": f"b{n}", "iat": NOW, "exp": NOW + 600, "act": {"sub": f"writer-{n}"}, "tools": SAID[n]}
        made = attenuate(made, block, holder=KEYS[n], to=public(f"holder {n + 1}"))
    return made


def least(run, batches, **works):
    """name -> microseconds of CPU, of the best of some batches; one after the other in turn, so that all have the same
    company on the machine.
    """
    found = dict.fromkeys(works, float("inf"))
    for _ in run.watched("batches", range(batches)):
        for name, work in works.items():
            start = time.thread_time()
            for _ in range(EACH):
                work()
            found[name] = min(found[name], (time.thread_time() - start) / EACH * 1e6)
    return found


def works():
    """What is measured, each as it is done for a request; the replay row and the store are not in it."""
    shorter, whole, bare = token(2), token(3), seal(token(3, pop="optional"), holder=KEYS[3])
    shelf = Shelved(Loaded(specs=SPECS, tools={}, scopes={"desk": SCOPE}, classes=CLASSES))
    known = functools.lru_cache(64)(opener(ISSUERS))
    proof = prove(KEYS[3], token=whole, method="POST", url=URL, body=BODY, jti="j", now=NOW)

    def spoken(of, proven):
        return speaker(known(of), proven, FACTS, catalog=shelf, audience=AUDIENCE, now=float(NOW))

    grant = spoken(bare, None)
    facts = Facts(now=float(NOW), task=FACTS, changed=frozenset())
    call = identify(Request(id="c", tool="crm.read", arguments=CALL, credential=Credential("")), grant)
    tool = find(call, facts)
    checked = check(call, tool, {})
    segment = read(whole.split("~")[1])
    return {
        "raw": lambda: is_signed(segment, KEYS[0]),
        "two": lambda: verify(shorter, ISSUERS),
        "three": lambda: verify(whole, ISSUERS),
        "proven": lambda: spoken(whole, read_proof(proof, method="POST", url=URL, now=float(NOW))),
        "sealed": lambda: spoken(bare, None),
        "blocks": lambda: outside(checked),
        "check": lambda: check(call, tool, {}),
        "decide": lambda: decide(checked, facts, DEFAULTS),
    }


def peer(folder):
    """The same of the sketch: of a root and two blocks, which it calls three, and of a root and three."""
    sys.path.insert(0, str(folder))
    sketch = importlib.import_module("captoken")
    issuer, *holders = (sketch.SK.generate() for _ in range(5))
    grant = {"tools": {"crm.read": {"args": {"id": {"max": 90}, "state": {"in": ["open", "closed"]}}}}}
    said = {"iss": "i", "aud": "a", "sub": "s", "act": "x", "task": "t", "purpose": "p", "ttl": 900, "grant": grant}
    made = [sketch.mint(issuer, "k", sketch.jwk(holders[0]), **said, depth=9)]
    for n in range(3):
        to = sketch.jwk(holders[n + 1])
        made.append(sketch.attenuate(made[-1], holders[n], to, act="w", ttl=300, depth=8 - n, grant=grant))
    keys, ledger = {"k": sketch.jwk(issuer)}, sketch.Ledger()
    proof, now = sketch.dpop(holders[3], made[3], "POST", "u"), sketch.time.time()

    def anew(one):
        sketch._parsed.clear()
        sketch.parse(one, keys, "a", "i")

    def again():
        sketch.verify(made[3], keys, aud="a", iss="i", ledger=ledger, proof=proof, htu="u", now=now)

    return {
        "peer two": lambda: anew(made[2]),
        "peer three": lambda: anew(made[3]),
        "peer proven": again,
        "peer blocks": functools.partial(sketch.parse(made[3], keys, "a", "i")[0].check, "crm.read", CALL),
    }


NOTED = {"two": 270, "three": 270, "proven": 115, "blocks": 4}  # µs of the sketch where the bars were set
SAME = {"three": "two"}  # what the sketch's figure was of
MEASURES = (  # what, the bar in microseconds, its name, how many signatures are in it
    ("CPU: a root and 3 blocks verified anew", 400, "three", 4),
    ("CPU: a root and 2 blocks verified anew", 400, "two", 3),
    ("CPU: 3 blocks known again, with a proof", 150, "proven", 1),
    ("CPU: 3 blocks known again, sealed", 10, "sealed", 0),
    ("CPU: a call held against what 3 blocks say", 10, "blocks", 0),
)


def _here(found, name, bar):
    """The bar at this machine's speed; never below the one that was set, and the same where no peer was measured."""
    beside = found.get(f"peer {SAME.get(name, name)}")
    return bar if beside is None else bar * max(1, beside / NOTED[name])


def rows(run, batches=BATCHES, folder=None):
    found = least(run, batches, **works(), **({} if folder is None else peer(folder)))
    raw = found["raw"]
    for measure, bar, name, signatures in MEASURES:
        beside = [f"of it {signatures} times Ed25519 {signatures * raw:.0f}"] if signatures else []
        if f"peer {name}" in found:
            beside.append(f"the sketch {found[f'peer {name}']:.0f}")
        measured = f"{found[name]:.1f} µs" + (f" ({', '.join(beside)})" if beside else "")
        here = _here(found, name, bar)
        told = f"<= {bar} µs" + (f", on this machine {here:.0f}" if here > bar else "")
        yield run.row(measure, bar=told, measured=measured, ok=found[name] <= here)
    measured = f"arguments {found['check']:.1f} µs, decision with every limit {found['decide']:.1f} µs"
    yield run.row("CPU: the whole check of that call", bar="none", measured=measured, ok=True)


def main():
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--batches", type=int, default=BATCHES, help="of which the best counts")
    said.add_argument("--peer", type=Path, help="a folder with `captoken.py`")
    given = table.given(said)
    with table.running(as_json=given.json) as run:
        found = list(rows(run, given.batches, given.peer))
    table.printed("CPU of a token", found, as_json=given.json)


if __name__ == "__main__":
    main()
