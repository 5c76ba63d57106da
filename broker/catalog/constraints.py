"""A constraint from its written form; what does not fit its argument is reported where it stands (FORMATS 2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple, assert_never

import jsonschema_rs

from broker.catalog.classes import ClassRule, class_in
from broker.catalog.constraint_parts import email, ends, links, path, texts, url
from broker.catalog.glob import glob
from broker.catalog.grammar import boolean, param, span, yes
from broker.catalog.keys import CONSTRAINT
from broker.catalog.links import has_link
from broker.catalog.report import At, Wrong, listed, nearest
from broker.catalog.scalars import scalar
from broker.catalog.schema import inside
from broker.catalog.tree import Map, Seq, Text
from broker.model.constraint import (
    All,
    Anything,
    Constraint,
    Field,
    Fields,
    HandleOf,
    Items,
    Length,
    Like,
    NoLinks,
    OneOf,
    Param,
    Scalar,
)
from broker.model.tool import Argument, Policy

_SCALARS: Final = ("integer", "number", "string", "boolean")
_TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "eq": _SCALARS,
    "in": _SCALARS,
    "range": ("integer", "number"),
    "like": ("string",),
    "minlen": ("string",),
    "maxlen": ("string",),
    "links": ("string", "array", "object"),
    "email": ("string",),
    "url": ("string",),
    "path": ("string",),
    "handle": ("string",),
    "minitems": ("array",),
    "maxitems": ("array",),
    "each": ("array",),
    "fields": ("object",),
}
_BESIDE_HANDLE: Final = ("email", "url", "path", "like", "minlen", "maxlen")
"""What is said of the value behind a handle, and looked at when it is opened. `eq` and `in` would answer a guess."""
_POLICIES: Final[Mapping[str, tuple[Policy, ...]]] = {
    "like": (Policy.TEXT, Policy.IDENTIFIER, Policy.TOKEN),
    "links": (Policy.TEXT,),
    "email": (Policy.EMAIL,),
    "url": (Policy.URL,),
    "path": (Policy.PATH,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the words of a constraint may refer to. `parameters`: name -> `integer`, `number`, `text` or unknown."""

    parameters: Mapping[str, str | None]
    classes: Mapping[str, ClassRule]


def constraint(at: At, argument: Argument, terms: Terms) -> Field | None:
    """What is written at `at` for this argument; None where it was reported. Text never holds links (policy `text`)."""
    found = _Reader(argument, terms).field(at)
    if found is None or argument.policy is not Policy.TEXT or isinstance(found.constraint, HandleOf):
        return found
    parts = found.constraint.parts if isinstance(found.constraint, All) else (found.constraint,)
    if NoLinks() in parts:
        return found
    return Field(All((*parts, NoLinks())), found.optional)


class _Reader(NamedTuple):
    argument: Argument
    terms: Terms

    @property
    def type(self) -> str:
        return str(self.argument.schema.get("type"))

    def field(self, at: At) -> Field | None:
        match at.node:
            case Text():
                one = self._word(at)
            case Seq():
                one = self.one_of(at)
            case Map():
                return self._map(at)
            case _:
                assert_never(at.node)
        return None if one is None else Field(one)

    def _word(self, at: At) -> Constraint | None:
        text = "" if at.is_empty_quoted else at.text("expected a constraint")
        if text is None:
            return None
        if text.startswith("$"):
            return self._param(at)
        if self.type in {"integer", "number"} and ".." in text:
            return self.within(at)
        value = self._scalar(at)
        return None if value is None else OneOf((value,))

    def _param(self, at: At) -> Param | None:
        name = at.read(param)
        if name is None:
            return None
        if name not in self.terms.parameters:
            mend = nearest(name, self.terms.parameters) or 'name it under `task`; a literal is `{eq: "$..."}`'
            at.wrong(f"the task has no parameter `${name}`", mend)
            return None
        said = self.terms.parameters[name]
        fits = {"integer": ("integer", "number"), "number": ("integer", "number"), "text": ("string",)}
        if said is not None and self.type not in fits[said]:
            at.wrong(f"expected a parameter of type `{self.type}`", f"`${name}` is `{said}`, and nothing is converted")
            return None
        return Param(name)

    def _scalar(self, at: At, takes: Callable[[Scalar], bool] | None = None) -> Scalar | None:
        """`takes`: whether the tool's own schema does, where that was made ready for many."""
        text = "" if at.is_empty_quoted else at.text("expected a value")
        if text is None:
            return None
        value = scalar(text, self.argument.schema)
        if isinstance(value, Wrong):
            at.wrong(value.expected, value.mend)
            return None
        taken = takes(value) if takes is not None else jsonschema_rs.is_valid(dict(self.argument.schema), value)
        if not taken:
            at.wrong("outside what the tool itself allows", f"the tool says {_said(self.argument)}")
            return None
        if self.argument.policy is Policy.TEXT and isinstance(value, str) and has_link(value):
            at.wrong("expected text without a link", "give the argument `policy: url` in the source")
            return None
        return value

    def one_of(self, at: At) -> Constraint | None:
        items = at.items("expected a list of values")
        if items is None:
            return None
        values: list[Scalar | Param] = []
        takes = jsonschema_rs.validator_for(dict(self.argument.schema)).is_valid
        for item in items:
            is_param = isinstance(item.node, Text) and item.node.value.startswith("$")
            one = self._param(item) if is_param else self._scalar(item, takes)
            if one is not None:
                values.append(one)
        return OneOf(tuple(values)) if len(values) == len(items) else None

    def within(self, at: At) -> Constraint | None:
        found = at.read(span)
        if found is None:
            return None
        low, high = self.argument.schema.get("minimum"), self.argument.schema.get("maximum")
        if (found.lo is not None and high is not None and found.lo > high) or (
            found.hi is not None and low is not None and found.hi < low
        ):
            at.wrong("outside what the tool itself allows", f"the tool says {_said(self.argument)}")
            return None
        return found

    def _map(self, at: At) -> Field | None:
        before = len(at.report.problems)
        entries = at.entries("expected a constraint", empty=True)
        if entries is None:
            return None
        keys = at.known(CONSTRAINT, entries)
        if "type" in keys:
            keys.pop("type").wrong_key("`type` is of task parameters", "take it out: the tool's schema says it")
        optional = keys.pop("optional").read(boolean) if "optional" in keys else False
        for name in [name for name in keys if not self._fits(name, keys[name])]:
            del keys[name]
        parts = [part for part in self._parts(keys) if part is not None]
        if len(at.report.problems) > before or optional is None:
            return None
        if not parts:
            at.wrong("expected a constraint", "write `any: true` where the tool's schema is enough")
            return None
        return Field(parts[0] if len(parts) == 1 else All(tuple(parts)), optional)

    def _fits(self, name: str, at: At) -> bool:
        types, policies = _TYPES.get(name), _POLICIES.get(name)
        if types is not None and self.type not in types:
            at.wrong_key(f"`{name}` is of {listed(types)}", f"the argument is `{self.type}`")
            return False
        if policies is not None and self.argument.policy not in policies:
            at.wrong_key(
                f"`{name}` is of text of policy {listed(policies)}", f"the argument is `{self.argument.policy}`"
            )
            return False
        return True

    def _parts(self, keys: Mapping[str, At]) -> list[Constraint | None]:
        alone = "any" if "any" in keys else "handle" if "handle" in keys else None
        if alone is not None:
            beside = {alone, "links", *(_BESIDE_HANDLE if alone == "handle" else ())}
            for name in [name for name in keys if name not in beside]:
                keys[name].wrong_key(f"`{alone}` stands alone", f"take `{name}` or `{alone}` out")
        parts = [_READERS[name](self, keys[name]) for name in _READERS if name in keys]
        if "minlen" in keys or "maxlen" in keys:
            parts.append(ends(keys, "minlen", "maxlen", Length))
        if "minitems" in keys or "maxitems" in keys or "each" in keys:
            each = self._each(keys["each"]) if "each" in keys else None
            parts.append(ends(keys, "minitems", "maxitems", lambda lo, hi: Items(lo, hi, each)))
        return parts

    def equals(self, at: At) -> Constraint | None:
        value = self._scalar(at)
        return None if value is None else OneOf((value,))

    def _each(self, at: At) -> Constraint | None:
        found = _Reader(inside(self.argument, self.argument.schema.get("items", {})), self.terms).field(at)
        if found is not None and found.optional:
            at.wrong("`optional` is of arguments and fields", "an item is there or not")
        return None if found is None else found.constraint

    def fields(self, at: At) -> Constraint | None:
        known = self.argument.schema.get("properties", {})
        found: list[tuple[str, Field]] = []
        for entry in at.entries("expected `{field: constraint}`") or ():
            if entry.word not in known:
                entry.wrong_key(
                    f"the argument has no field `{entry.word}`", nearest(entry.word, known) or listed(known)
                )
                continue
            one = _Reader(inside(self.argument, known[entry.word]), self.terms).field(entry)
            if one is not None:
                found.append((entry.word, one))
        named = {name for name, _ in found}
        for name in self.argument.schema.get("required", ()):
            if isinstance(at.node, Map) and at.node.get(name) is None and name not in named:
                at.wrong(f"the tool requires the field `{name}`", f"name it, as in `{name}: {{any: true}}`")
        return Fields(tuple(found))

    def handle(self, at: At) -> Constraint | None:
        kinds = at.reads(lambda text: class_in(self.terms.classes, text), "expected a list of classes")
        if not kinds:
            return None
        unfit = [kind for kind in kinds if kind not in self.argument.handles]
        if unfit:
            takes = listed(self.argument.handles) if self.argument.handles else "none"
            at.wrong(f"the argument takes no handle of class `{unfit[0]}`", f"the source says: {takes}")
            return None
        return HandleOf(frozenset(kinds))


def _any(_reader: _Reader, at: At) -> Constraint | None:
    return Anything() if at.read(yes) else None


_READERS: Final[Mapping[str, Callable[[_Reader, At], Constraint | None]]] = {
    "any": _any,
    "eq": _Reader.equals,
    "in": _Reader.one_of,
    "range": _Reader.within,
    "like": lambda _, at: _like(at),
    "email": lambda _, at: email(at),
    "url": lambda _, at: url(at),
    "path": lambda _, at: path(at),
    "handle": _Reader.handle,
    "fields": _Reader.fields,
    "links": lambda _, at: links(at),
}


def _like(at: At) -> Constraint | None:
    globs = texts(at, glob)
    return None if globs is None else Like(globs)


def _said(argument: Argument) -> str:
    return ", ".join(f"{key} {value}" for key, value in argument.schema.items() if key not in {"properties", "items"})
