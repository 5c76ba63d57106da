"""Files of one MCP source and what was approved of its server, as the catalog reads them; nothing is started."""

from datetime import date

from broker.adapters.mcp.kind import Mcp
from broker.catalog import pins
from broker.catalog.catalog import load
from broker.model.faults import ConfigError
from broker.settings import Settings

TODAY = date(2026, 11, 24)
HEAD = """source: far
kind: mcp
description: A server of somebody else's.
owner: tests
risk: low
review_by: 2099-12-31
state: active
"""
REACH = """vendor: {name: somebody}
url: https://mcp.vendor.example/mcp
"""
TOOLS = """tools:
  look:
    upstream: look
    description: Looks.
    effect: read
    authority: none
    returns: {text: free-text}
"""
LOOK = {"name": "look", "description": "Its own words.", "inputSchema": {"type": "object", "properties": {"at": {}}}}


class Files:
    """A home with one source `far`."""

    def __init__(self, root):
        self.root = root
        (root / "scopes").mkdir()
        (root / "tools" / "far").mkdir(parents=True)
        self.kind = Mcp(root=root)
        self.write(TOOLS)
        self.approve(tools=[LOOK])

    def write(self, text, reach=REACH):
        (self.root / "tools/far/source.yaml").write_text(HEAD + reach + text)

    @property
    def pins(self):
        return self.root / "tools/far/pins.json"

    def approve(self, runs=None, **lists):
        """`lists`: list -> the entries of it."""
        held = {
            kind: {one[pins.NAMES[kind]]: pins.essence(kind, one) for one in listed} for kind, listed in lists.items()
        }
        self.pins.write_bytes(pins.written("far", pins.Pins(runs=runs, held=held)))

    def load(self, environ=None):
        self.kind = Mcp(root=self.root)
        return load(Settings(root=self.root), {"mcp": self.kind}, TODAY, environ or {})

    def spec(self, name="far.look"):
        return self.load()[0].spec(name)

    def problems(self, environ=None):
        """What is wrong, without the file's name and place."""
        try:
            self.load(environ)
        except ConfigError as error:
            return [f"{one.field}: {one.expected}; {one.mend}".removesuffix("; ") for one in error.problems]
        return []

    @property
    def warnings(self):
        return self.load()[1]
