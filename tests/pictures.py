"""Draws the demo's stories for the README: `make pictures`."""

import io
import sys
from pathlib import Path

from rich.console import Console

from broker.demo import demo
from broker.demo.jobs import Play

FOLDER = Path(__file__).parents[1] / "docs"
PICTURES = {"demo": (Play.SUPPORT,), "demo-analyst": (Play.ANALYST,), "demo-coder": (Play.CODER,)}
WIDTH = 100  # columns


def drawn(name, plays):
    """Whether the story was told as it should be; its picture is only kept then."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, highlight=False)
    told = demo.run(plays, console=console) == 0
    if told:
        picture = console.export_svg(title=f"broker demo --only {plays[0].value}", unique_id=name)
        (FOLDER / f"{name}.svg").write_text("\n".join(line.rstrip() for line in picture.splitlines()) + "\n")
    return told


def main():
    wrong = [name for name, plays in PICTURES.items() if not drawn(name, plays)]
    if wrong:
        sys.exit(f"not as it should be: {', '.join(wrong)}")


if __name__ == "__main__":
    main()
