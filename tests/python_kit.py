"""An installed package of functions, good and bad, and a call of one as the broker would make it."""

import base64
import hashlib
import os
import select
from pathlib import Path

from broker.adapters.python.kind import Python
from broker.catalog.compiled import compile_grant
from broker.decide.arguments import check
from broker.mask.handles import open_handles
from broker.model.call import Call
from broker.model.constraint import Anything, Field
from broker.model.decision import Permit
from broker.model.outcome import Intended
from broker.model.scope import RowsAny
from broker.model.tool import Argument, Compiled, Effect, Policy
from broker.pipeline import NOBODY
from tests import kit

NUMBER = Argument(schema={"type": "number"}, required=True, policy=None, handles=frozenset())
MAYBE = Argument(schema={"type": "number"}, required=False, policy=None, handles=frozenset())
TEXT = Argument(schema={"type": "string"}, required=True, policy=Policy.TEXT, handles=frozenset())

CALLS = '''"""Functions that people write."""
import os
import signal
import subprocess
import sys
import threading

import anyio

SECRET = "words of an exception"
EVERYWHERE = """
import os
for n in range(1, 200):
    try:
        os.write(n, b'r{"sum":666}' + bytes([10]))
    except OSError:
        pass
"""

def add(a, b=1):
    return {"sum": a + b}

async def later(a):
    await anyio.sleep(0)
    return {"sum": a}

def listed(a):
    return [{"x": a}, {"x": a + 1}]

def who():
    return {"pid": os.getpid()}

def keyed(key, who, *, a=0):
    return {"key": key, "who": who, "a": a}

def steps(a, *, progress):
    for one in range(int(a)):
        progress(one, a)
    progress("secret", None)
    progress(True)
    progress(a)
    return {"sum": a}

def seen():
    places = [f"/proc/self/fd/{one}" for one in os.listdir("/proc/self/fd")]
    here = [os.readlink(one) for one in places if os.path.lexists(one)]
    return {
        "env": dict(os.environ), "cwd": os.getcwd(), "path": sys.path, "argv": sys.argv, "files": here,
        "leads": os.getsid(0) == os.getpid(), "modules": sorted(one for one in sys.modules if one.startswith("broker")),
        "stdin": sys.stdin.read(),
    }

def forges(a):
    fake = 'r{"sum":666}\\n'
    print(fake, end="", flush=True)
    print(fake, end="", file=sys.stderr, flush=True)
    for one in range(20):
        try:
            os.write(one, fake.encode())
        except OSError:
            pass
    subprocess.run([sys.executable, "-c", EVERYWHERE], check=True)
    return {"sum": a}

def raises(what):
    kinds = {"value": ValueError, "exit": SystemExit, "stop": KeyboardInterrupt, "memory": MemoryError}
    raise kinds[what](SECRET)

def odd(what):
    circle = []
    circle.append(circle)
    deep = 1
    for _ in range(33):
        deep = [deep]
    deepest = 1
    for _ in range(100_000):
        deepest = [deepest]
    return {
        "no number": lambda: {"a": float("nan")}, "infinity": lambda: [float("inf")], "bytes": lambda: b"x",
        "a set": lambda: {1, 2}, "an object": object, "a circle": lambda: circle, "too deep": lambda: deep,
        "far too deep": lambda: deepest, "a key twice": lambda: {1: "a", "1": "b"}, "beyond 2^53": lambda: 2**53 + 1,
        "half a character": lambda: "\\ud800", "a generator": lambda: (one for one in "ab"), "a function": lambda: add,
        "too large": lambda: "x" * 2_000_000, "far too large": lambda: "x" * 50_000_000, "a type": lambda: int,
    }[what]()

def dies(how):
    if how == "exit":
        os._exit(0)
    signal.raise_signal(signal.SIGKILL if how == "kill" else signal.SIGSEGV)

def hangs(*, progress):
    child = subprocess.Popen(["sleep", "600"])
    progress(os.getpid(), child.pid)
    threading.Event().wait()

def waits(path, *, progress):
    progress(os.getpid())
    while not os.path.exists(path):
        threading.Event().wait(0.01)
    return {"pid": os.getpid()}

def leaves(*, progress):
    def talk():
        while True:
            progress(666)
    threading.Thread(target=talk, daemon=True).start()
    return {"sum": 0}

def anything(**said):
    return said

def by_place(a, /):
    return a

twice = 1

def twice():
    return 1

def twice():
    return 2
'''
BROKEN = "raise RuntimeError('words of an import')\ndef add(a):\n    return a\n"
LOADED = "from pathlib import Path\nPath(__file__).with_name('loaded').touch()\ndef add(a):\n    return a\n"


def install(site, files=None, name="rates", version="1.0"):
    """As an installer leaves it: the files, and beside them who they belong to."""
    written = {
        "__init__.py": "",
        "calls.py": CALLS,
        "broken.py": BROKEN,
        "loaded.py": LOADED,
        "torn.py": "def add(a:\n",
        "sub/__init__.py": "def one(a):\n    return a\n",
    }
    site = Path(site)
    record = []
    for path, text in {**written, **(files or {})}.items():
        file = site / name / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        record.append(f"{name}/{path},sha256={digest},{len(text)}")
    facts = site / f"{name}-{version}.dist-info"
    facts.mkdir(exist_ok=True)
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    record += [f"{facts.name}/METADATA,,", f"{facts.name}/RECORD,,", f"../../bin/{name},,"]
    (facts / "RECORD").write_text("\n".join(record) + "\n", encoding="utf-8")


def compiled(kind, call, arguments=None, package="rates", **more):
    facts = {
        "call": call,
        "returns": {"sum": kit.leaf()},
        "arguments": arguments or {},
        "bind": {},
        "effects": frozenset({Effect.READ}),
        "timeout": 5.0,
        "max_bytes": 1 << 20,
        "idempotency": None,
    }
    return kind.compile({"package": package}, "tool", {**facts, **more}, Path())


def kind_of(site, **more):
    install(site, **more)
    return Python(more=(str(site),))


def found(kind, name, arguments=None, **more):
    """`name`: of a function of `rates.calls`; `call`, where another module is meant."""
    made = compiled(kind, **{"call": f"rates.calls:{name}", "arguments": arguments, **more})
    assert isinstance(made[0], Compiled), made
    return made


def opened(made, said=None, arguments=None, *, most=1 << 20):
    """`said`: what the agent says; `arguments`: what the tool takes of it."""
    spec = kit.spec("py.tool", arguments=arguments or {}, leaves=made[0].leaves, max_rows=1)
    scope = kit.scope({"py.tool": kit.tool_grant(dict.fromkeys(arguments or {}, Field(Anything(), optional=True)))})
    grant = compile_grant(scope, kit.task(scope), kit.NOW, {"py.tool": spec})
    call = Call(id="call-1", grant=grant, tool="py.tool", arguments=said or {})
    checked = check(call, grant.tools["py.tool"], {})
    intended = Intended(
        permit=Permit(checked=checked, exposure={}, claims=()), rows=1, bytes=most, shown=most, at=kit.NOW
    )
    return open_handles(intended, {}, b"k" * 32)


async def run(kind, name, said=None, arguments=None, *, progress=NOBODY.progress, most=1 << 20, **more):
    """The value that the function gave."""
    made = found(kind, name, arguments, **more)
    assert made[1].admit(RowsAny("a function")) is None
    return (await made[1].invoke(opened(made, said, arguments, most=most), progress)).value


def is_gone(pid):
    """Whether it has ended, or does so now: a signal takes a moment, and a grandchild is nobody's to wait for."""
    try:
        one = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([one], [], [], 5)[0])
    finally:
        os.close(one)
