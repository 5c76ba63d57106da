"""Each checkpoint has one maker. Anyone may hold it; nobody else may forge it."""

import ast
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2] / "broker"
MAKERS = {
    "Request": {"edge/mcp_server.py"},
    "Call": {"grants/identify.py"},
    "Checked": {"decide/arguments.py"},
    "Permit": {"decide/policy.py"},
    "Intended": {"audit/journal.py"},
    "Opened": {"mask/handles.py"},
    "Labeled": {"adapters/label.py"},
    "Masked": {"mask/apply.py"},
    "Served": {"audit/journal.py"},
    "Refused": {"audit/journal.py"},
    "NotOpened": {"audit/journal.py"},
}
UNMADE = {"Ask", "Pending"}
"""Their makers come with approvals; until then nobody may make one."""
REHEARSAL = {"lab/cases.py", "lab/queries.py"}
"""The lab decides on memory and calls no tool: it may make what a request and a tool would have given."""
LAB_MAY = {"Labeled", "Request"}


def made(names, house=HOUSE):
    """(name, file) of every place that calls a class of one of these names from `broker.model`."""
    for path in house.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        ours = {
            alias.asname or alias.name: alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("broker.model")
            for alias in node.names
            if alias.name in names
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name) and node.func.id in ours:
                yield ours[node.func.id], str(path.relative_to(house))
            if isinstance(node.func, ast.Attribute) and node.func.attr in names:
                yield node.func.attr, str(path.relative_to(house))


@pytest.mark.requirement("only-path")
@pytest.mark.parametrize(("name", "makers"), MAKERS.items(), ids=lambda x: x if isinstance(x, str) else "")
def test_only_its_maker_makes_it(name, makers):
    found = {file for made_name, file in made({name})}
    assert found - (REHEARSAL if name in LAB_MAY else set()) == makers


@pytest.mark.parametrize("name", sorted(UNMADE))
def test_what_nobody_can_answer_yet_nobody_makes(name):
    assert {file for _, file in made({name})} <= {"audit/journal.py"}


@pytest.mark.requirement("only-path")
def test_a_denial_is_made_only_where_one_decides_or_identifies():
    # `pipeline.py` makes two of its own: a request that never became a call, and a store that cannot be read.
    assert {file.partition("/")[0] for _, file in made({"Deny"})} <= {"decide", "grants", "pipeline.py", "audit"}


def test_a_planted_forgery_would_be_seen(tmp_path):
    (tmp_path / "forge.py").write_text("from broker.model.outcome import Masked as M\nM(content=1)\n", encoding="utf-8")
    assert list(made({"Masked"}, tmp_path)) == [("Masked", "forge.py")]
