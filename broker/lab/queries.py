"""Would this SELECT be permitted? Held to one tool under one scope by the code of a call; no database is opened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, assert_never

from sqlglot import exp

from broker.adapters.label import label
from broker.adapters.sql.select.reach import Column, Output, Unfit
from broker.adapters.sql.select_tool import SQL, Judged, SelectTool
from broker.catalog.classes import ClassRule
from broker.decide.arguments import check
from broker.decide.exposure import exposure
from broker.grants.identify import identify
from broker.grants.issue import looked_up, said
from broker.model.asking import Asking
from broker.model.call import Checked, Request
from broker.model.chain import Credential
from broker.model.decision import Deny, Reason
from broker.model.grant import Grant, GrantedTool
from broker.model.label import PUBLIC, Json
from broker.model.scope import Given, Lookup, RowsAny, Scope
from broker.model.task import Parameter, Principal, Task
from broker.ports import Catalog

_PRINCIPAL: Final = Principal(issuer="check", sub="somebody")
_AGENT: Final = "somebody"
_ID: Final = "a" * 26  # of a task and a call that never are
_MAX_DIGITS: Final = 15  # of a whole number that JSON carries exactly


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One tool under one scope and purpose. `given`: those task parameters that are known."""

    name: str
    grant: Grant
    tool: GrantedTool
    runs: SelectTool
    exposure: Mapping[str, str]
    classes: Mapping[str, ClassRule]
    given: Mapping[str, Parameter]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """`reason`: None is a permit. `sql`: what would run, for a person to run it; `reads`: `table.column`, in order;
    `classes`: of each output the class that counts.
    """

    reason: Reason | None = None
    hint: str | None = None
    sql: str | None = None
    reads: tuple[str, ...] = ()
    classes: Mapping[str, str] | None = None


def trial(
    name: str,
    *,
    scope: Scope,
    purpose: str,
    written: Mapping[str, str],
    catalog: Catalog,
    classes: Mapping[str, ClassRule],
) -> Trial | str:
    """Or why there is none, in one sentence. `name`: a toolref; `written`: task parameters as a person writes them."""
    given: dict[str, Parameter] = {}
    for word, text in written.items():
        one = _parameter(word, text, scope)
        if isinstance(one, str):
            return one
        given[word] = one
    task = Task(
        id=_ID,
        principal=_PRINCIPAL,
        actor=_AGENT,
        purpose=purpose,
        scope=scope.name,
        revision=scope.revision,
        parameters=given,
        opened=0.0,
        ends=scope.lifetime,
    )
    grant = catalog.grant(task, scope.expires)
    runs = catalog.tool(name)
    if grant is None or name not in grant.tools or not isinstance(runs, SelectTool):
        return f"scope `{scope.name}` grants no `{name}` that takes a SELECT"
    tool = grant.tools[name]
    defaults = {kind: rule.action for kind, rule in classes.items()}
    return Trial(
        name=name,
        grant=grant,
        tool=tool,
        runs=runs,
        exposure=exposure(scope, purpose, defaults, tool.media),
        classes=classes,
        given=given,
    )


def rule(held: Trial, sql: Json) -> Ruling:
    """As a call with this argument would be ruled on: its text and schema first, then the query itself."""
    call = identify(Request(id=_ID, tool=held.name, arguments={SQL: sql}, credential=Credential("")), held.grant)
    checked = check(call, held.tool, {})
    match checked:
        case Deny(reason=reason):
            limits = held.tool.input_schema["properties"].get(SQL, {})
            most = f", of at most {limits['maxLength']} characters" if "maxLength" in limits else ""
            return Ruling(reason=reason, hint=f"`{SQL}` takes one text without control characters{most}")
        case Checked(arguments=arguments):
            judged = held.runs.judge(str(arguments[SQL]), held.tool.rows, held.exposure)
        case _:
            assert_never(checked)
    match judged:
        case Unfit(hint=hint):
            return Ruling(reason=Reason.ARGUMENTS_INVALID, hint=hint)
        case Judged(guarded=guarded):
            return Ruling(
                sql=_by_hand(held, judged),
                reads=tuple(sorted(_spelled(held, column) for column in guarded.reads)),
                classes={one.name: _class(held, one) for one in guarded.outputs},
            )
        case _:
            assert_never(judged)


def _parameter(name: str, text: str, scope: Scope) -> Parameter | str:
    """What a person says is held to the scope; what the broker would look up is taken as it is."""
    one = scope.parameters.get(name)
    match one:
        case None:
            return f"scope `{scope.name}` has no parameter `{name}`; it has {sorted(scope.parameters)}"
        case Given():
            asking = Asking(
                scope=scope.name,
                principal=_PRINCIPAL,
                roles=frozenset(),
                actor=_AGENT,
                purpose="",
                parameters={name: text},
            )
            spoken = said(replace(scope, parameters={name: one}), asking)
            return spoken.detail if isinstance(spoken, Deny) else spoken[name]
        case Lookup():
            if not text.isprintable():
                return f"parameter `{name}` holds what cannot be printed"
            bare = text.removeprefix("-")
            is_whole = bare.isascii() and bare.isdecimal() and len(bare) <= _MAX_DIGITS
            value: Json = int(text) if is_whole else text
            answer = looked_up(one, label({"rows": [{name: value}]}, {}, 1, 0))
            return answer.detail if isinstance(answer, Deny) else answer
        case _:
            assert_never(one)


def _by_hand(held: Trial, judged: Judged) -> str:
    """The text with what is known of the task in it; what is not known stays `:name`."""
    if not judged.guarded.parameters:
        return judged.text.sql
    rows = held.tool.rows
    filters = held.runs.admitted[None if isinstance(rows, RowsAny) else rows].filters
    tree = judged.guarded.tree.copy()
    for one in list(tree.find_all(exp.Placeholder)):
        name = str(one.this)
        parameter = filters.parameters.get(name, name)
        if name in filters.literals:
            one.replace(exp.convert(filters.literals[name]))
        elif parameter in held.given and name in filters.parameters:
            one.replace(exp.convert(held.given[parameter].value))
        else:
            one.replace(exp.Var(this=f":{parameter}"))
    return tree.sql(dialect=held.runs.tables.engine.dialect, comments=False, copy=False)  # it is a copy already


def _spelled(held: Trial, column: Column) -> str:
    """As the source file writes it."""
    table = held.runs.tables.tables[column[0]]
    return f"{table.name}.{table.spelled[column[1]]}"


def _class(held: Trial, output: Output) -> str:
    """Of several classes the one of the highest rank; a class without one counts before all others."""
    kinds = {held.runs.tables.leaf(*column).kind for column in output.sources}

    def rank(kind: str) -> tuple[int, str]:
        found = held.classes.get(kind)
        return (found.rank if found is not None else 101, kind)

    return max(kinds, key=rank, default=PUBLIC)
