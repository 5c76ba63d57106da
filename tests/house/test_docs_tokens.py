"""The page of the token's format says what the code does: claims, caps, and the block that it makes by hand."""

import re
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from broker.catalog import block, json_tree, narrowing
from broker.grants import identify
from broker.model.chain import Chain
from broker.tokens import chain, dpop
from tests.token_chains import ISSUERS, ROOT
from tests.vectors.tokens.hand import public, seed

PAGE = (Path(__file__).parents[2] / "docs" / "token-format.md").read_text(encoding="utf-8")


def table(heading):
    """claim -> its row, of the first table below a heading."""
    rows = PAGE.split(f"{heading}\n", 1)[1].split("| claim", 1)[1].split("\n\n", 1)[0].splitlines()
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows if row.startswith("| `")]
    return {name.strip("`"): row for name, *row in cells}


@pytest.mark.requirement("pages")
def test_every_claim_stands_on_the_page_and_no_other():
    assert set(table("### The root")) == identify._CLAIMS
    assert set(table("### A block")) == block._KNOWN
    assert {name for name, row in table("### A block").items() if row[1] == "yes"} == block._ALL
    assert set(table("## The proof")) == dpop._CLAIMS


@pytest.mark.requirement("pages")
@pytest.mark.parametrize(
    "said",
    [
        f"at most {chain.MAX_BYTES:,} bytes. It has at most {chain.MAX_BLOCKS} blocks",
        f"at most {narrowing.MOST} values",
        f"at most {narrowing.MOST_GLOBS} globs of {narrowing.MOST_OF_GLOBS} characters",
        f"together; and {json_tree.MAX_DEPTH}",
        f"It is at most {dpop.MAX_BYTES:,} bytes",
        f"at most {dpop.SKEW} before or after the broker's clock",
        "1 to 64 of `A-Z a-z 0-9 - _`",
    ],
)
def test_every_cap_on_the_page_is_the_one_of_the_code(said):
    assert said in PAGE


@pytest.mark.requirement("pages")
def test_the_block_that_the_page_makes_by_hand_is_one():
    made = {}
    exec(re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)[1], made)
    key = Ed25519PrivateKey.from_private_bytes(seed("holder 0"))
    token = made["attenuate"](ROOT, key, public("holder 1"), tools={"crm.read": {"args": {"id": "..50"}}})
    found = chain.verify(token, ISSUERS)
    assert isinstance(found, Chain)
    assert block.misfit(found.blocks[0]) is None
