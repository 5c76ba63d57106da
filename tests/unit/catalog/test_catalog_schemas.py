"""Do the schemas that editors read say what the parsers say?"""

from pathlib import Path

import jsonschema_rs
import pytest

from broker.catalog import keys
from broker.catalog.report import Report
from broker.catalog.scalars import typed
from broker.catalog.schemas import FILES, schema
from broker.catalog.yaml_text import parse

ROOT = Path(__file__).parents[3]
FOLDERS = (ROOT / "tests" / "vectors" / "catalog" / "house", ROOT / "tools", ROOT / "scopes")
SOUND = sorted(path for folder in FOLDERS for path in folder.rglob("*.yaml"))
BROKEN = ROOT / "tests" / "vectors" / "catalog" / "broken"


def kind(path):
    return "source" if path.stem.startswith("source") else "cases" if path.stem.endswith(".cases") else "scope"


def document(path):
    return typed(parse(path.read_bytes(), Report("x")), None)


@pytest.mark.requirement("editor-schema")
@pytest.mark.parametrize("path", SOUND, ids=[path.relative_to(ROOT).as_posix() for path in SOUND])
def test_a_sound_file_fits_its_schema(path):
    jsonschema_rs.Draft202012Validator(schema(kind(path))).validate(document(path))


@pytest.mark.requirement("editor-schema")
@pytest.mark.parametrize("name", ["scope-keys", "scope-later", "scope-arguments", "source-keys", "source-kind-mcp"])
def test_a_broken_file_does_not_fit_it(name):
    path = BROKEN / f"{name}.yaml"
    assert not jsonschema_rs.Draft202012Validator(schema(kind(path))).is_valid(document(path))


@pytest.mark.parametrize("name", FILES)
def test_a_schema_is_a_schema_and_every_name_in_it_is_defined(name):
    whole = schema(name)
    jsonschema_rs.meta.validate(whole)
    refs = set(_refs(whole))
    assert refs <= {f"#/$defs/{form}" for form in whole["$defs"]}


TABLES = [name for name in vars(keys) if name.isupper()]


@pytest.mark.parametrize("name", TABLES)
def test_every_key_of_the_parsers_has_a_shape_and_a_sentence(name):
    forms = schema("scope")["$defs"]
    for word, key in getattr(keys, name).items():
        assert key.form in forms, word
        assert key.about, word


def test_a_key_that_is_not_available_yet_is_not_offered():
    assert "flow" in keys.SCOPE
    assert "flow" not in schema("scope")["properties"]
    assert set(schema("scope")["properties"]) == {name for name, key in keys.SCOPE.items() if not key.later}


def _refs(node):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for inner in node.values():
            yield from _refs(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _refs(inner)
