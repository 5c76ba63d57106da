"""From the keys of a source file to how its server is reached; nothing is started, and no secret is read."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from broker.adapters.mcp import runs
from broker.adapters.mcp.reach import Address, Launch, Reach
from broker.adapters.mcp.runs import Runs
from broker.adapters.secrets import secret
from broker.model.label import Json
from broker.model.tool import Misfit

_CACHE: Final = "data/bytecode"  # in the folder that is the broker's own


def way(source: Mapping[str, Json], root: Path, verify: Callable[[Runs | None], str | None]) -> Reach | Misfit:
    """`verify`: asked before every start of a command with what would run, None: there is no such program. Why it may
    not; None: it may. `root`: where relative paths start.
    """
    if source["command"] is None:
        return Address(url=source["url"], headers=lambda: _headers(source["auth"], root))
    command, cwd = tuple(source["command"]), root / (source["cwd"] or ".")
    fetches = runs.fetcher(command)
    if fetches is not None:
        mend = "install the package, and name its program"
        return Misfit(
            path=("command",),
            expected=f"expected a program: `{fetches}` fetches what it runs",
            mend=mend,
            of_source=True,
        )
    refs, cache = dict(source["env"]), str((root / _CACHE).absolute())
    return Launch(
        command=command,
        env=lambda: {runs.CACHE: cache, **{word: secret(ref, root) for word, ref in refs.items()}},
        cwd=cwd,
        verify=lambda: verify(runs.digest(command, cwd)),
    )


def _headers(auth: Mapping[str, str] | None, root: Path) -> Mapping[str, str]:
    match auth:
        case None:
            return {}
        case {"kind": "bearer"}:
            return {"Authorization": f"Bearer {secret(auth['token'], root)}"}
        case {"kind": "basic"}:
            pair = f"{secret(auth['user'], root)}:{secret(auth['password'], root)}"
            return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        case _:
            return {auth["name"]: secret(auth["value"], root)}
