"""Every promise has a test, and every test that is marked proves one."""

import ast
from pathlib import Path

from tests.house.requirements import REQUIREMENTS

TESTS = Path(__file__).parents[1]


def marks(folder=TESTS):
    """(id, file:line) of each `@pytest.mark.requirement("id")`, read from the syntax trees."""
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for one in node.decorator_list:
                if isinstance(one, ast.Call) and ast.unparse(one.func) == "pytest.mark.requirement":
                    place = f"{path.relative_to(folder)}:{node.lineno}"
                    yield from ((ast.literal_eval(argument), place) for argument in one.args)


def test_every_requirement_has_a_test():
    proven = {name for name, _ in marks()}
    assert [one.id for one in REQUIREMENTS if one.id not in proven] == []


def test_every_mark_names_a_requirement():
    known = {one.id for one in REQUIREMENTS}
    assert [(name, place) for name, place in marks() if name not in known] == []


def test_a_requirement_is_a_sentence_of_its_own():
    assert len({one.id for one in REQUIREMENTS}) == len(REQUIREMENTS)
    assert len({one.sentence for one in REQUIREMENTS}) == len(REQUIREMENTS)
    assert [one.id for one in REQUIREMENTS if not one.sentence.endswith(".") or not one.source] == []


def test_a_planted_mark_would_be_seen(tmp_path):
    text = 'import pytest\n\n@pytest.mark.requirement("made-up")\ndef test_it():\n    pass\n'
    (tmp_path / "test_planted.py").write_text(text, encoding="utf-8")
    assert list(marks(tmp_path)) == [("made-up", "test_planted.py:4")]
