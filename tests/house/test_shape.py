"""Files are short, each opens with a sentence, and the floors hold."""

import ast
import re
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[2]
FILES = sorted(path for part in ("broker", "tests", "examples") for path in (ROOT / part).rglob("*.py"))
LIMIT = 300
FORBIDDEN = re.compile(r"manager|helper|util|service|handler|^data$|^info$|process(or)?$", re.IGNORECASE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_is_short_and_opens_with_a_sentence(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LIMIT
    said = ast.get_docstring(ast.parse(text)) or ""
    assert said.split("\n")[0].endswith((".", "?", ":"))


@pytest.mark.parametrize("path", [path for path in FILES if path.is_relative_to(ROOT / "broker")], ids=str)
def test_a_file_and_its_classes_are_named_for_what_they_are(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = [path.stem, *(node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef))]
    assert not [name for name in names if FORBIDDEN.search(name)]


@pytest.mark.parametrize("path", [path for path in FILES if path.is_relative_to(ROOT / "broker")], ids=str)
def test_no_import_hides_inside_a_function(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    hidden = [n for one in functions for n in ast.walk(one) if isinstance(n, ast.Import | ast.ImportFrom)]
    assert hidden == []


def test_one_broad_except_stands_in_the_pipeline_and_nowhere_in_the_rooms_below():
    broad = re.compile(r"except (Base)?Exception\b")
    found = {
        str(path.relative_to(ROOT / "broker"))
        for path in (ROOT / "broker").rglob("*.py")
        if broad.search(path.read_text(encoding="utf-8"))
    }
    # pipeline: a bug refuses. edge: the SDK would send other exceptions' text. sequencer and journal: whatever a work
    # raises goes to its caller alone, and an intent is closed whatever ends it.
    assert found <= {"pipeline.py", "edge/mcp_server.py", "audit/sequencer.py", "audit/journal.py"}


def test_the_floors_hold(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == 0
