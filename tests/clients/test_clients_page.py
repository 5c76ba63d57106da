"""The page for agent builders and what is checked say the same."""

import json
import re

from tests.clients.roster import BOTH, CLIENTS, ERAS, HERE

PAGE = (HERE.parents[1] / "docs" / "agents.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\S+?)`[^|]* \| ([\d.]+) \| (\S+) \| .+ \| \[(\S+)\]\(\S+\) \|$", re.MULTILINE)


def pinned(name, environment):
    """The version of a package that is installed."""
    manifest = HERE / "npm" / environment / "package-lock.json"
    if manifest.exists():
        return json.loads(manifest.read_text())["packages"][f"node_modules/{name}"]["version"]
    locked = (HERE / "requirements" / f"{environment}.txt").read_text()
    return re.search(rf"^{re.escape(name)}(?:-slim)?==(\S+)", locked, re.MULTILINE)[1]


def test_every_client_stands_on_the_page_with_the_version_and_the_protocol_that_are_checked():
    rows = {program: (name, version, protocol) for name, version, protocol, program in ROW.findall(PAGE)}
    assert sorted(rows) == sorted(one.program for one in CLIENTS)
    for one in CLIENTS:
        name, version, protocol = rows[one.program]
        assert version == pinned(name, one.environment)
        assert protocol == ("both" if one.eras == BOTH else ERAS[one.eras[0]])


def test_what_is_asked_for_is_what_is_locked():
    for asked in (HERE / "requirements").glob("*.in"):
        wanted = {re.sub(r"\[.*\]", "", line) for line in asked.read_text().split()}
        assert wanted <= set(asked.with_suffix(".txt").read_text().split())


def test_no_lock_names_the_host_it_came_from():
    locks = list((HERE / "npm").glob("*/package-lock.json"))
    assert len(locks) == 3
    assert not [lock for lock in locks if '"resolved"' in lock.read_text()]
