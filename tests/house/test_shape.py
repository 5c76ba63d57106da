"""Files are short, each opens with a sentence, and the floors hold."""

import ast
import re
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[2]
FILES = sorted(path for part in ("broker", "tests", "examples") for path in (ROOT / part).rglob("*.py"))
LIMIT = 300
FORBIDDEN = re.compile(r"Manager|Helper|Util|Service|Handler(?![a-z])|^Data$|^Info$|Processor$")


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
    assert not [name for name in names if FORBIDDEN.search(name[:1].upper() + name[1:])]


@pytest.mark.parametrize("path", [path for path in FILES if path.is_relative_to(ROOT / "broker")], ids=str)
def test_no_import_hides_inside_a_function(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    hidden = [n for one in functions for n in ast.walk(one) if isinstance(n, ast.Import | ast.ImportFrom)]
    assert hidden == []


def swallows(path):
    """Every place that catches whatever comes and does not raise it again."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        broad = any(one is None or getattr(one, "id", "") in {"Exception", "BaseException"} for one in caught)
        if broad and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node)):
            yield str(path.relative_to(ROOT / "broker"))


@pytest.mark.requirement("bug-refuses")
def test_whatever_comes_is_caught_in_the_pipeline_alone_and_where_one_work_must_not_harm_another():
    found = {place for path in (ROOT / "broker").rglob("*.py") for place in swallows(path)}
    # pipeline: a bug refuses. sequencer: what one work raises goes to its caller alone; a dead batch latches the log.
    assert found == {"pipeline.py", "audit/sequencer.py"}


@pytest.mark.requirement("floors")
def test_the_floors_hold(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == 0
