"""Compiles `kind: python`: a function of an installed package is found, read and pinned without being run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson

from broker.adapters.python import function, installed
from broker.adapters.python.function import PROGRESS, Function
from broker.adapters.python.installed import Package
from broker.adapters.python.pool import Pool
from broker.adapters.python.tool import PythonTool, Target
from broker.model.label import Json, Leaf
from broker.model.tool import Compiled, Misfit
from broker.ports import Tool

_CALL: Final = re.compile(r"([A-Za-z_]\w{0,63}(?:\.[A-Za-z_]\w{0,63}){0,15}):([A-Za-z_]\w{0,63})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Python:
    """`more`: folders where packages lie, beside those of the Python that the broker runs on."""

    more: tuple[str, ...] = ()
    pools: dict[str, Pool] = field(default_factory=dict, repr=False)  # package -> its own

    def meet(self, source: Mapping[str, Json], folder: Path) -> tuple[Misfit, ...]:  # noqa: ARG002 - the port's
        """See the port."""
        pool = self._pool(str(source["package"]))
        return (pool,) if isinstance(pool, Misfit) else ()

    def compile(
        self, source: Mapping[str, Json], name: str, tool: Mapping[str, Json], folder: Path
    ) -> tuple[Compiled, Tool] | tuple[Misfit, ...]:
        """See the port. `source`: package; `tool`: call, returns, arguments, bind, idempotency."""
        del name, folder  # a function is what it is under any name
        pool = self._pool(str(source["package"]))
        if isinstance(pool, Misfit):
            return (pool,)
        target = _target(pool.package, tool["call"])
        if isinstance(target, Misfit):
            return (target,)
        wants = function.read(Path(target.file), target.function)
        if isinstance(wants, str):
            return (Misfit(path=("call",), expected=wants),)
        wrong = [*_arguments(wants, tool), *_returns(tool["returns"])]
        if wrong:
            return tuple(wrong)
        tells = wants.tells and PROGRESS not in _said(tool)
        called = Target(module=target.module, file=target.file, function=target.function, tells=tells)
        compiled = Compiled(
            arguments=wants.takes | _said(tool),
            leaves=dict(tool["returns"]),
            effects=frozenset(),  # nothing of what a function does shows in its definition
            owned=frozenset(),
            max_rows=1,
            definition=_definition(pool.package, called, tool),
        )
        return compiled, PythonTool(
            pool=pool, target=called, leaves=dict(tool["returns"]), idempotency=tool.get("idempotency")
        )

    def _pool(self, name: str) -> Pool | Misfit:
        known = self.pools.get(name)
        if known is not None:
            return known
        where = installed.folders(self.more)
        package = installed.find(name, where)
        if package is None:
            mend = "install it beside the broker, whole, and not as a link to a folder"
            return Misfit(path=("package",), expected="an installed package", mend=mend, of_source=True)
        return self.pools.setdefault(name, Pool(package=package, where=where, more=self.more))


def _target(package: Package, call: str | None) -> Target | Misfit:
    found = _CALL.fullmatch(call or "")
    if found is None:
        return Misfit(path=("call",), expected="`module:function`", mend="as in `tariffs.rates:lookup`")
    module, name = found[1], found[2]
    file = package.module(module)
    if file is None:
        expected = f"a module of `{package.name}`; `{module}` is none, or is not written in Python"
        return Misfit(path=("call",), expected=expected, mend="a link to a folder is not taken for an install")
    return Target(module=module, file=str(file), function=name, tells=False)


def _said(tool: Mapping[str, Json]) -> frozenset[str]:
    key = tool.get("idempotency")
    return frozenset({*tool["arguments"], *tool["bind"], *(() if key is None else (key,))})


def _arguments(wants: Function, tool: Mapping[str, Json]) -> list[Misfit]:
    """The arguments, the bindings and the broker's key give what the function takes, and always all that it needs."""
    key = tool.get("idempotency")
    homes = {**dict.fromkeys(tool["arguments"], "args"), **dict.fromkeys(tool["bind"], "bind")}
    wrong = [
        Misfit(path=(home, name), expected=f"a parameter `{name}` of the function")
        for name, home in homes.items()
        if name not in wants.takes and not wants.takes_any
    ]
    if key is not None and key not in wants.takes and not wants.takes_any:
        wrong.append(Misfit(path=("idempotency",), expected=f"a parameter `{key}` of the function"))
    twice = sorted(set(tool["arguments"]) & {*tool["bind"], key})
    wrong += [Misfit(path=("args", name), expected="an argument that the broker does not fill") for name in twice]
    for name in sorted(wants.needs):
        argument = tool["arguments"].get(name)
        if argument is not None and not argument.required:
            mend = "or give it a default"
            wrong.append(Misfit(path=("args", name), expected="`required: true`: the function needs it", mend=mend))
        elif name not in homes and name != key:
            wrong.append(Misfit(path=("call",), expected=f"`{name}` among `args` or `bind`: the function needs it"))
    return wrong


def _returns(returns: Mapping[str, Leaf]) -> list[Misfit]:
    mend = "arrays are `*`, as in `items.*.title`; a result that is no object lies under `value`"
    if not returns:
        return [Misfit(path=(), expected="`returns`: the class of each path of the result", mend=mend)]
    return [
        Misfit(path=("returns", path), expected="words with `.` between them", mend=mend)
        for path in returns
        if not all(path.split("."))
    ]


def _definition(package: Package, called: Target, tool: Mapping[str, Json]) -> str:
    return orjson.dumps(
        {
            "package": [package.name, package.version, package.digest],
            "call": [called.module, called.function, called.tells],
            "bind": dict(tool["bind"]),
            "idempotency": tool.get("idempotency"),
        },
        option=orjson.OPT_SORT_KEYS,
    ).decode()
