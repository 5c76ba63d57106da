"""A house of files in a folder, and the smallest kind of source that there can be."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from broker.catalog.catalog import load
from broker.model.faults import ConfigError
from broker.model.label import Leaf, Writer
from broker.model.tool import Argument, Compiled, Effect, Misfit, Policy
from broker.settings import Settings

TODAY = date(2026, 11, 24)
ENVIRON = {"SHOP_DB_URL": "sqlite:///data/shop.db"}
VERBS = {"select": Effect.READ, "insert": Effect.WRITE, "update": Effect.WRITE, "delete": Effect.DELETE}


@dataclass(frozen=True)
class Inert:
    """A tool that is never run; it places no row filter over a table that it does not read."""

    owned: frozenset

    def admit(self, rows):
        if rows is not None and not self.owned:
            return "the statement reads no table that belongs to somebody"
        return None

    def changed(self):
        return None

    async def invoke(self, opened, progress):
        raise NotImplementedError


class Words:
    """A kind whose statement is one line: a verb, the tables, `:parameters`, `-> columns`."""

    def meet(self, _source, _folder):
        return ()

    def compile(self, source, _name, tool, _folder):
        if tool["select"] is not None:
            return free(tool["select"]), Inert(frozenset())
        text = tool["sql"]
        head, _, tail = text.partition("->")
        verb, *words = head.split()
        if verb not in VERBS:
            return (Misfit(path=("sql",), expected=f"unknown verb `{verb}`", mend="write `select`"),)
        tables = {word for word in words if not word.startswith(":")}
        unknown = sorted(tables - set(source["tables"]))
        if unknown:
            return (
                Misfit(path=("sql",), expected=f"unknown table `{unknown[0]}`"),
                Misfit(path=("tables",), expected=f"`{unknown[0]}` is not listed", of_source=True),
            )
        parameters = frozenset(re.findall(r":(\w+)", head))
        filled = {*tool["arguments"], *tool["bind"], tool["idempotency"]}
        strangers = tuple(
            Misfit(path=("sql",), expected=f"nothing fills `:{word}`") for word in sorted(parameters - filled)
        )
        if strangers:
            return strangers
        columns = {column: leaf for table in tables for column, leaf in source["tables"][table].items()}
        columns |= tool["returns"]
        leaves = {f"rows.*.{column}": columns[column] for column in tail.split()}
        leaves["truncated"] = Leaf(kind="public", writer=Writer.SYSTEM)
        owned = frozenset(tables & ({*source["owner_key"], (source["subject"] or "").partition(".")[0]}))
        compiled = Compiled(
            arguments=parameters,
            leaves=leaves,
            effects=frozenset({VERBS[verb]}),
            owned=owned,
            max_rows=tool["max_rows"] or 100,
            definition=text,
        )
        return compiled, Inert(owned)


def free(select):
    """An agent's own query, with its argument by definition."""
    sql = Argument(schema={"type": "string"}, required=True, policy=Policy.CODE, handles=frozenset())
    return Compiled(
        arguments=frozenset({"sql"}),
        leaves={"truncated": Leaf(kind="public", writer=Writer.SYSTEM)},
        effects=frozenset({Effect.READ}),
        owned=frozenset(),
        max_rows=select["max_rows"] or 500,
        definition=repr(select),
        derived={"sql": sql},
        free=True,
    )


class House:
    """Files, and what the catalog makes of them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.settings = Settings(root=root)
        for folder in ("tools", "scopes"):
            (root / folder).mkdir()

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.root / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"`{old}` stands {text.count(old)} times in {name}"
        self.write(name, text.replace(old, new))

    def load(self, **settings):
        return load(self.settings.model_copy(update=settings), {"sql": Words()}, TODAY, ENVIRON)

    def problems(self) -> list[str]:
        try:
            self.load()
        except ConfigError as error:
            return [str(one) for one in error.problems]
        return []


@pytest.fixture
def empty(tmp_path):
    return House(tmp_path)


@pytest.fixture
def house(empty):
    """The shop of the design: orders, payments, mail, and one scope over all three."""
    for path in sorted((Path(__file__).parents[2] / "vectors" / "catalog" / "house").rglob("*.yaml")):
        name = path.relative_to(Path(__file__).parents[2] / "vectors" / "catalog" / "house").as_posix()
        empty.write(name, path.read_text(encoding="utf-8"))
    return empty
