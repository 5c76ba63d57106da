"""What docs/identity.md tells a new user to write, taken out of the page itself."""

import re
from pathlib import Path

_PAGE = Path(__file__).parents[2] / "docs" / "identity.md"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_MARIA = re.compile(r"^def maria\(\):.*?\n\n", re.MULTILINE | re.DOTALL)
BROKER, PROVIDER, BACK = 8750, 8770, 8771  # the ports that the page names


def programs(ports):
    """Name -> text. `ports`: what stands for each of the page's own."""
    blocks = _BLOCK.findall(_PAGE.read_text(encoding="utf-8"))
    named = {text.split()[1]: text for _, text in blocks if re.match(r"(#|//) \w+\.(py|mjs)\n", text)}
    parts = [text for kind, text in blocks if kind == "toml" and "[[identity.issuers]]" in text]
    agents = parts[0].partition("[[identity.agents]]")
    found = {
        **named,
        "identity.toml": parts[1] + agents[1] + agents[2],
        "agent.py": _MARIA.sub(named["maria.py"].partition("\n")[2] + "\n", named["agent.py"]),
    }
    return {name: _at(ports, text) for name, text in found.items()}


def _at(ports, text):
    for usual, port in ports.items():
        text = text.replace(str(usual), str(port))
    return text
