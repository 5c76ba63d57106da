"""What is meant by a kind and a name: something that the store, the log or the files know, or a question back."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, assert_never

from broker.catalog.report import nearest
from broker.cli.named import named
from broker.model.faults import ConfigError, Problem
from broker.model.stop import Target, What
from broker.model.task import Principal, TaskFacts
from broker.ports import Archive


def target(archive: Archive, what: What, name: str, *, unseen: bool = False) -> Target:
    """`unseen`: take the name of a token, a block, an agent or a user that is on record nowhere. Raises ConfigError."""
    _named_as_it_should_be(what, name)
    match what:
        case What.TASK:
            return Target(what=what, name=named(archive, name).task.id)
        case What.USER:
            return Target(what=what, name=_user(archive, name, unseen=unseen))
        case What.AGENT:
            return Target(what=what, name=name if unseen else _agent(archive, name))
        case What.TOKEN | What.BLOCK:
            return Target(what=what, name=name if unseen else _used(archive, what, name))
        case What.BEARER:
            return Target(what=what, name=_known(what, name, {one.bearer.name for one in archive.bearers()}))
        case What.SOURCE | What.ZONE | What.ALL:  # the files say whether there is one, and they may be broken
            return Target(what=what, name=name)
        case _:
            assert_never(what)


def of(target: Target, tasks: Collection[TaskFacts]) -> list[TaskFacts]:
    """The tasks that work under it; of a sub-agent those of its root."""
    return [one for one in tasks if _works_under(target, one)]


def _works_under(target: Target, one: TaskFacts) -> bool:
    match target.what:
        case What.ALL:
            return True
        case What.TASK:
            return one.task.id == target.name
        case What.USER:
            return str(one.task.principal) == target.name
        case What.AGENT:
            return one.task.actor in {target.name, target.name.partition("/")[0]}
        case What.BEARER:
            return one.task.bearer == target.name
        case What.TOKEN | What.BLOCK | What.SOURCE | What.ZONE:
            return False
        case _:
            assert_never(target.what)


def last_use(archive: Archive, target: Target) -> Mapping[str, Any] | None:
    """The newest record that has it, with its number as `index`."""
    below, raw = None, json.dumps(target.name).encode()
    while (found := archive.mention(raw, below)) is not None:
        below, body = found
        record = json.loads(body)
        if target.name in _names(record, target.what):
            return {**record, "index": below}
    return None


def known_thing(what: What, name: str, known: Collection[str]) -> None:
    """Raises ConfigError where the files know no such source or zone."""
    _known(what, name, known)


def _names(record: Mapping[str, Any], what: What) -> Iterator[str]:
    match what:
        case What.TOKEN:
            token = record.get("token")
            yield token.get("jti", "") if isinstance(token, dict) else str(token)
        case What.BLOCK:
            yield from record.get("blocks", ())
        case _:
            yield str(record.get("actor", ""))


def _named_as_it_should_be(what: What, name: str) -> None:
    if what is What.ALL and name:
        raise _wrong(what, f"it takes no name, and `{name}` is one", "leave it out")
    if what is not What.ALL and not name:
        raise _wrong(what, "it takes a name", f"write it behind `{what.value}`")
    if not name.isprintable():
        raise _wrong(what, "a name is text that can be read", "copy it from `broker audit show`")


def _used(archive: Archive, what: What, name: str) -> str:
    if last_use(archive, Target(what=what, name=name)) is None:
        mend = "`broker audit show` of a call or a task says its tokens; `--unseen` takes it all the same"
        raise _wrong(what, f"no {what.value} `{name}` is on record", mend)
    return name


def _agent(archive: Archive, name: str) -> str:
    """A root is known by its tasks, a sub-agent by the calls that it made."""
    roots = {one.task.actor for one in archive.tasks()}
    if "/" not in name or name in roots:
        return _known(What.AGENT, name, roots)
    if last_use(archive, Target(what=What.AGENT, name=name)) is None:
        mend = "the agent before the stroke is what a task was opened for; what stands behind it made no call"
        raise _wrong(What.AGENT, f"no agent `{name}` is on record", mend)
    return name


def _user(archive: Archive, name: str, *, unseen: bool) -> str:
    """As the log spells it, or as one says it: `issuer:sub`, and `maria` alone is a user of this machine's own."""
    known = {one.task.principal for one in archive.tasks()}
    said = name if ":" in name else f"local:{name}"
    meant = {str(one) for one in known if said in {str(one), f"{one.issuer}:{one.sub}"}}
    if len(meant) == 1:
        return meant.pop()
    return str(Principal.named(said)) if unseen else _known(What.USER, said, {str(one) for one in known} - meant)


def _known(what: What, name: str, known: Collection[str]) -> str:
    if name in known:
        return name
    mend = nearest(name, known) or (f"there is {', '.join(sorted(known)[:8])}" if known else "there has been none yet")
    raise _wrong(what, f"no {what.value} `{name}`", mend)


def _wrong(what: What, expected: str, mend: str) -> ConfigError:
    return ConfigError([Problem(file=what.value, expected=expected, mend=mend)])
