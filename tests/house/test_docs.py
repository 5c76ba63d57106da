"""What pages link to is there, what they tell people to type exists, and they are about no machine in particular."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from broker.cli.app import app

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
BLOCK = re.compile(r"^```([a-z]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPOKEN = re.compile(r"`(broker(?: [^`]+)?)`")
OF_A_MACHINE = re.compile(r"(?<![\w.:/])(?:/(?:home|root|work|tmp|Users|opt|srv|mnt|var)/|[A-Z]:\\)")


def named(path):
    return str(path.relative_to(ROOT))


def prose(page):
    return BLOCK.sub("", page.read_text(encoding="utf-8"))


def anchors(page):
    """The headings of a page as links name them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def typed(page):
    """Every `broker ...` that a page tells somebody to type, as words."""
    text = page.read_text(encoding="utf-8")
    shown = [line for language, block in BLOCK.findall(text) if language in {"", "sh"} for line in block.splitlines()]
    steps = [step.strip() for line in shown for step in re.split(r"&&|\|", line)]
    spoken = [" ".join(one.split()) for one in SPOKEN.findall(prose(page))]
    for line in [*steps, *spoken]:
        words = shlex.split(line, comments=True)
        if words[:1] == ["broker"]:
            yield tuple(words[1:])


TYPED = sorted({words for page in PAGES for words in typed(page)})


def command(words):
    """The command that the words name, its own words, and what is left of them."""
    found, own = typer.main.get_command(app()), []
    if words and words[0] in found.list_commands(None):
        name, found, words = found.resolve_command(None, list(words))
        own.append(name)
    if words and words[0] in getattr(found, "commands", {}):
        found, own, words = found.commands[words[0]], [*own, words[0]], words[1:]
    return found, own, words


@pytest.mark.requirement("pages")
@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page):
    lost = []
    for target in LINK.findall(prose(page)):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        there = page if not path else (page.parent / path).resolve()
        if not there.exists() or (anchor and anchor not in anchors(there)):
            lost.append(target)
    assert lost == []


@pytest.mark.requirement("pages")
@pytest.mark.parametrize("words", TYPED, ids=" ".join)
def test_what_a_page_says_to_type_exists(words):
    found, own, rest = command(words)
    assert CliRunner().invoke(app(), [*own, "--help"]).exit_code == 0
    assert not rest or not getattr(found, "commands", {}), f"`broker {' '.join(own)}` has no command `{rest[0]}`"
    known = {"--help", *(option for parameter in found.params for option in parameter.opts)}
    assert [word for word in rest if word.startswith("-") and word.partition("=")[0] not in known] == []


def test_pages_speak_of_commands_at_all():
    assert len(TYPED) > 10


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_page_is_about_no_machine_in_particular(page):
    assert OF_A_MACHINE.findall(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", DECISIONS, ids=named)
def test_a_decision_tells_context_choice_and_price(page):
    headings = re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == ["Context", "Choice", "Given up"]


def test_decisions_are_numbered_without_a_gap():
    assert [int(page.name.partition("-")[0]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_every_dependency_has_its_reason_and_no_other_is_listed():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [one for extra in project["optional-dependencies"].values() for one in extra]
    wanted = {re.split(r"[^\w.-]", one)[0] for one in (*project["dependencies"], *extras)}
    rows = re.findall(r"^\| `([\w.-]+)` \| [^|]+ \| [^|]+ \|$", DECISIONS[1].read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(wanted)
