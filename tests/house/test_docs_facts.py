"""The tables of the pages and the code say the same."""

import re
from datetime import date
from pathlib import Path

import pytest

from broker import settings
from broker.adapters.sql.kind import Sql
from broker.audit import canonical
from broker.audit.ends import STRIKES
from broker.catalog import keys, scopes, source, source_keys
from broker.catalog.cases import read_cases
from broker.catalog.catalog import load
from broker.catalog.classes import ACTIONS, BUILT_IN, LATER_ACTIONS
from broker.catalog.classes import known as known_classes
from broker.edge.wire import HINTS
from broker.lab.cases import rehearse
from broker.leaves.walk import MAX_DEPTH
from broker.model.decision import Reason
from broker.model.tool import Policy
from broker.store.inherit import REMEMBERED
from broker.store.sqlite import BUSY
from broker.tokens import chain

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
REASONS = (DOCS / "reasons.md").read_text(encoding="utf-8")
FORMATS = (DOCS / "formats.md").read_text(encoding="utf-8")
THREATS = (DOCS / "threat-model.md").read_text(encoding="utf-8")
WORDS = set(re.findall(r"[\w.-]+", " ".join(re.findall(r"`([^`\n]+)`", FORMATS))))
TABLES = {
    name: table
    for module in (keys, source_keys)
    for name, table in vars(module).items()
    if name.isupper() and name not in {"SOURCES", "TOOLS"}
}
EXAMPLE = re.compile(r"^```\w+\n(?:#|--) (\S+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def cells(text):
    """The rows of the tables of a page, without their heads."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def test_every_reason_stands_in_the_table_with_the_hint_and_the_retry_of_the_code():
    said = {row[0].strip("`"): (row[2], row[3]) for row in cells(REASONS) if row[0].startswith("`")}
    assert said == {reason.value: (hint, "yes" if retry else "no") for reason, (hint, retry) in HINTS.items()}


@pytest.mark.requirement("hint")
def test_every_reason_has_a_hint():
    assert set(HINTS) == set(Reason)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_key_of_the_parsers_stands_on_the_formats_page(name):
    assert sorted(set(TABLES[name]) - WORDS) == []


@pytest.mark.requirement("not-yet-refused")
def test_what_is_not_available_yet_is_said_to_be_so():
    said = set()
    for paragraph in re.split(r"\n\n|\n(?=[-|])", FORMATS):
        if "not available yet" in paragraph:
            said |= set(re.findall(r"[\w-]+", " ".join(re.findall(r"`([^`\n]+)`", paragraph))))
    later = {name for table in TABLES.values() for name, key in table.items() if key.later}
    assert sorted((later | LATER_ACTIONS | {"openapi", "mcp", "python", "known"}) - said) == []


@pytest.mark.parametrize(
    "words", [sorted(ACTIONS), sorted(BUILT_IN), sorted(Policy)], ids=["actions", "classes", "policies"]
)
def test_every_word_of_a_closed_list_stands_on_the_formats_page(words):
    assert [word for word in words if word not in WORDS] == []


def test_every_setting_stands_on_the_formats_page():
    parts = {
        "server": settings.Server,
        "store": settings.Store,
        "log": settings.Log,
        "tasks": settings.Tasks,
        "governance": settings.Governance,
        "custody": settings.Custody,
        "identity": settings.Identity,
        "identity.issuers": settings.Issuer,
        "identity.agents": settings.Agent,
    }
    wanted = {f"{part}.{name}" for part, model in parts.items() for name in model.model_fields}
    wanted |= set(settings.Settings.model_fields) - {"root", "classes", *parts}
    assert sorted(wanted - WORDS) == []


def test_the_examples_of_the_formats_page_load_and_do_as_their_cases_say(tmp_path):
    for name, text in EXAMPLE.findall(FORMATS):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    given = settings.read(tmp_path / "broker.toml")
    catalog, warnings = load(given, {"sql": Sql(root=tmp_path)}, date(2026, 6, 3), environ={})
    assert warnings == ()
    scope = catalog.scope("loan-desk")
    cases, warnings = read_cases(tmp_path / "scopes" / "loan-desk.cases.yaml", "loan-desk", scope, catalog)
    defaults = {name: rule.action for name, rule in known_classes(given.classes).items()}
    verdicts = [rehearse(case, scope, catalog, defaults, 0.0) for case in cases]
    assert warnings == ()
    assert len(verdicts) == 3
    assert [one.detail for one in verdicts if not one.as_expected] == []


@pytest.mark.requirement("pages")
def test_every_test_and_file_that_the_threat_model_names_exists():
    tests = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    real = set(re.findall(r"^(?:async )?def (test_\w+)\(", tests, re.MULTILINE))
    named = set(re.findall(r"`(test_\w+)`", THREATS))
    files = set(re.findall(r"`([\w/]+\.py)`", THREATS))
    assert sorted(named - real) == []
    assert [file for file in sorted(files) if not (ROOT / "broker" / file).is_file()] == []


def test_every_threat_names_its_test():
    rows = [row for row in cells(THREATS) if row[0] not in {"threat", "---"}]
    assert len(rows) > 30
    assert [row[0] for row in rows if not re.search(r"`test_\w+`", row[2])] == []


def test_the_limits_that_operators_read_are_those_of_the_code():
    said = {row[0]: row[1] for row in cells((DOCS / "operations.md").read_text(encoding="utf-8"))}
    assert said["one request"] == said["a result"] == "1 MiB"
    assert settings.Server().max_body == source.MAX_BYTES == 1 << 20
    assert said["JSON depth"] == str(MAX_DEPTH)
    assert said["a token"] == f"{chain.MAX_BYTES // 1024} KiB"
    assert said["one record"] == f"{canonical.LIMIT // 1024} KiB"
    assert said["a task"] == f"{scopes.LIFETIME / 3600:g} h"
    assert said["a call"] == f"{source.TIMEOUT:g} s"
    assert said["a record's way to the disk"] == f"{settings.Log().deadline:g} s"
    assert said["waiting for another process's lock"] == f"{BUSY:g} s"
    assert said["failed handles until a task is suspended"] == str(STRIKES)
    assert said["open tasks of one user with one agent"] == str(settings.Tasks().open)
    assert said["tasks that they open within an hour"] == str(settings.Tasks().per_hour)
    assert said["what a tainted task was shown, after its end"] == f"{REMEMBERED / 3600:g} h"
