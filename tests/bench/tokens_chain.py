"""What is counted of chains: widened, changed, malformed; and what a hostile block costs, and how that grows."""

import argparse
import time

from broker.catalog.narrowing import narrow
from broker.decide.arguments import check
from broker.decide.policy import decide, find
from broker.grants.identify import identify
from broker.model.call import Checked, Request
from broker.model.chain import Chain, Credential
from broker.model.constraint import Anything, Field
from broker.model.decision import Facts
from broker.model.grant import Grant
from broker.model.scope import RowsAny
from broker.tokens.chain import seal, verify
from tests.bench import table
from tests.kit import DEFAULTS, Shelf, scope, spec, task, tool_grant
from tests.token_chains import CLASSES, FACTS, ISSUERS, KEYS, argument, chain, drawing, widened
from tests.token_malformed import malformed, nested, wider
from tests.vectors.tokens.hand import NOW

CHAINS, CHANGES, MALFORMED, COSTS = 20_000, 10_000, 500, 30
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~=+/ \n"
SLOWEST = 1e-3  # seconds
STEEPEST = 4 * 1.5  # from n to 4n, with half as much again for noise
FLOOR = 50e-6  # seconds below which growth is not looked at


def chains(run, count):
    found = [widened(drawing(seed)) for seed in run.watched("chains and calls", range(count))]
    wrong = [one for one, _ in found if one is not None]
    permitted = sum(verdicts[0] for _, verdicts in found), sum(any(verdicts[1:]) for _, verdicts in found)
    for one in wrong[:3]:
        run.tell(one)
    yield run.row(
        "child permits what its parent, or one of its blocks, denies",
        bar=f"0 of {CHAINS:,}",
        measured=f"{len(wrong)} of {count:,}; permitted to roots {permitted[0]:,}, to children {permitted[1]:,}",
        ok=not wrong and permitted[1] > count / 50,
    )


def changes(run, count):
    accepted, draw, token = 0, drawing(1), ""
    for n in run.watched("changes", range(count)):
        if n % 50 == 0:
            tokens, said = chain(draw, most=3)
            token = draw.choice([tokens[-1], seal(tokens[-1], holder=KEYS[len(said)])])
        place = draw.randrange(len(token))
        letter = draw.choice([one for one in LETTERS if one != token[place]])
        accepted += isinstance(verify(token[:place] + letter + token[place + 1 :], ISSUERS), Chain)
    yield run.row(
        "single-character changes accepted",
        bar=f"0 of {CHANGES:,}",
        measured=f"{accepted} of {count:,}",
        ok=accepted == 0,
    )


def odd(run, count):
    widening = crashing = 0
    for seed in run.watched("malformed blocks", range(count)):
        written, token = malformed(drawing(seed))
        try:
            more = wider(token)
        except Exception as fault:  # noqa: BLE001 - that nothing is raised is what is counted
            run.tell(f"{fault!r} at {written[:300]}")
            crashing += 1
            continue
        widening += bool(more)
    yield run.row(
        "malformed and well signed blocks: widen, crash",
        bar=f"0, 0 of {MALFORMED}",
        measured=f"{widening}, {crashing} of {count:,}",
        ok=widening == crashing == 0,
    )


TEXTS = {f"t{n}": argument("string", "identifier", required=False) for n in range(64)}
DEEP = argument("array", required=False, items={"type": "array", "items": {"type": "array", "items": {}}})
ARGUMENTS = {**TEXTS, "n": argument("integer", required=False), "deep": DEEP}
SCOPE = scope({"t.t": tool_grant({name: Field(Anything(), optional=True) for name in ARGUMENTS}, RowsAny("x"))})
GRANT = Shelf(SCOPE, {"t.t": (spec("t.t", arguments=ARGUMENTS), None)}).grant(task(SCOPE), float(NOW + 900))
CALL = {"t0": "a" * 256, "n": 5, "deep": [[["x"]]]}
HOSTILE = {  # what is said of the arguments, at sizes of n up to 8
    "globs of 8 stars, each on its own argument": lambda n: {f"t{i}": {"like": "*a" * 8} for i in range(n)},
    "globs of 8 stars on one argument": lambda n: {"t0": {"like": [f"{'*a' * 7}*{i}b" for i in range(n)]}},
    "globs of 250 `?` on one argument": lambda n: {"t0": {"like": [f"*{'?' * 240}b{i}*" for i in range(n)]}},
    "globs of `?a` on one argument": lambda n: {"t0": {"like": [f"*{'?a' * 100}b{i}*" for i in range(n)]}},
    "one glob, ever longer": lambda n: {"t0": {"like": ("*" + "?a" * (n * 15) + "b*")}},
    "constraints, each on its own argument": lambda n: {f"t{i}": {"maxlen": 5} for i in range(8 * n)},
    "values of one list": lambda n: {"n": list(range(8 * n))},
    "texts of one list, and long": lambda n: {"t0": [f"{'x' * 150}{i}" for i in range(8 * n)]},
    "nested": lambda n: {"deep": nested(n * 9 // 8, "x")},
    "nested beyond reading": lambda n: {"deep": nested(n * 50, "x")},
    "more globs than there may be": lambda n: {f"t{i}": {"like": "*a" * 8} for i in range(9 * n)},
    "more values than there may be": lambda n: {"n": list(range(80 * n))},
    "keys that nobody knows": lambda n: {"n": {f"{'x' * 60}{i}": 1 for i in range(8 * n)}},
    "arguments that nobody has": lambda n: {f"{'x' * 60}{i}": 1 for i in range(8 * n)},
}


def once(args):
    """Seconds of CPU for one block: to read it, and to hold one call against it."""
    made = {"prev": "", "cnf": {}, "jti": "j", "iat": NOW, "exp": NOW + 60, "act": {"sub": "a"}}
    claims = {**made, "tools": {"t.t": {"args": args}}}
    one = Chain(root={"jti": "r"}, blocks=(claims,), sealed=False, holder="", digest="", links=("a", "b"))
    facts = Facts(now=float(NOW), task=FACTS, changed=frozenset())
    start = time.thread_time()
    grant = narrow(GRANT, one, CLASSES)
    if isinstance(grant, Grant):
        call = identify(Request(id="c", tool="t.t", arguments=CALL, credential=Credential("")), grant)
        checked = check(call, find(call, facts), {})
        if isinstance(checked, Checked):
            decide(checked, facts, DEFAULTS)
    return time.thread_time() - start


def costs(run, times):
    worst, steep = ("", 0.0), ("", 0.0)
    for name, args in run.watched("hostile blocks", HOSTILE.items()):
        small, middle, large = (min(once(args(n)) for _ in range(times)) for n in (2, 4, 8))
        run.tell(f"{name}: {small * 1e3:.3f}, {middle * 1e3:.3f}, {large * 1e3:.3f} ms at n, 2n, 4n")
        worst = max(worst, (name, large), key=lambda one: one[1])
        steep = max(steep, (name, large / max(small, FLOOR)), key=lambda one: one[1])
    yield run.row(
        "a hostile block, read and asked once",
        bar="<= 1 ms",
        measured=f"{worst[1] * 1e3:.2f} ms at worst ({worst[0]}), least of {times}",
        ok=worst[1] <= SLOWEST,
    )
    yield run.row(
        "growth of that from n to 4n",
        bar="linear: 4, and half as much again for noise",
        measured=f"{steep[1]:.1f} at worst ({steep[0]})",
        ok=steep[1] <= STEEPEST,
    )


def rows(run, part=1):
    """`part`: one of so many of everything."""
    yield from chains(run, CHAINS // part)
    yield from changes(run, CHANGES // part)
    yield from odd(run, MALFORMED // part)
    yield from costs(run, max(3, COSTS // part))


def main():
    said = argparse.ArgumentParser(description=__doc__)
    said.add_argument("--part", type=int, default=1, help="one of so many of everything")
    given = table.given(said)
    with table.running(as_json=given.json) as run:
        found = list(rows(run, given.part))
    table.printed("chains", found, as_json=given.json)


if __name__ == "__main__":
    main()
