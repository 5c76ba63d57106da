"""Makes the environment of each client under `.cache/`, from committed files alone, and keeps it while they stay.

`requirements/NAME.txt` names every Python package by its exact version; it comes from `NAME.in` by

    uv pip compile --universal --python-version 3.11 --no-header --no-annotate NAME.in -o NAME.txt

`npm/NAME/` holds a package.json and its lock, whose packages are checked by hash and may run no script. Node and npm
come from `requirements/node.txt`, as wheels: no Node of the machine is used, and none is needed.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import anyio

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".cache" / "clients"
NODE = "node"
LONGEST = 300.0  # seconds that one environment may take
_READY = "ready"


class EnvironmentFault(Exception):  # noqa: N818 - the word of the house
    """An environment cannot be made; says what its installer said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    name: str
    folder: Path
    interpreter: Path
    is_node: bool

    def program(self, path: Path) -> Path:
        """Where the program must lie to find its packages: Node looks for them beside the program."""
        if not self.is_node:
            return path
        for one in path.parent.glob("*.mjs"):
            shutil.copy(one, self.folder)
        return self.folder / path.name


def needed(names: set[str]) -> list[str]:
    """Those of `names` that are Python's, then Node if it is needed, then what needs it."""
    of_node = {name for name in names if (HERE / "npm" / name).is_dir()}
    return [*([NODE] if of_node else []), *sorted(names - of_node), *sorted(of_node)]


def described(name: str) -> Environment:
    """Where it is, once `made`."""
    manifest = HERE / "npm" / name
    is_node = manifest.is_dir()
    files = sorted(manifest.iterdir()) if is_node else [HERE / "requirements" / f"{name}.txt"]
    digest = hashlib.sha256(f"{sys.platform} {platform.machine()} {sys.version} {sys.base_prefix}".encode())
    for file in files:
        digest.update(file.read_bytes())
    folder = CACHE / f"{name}-{digest.hexdigest()[:16]}"
    interpreter = described(NODE).folder / "bin" / "node" if is_node else folder / "bin" / "python"
    return Environment(name=name, folder=folder, interpreter=interpreter, is_node=is_node)


async def made(name: str) -> bool:
    """Make it, unless it is there; whether anything had to be made. Raises EnvironmentFault."""
    one = described(name)
    if (one.folder / _READY).exists():
        return False
    for old in CACHE.glob(f"{name}-{'?' * 16}"):  # made from other files, or not to its end
        shutil.rmtree(old)
    one.folder.mkdir(parents=True)
    with anyio.move_on_after(LONGEST) as patience:
        await (_with_npm(one) if one.is_node else _with_uv(one))
    if patience.cancelled_caught:
        raise EnvironmentFault(f"{name}: not made within {LONGEST:g} seconds")
    (one.folder / _READY).touch()
    return True


async def _with_uv(one: Environment) -> None:
    program = uv()
    await _run(one.name, program, "venv", "--quiet", "--allow-existing", "--python", sys.executable, str(one.folder))
    # Wheels alone: a source distribution would run its own code on the way in.
    words = ("pip", "install", "--quiet", "--only-binary", ":all:", "--no-deps", "--python", str(one.interpreter))
    await _run(one.name, program, *words, "-r", str(HERE / "requirements" / f"{one.name}.txt"))


async def _with_npm(one: Environment) -> None:
    for file in (HERE / "npm" / one.name).iterdir():
        shutil.copy(file, one.folder)
    await npm(one.name, one.folder)


async def npm(name: str, folder: Path) -> None:
    """Install what the lock in `folder` names. The npm is that of the wheels; no package's script runs."""
    await made(NODE)
    program = described(NODE).folder / "bin" / "npm"
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    words = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--prefix", str(folder))
    await _run(name, str(program), *words, env={**os.environ, "PATH": path})


async def _run(name: str, *words: str, env: dict[str, str] | None = None) -> None:
    done = await anyio.run_process(words, check=False, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, env=env)
    if done.returncode != 0:
        said = done.stdout.decode("utf-8", "replace").strip()
        raise EnvironmentFault(f"{name}: `{Path(words[0]).name} {words[1]}` ended with {done.returncode}\n{said}")


def uv() -> str:
    """The one that the project pins, beside its Python; failing that, the machine's."""
    found = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if found is None:
        raise EnvironmentFault("no `uv` beside this Python, nor on the path: `make .venv/ready` brings it")
    return found
