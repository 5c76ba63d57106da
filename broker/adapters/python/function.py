"""What a function takes, read from its source: nothing of the package runs in the broker."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROGRESS: Final = "progress"
"""A keyword of this name is filled with a callable that tells how far the call has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    needs: frozenset[str]  # parameters without a default
    takes: frozenset[str]  # all that can be said by name, but for `progress`
    takes_any: bool  # it has a `**`
    tells: bool  # it has a keyword-only `progress`


def read(path: Path, name: str) -> Function | str:
    """The one function of this name at the top of the file; a text says why it cannot be called."""
    try:
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return f"a module that can be read ({type(error).__name__})"
    found = [
        node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name
    ]
    if len(found) != 1:
        return f"one function `{name}` at the top of the module, written there"
    said = found[0].args
    if said.posonlyargs:
        return f"`{name}` to take its arguments by name"
    tells = any(one.arg == PROGRESS for one in said.kwonlyargs)
    by_place = [one.arg for one in said.args]
    by_name = [one.arg for one in said.kwonlyargs if one.arg != PROGRESS]
    optional = set(by_place[len(by_place) - len(said.defaults) :]) | {
        one.arg for one, default in zip(said.kwonlyargs, said.kw_defaults, strict=True) if default is not None
    }
    takes = frozenset({*by_place, *by_name})
    return Function(needs=takes - optional, takes=takes, takes_any=said.kwarg is not None, tells=tells)
