"""Writes the golden vectors of tokens: `python -m tests.vectors.tokens.make`; what it writes never differs."""

import json
from pathlib import Path

from tests.vectors.tokens import claims, forms, good, proofs
from tests.vectors.tokens.hand import BODY, ISSUER, NAMES, NOW, URL, kid, private

FOLDER = Path(__file__).parent
GIVEN = {
    "now": NOW,
    "issuer": ISSUER,
    "audience": URL,
    "method": "POST",
    "url": URL,
    "body": BODY,
    "skew": 30,
    "issuers": {kid("issuer"): "issuer"},
    "task": {
        "tid": "task-1",
        "sub": "https%3A//idp.example:maria",
        "act": "planner",
        "purpose": "refund",
        "scope": "desk",
        "scope_rev": "rev-1",
        "params": {"ticket": {"value": 42, "said_by": "principal"}},
    },
    "scope": {
        "delegate": 7,
        "tools": {
            "shop.read": {
                "id": {"schema": {"type": "integer"}, "granted": "1..100"},
                "note": {
                    "schema": {"type": "string"},
                    "policy": "identifier",
                    "granted": {"any": True, "optional": True},
                },
            },
            "shop.pay": {"amount": {"schema": {"type": "number"}, "granted": "0.01..100"}},
        },
    },
}


def written():
    """name -> text of each file."""
    made = {
        "given": GIVEN,
        "keys": {name: private(name) for name in NAMES},
        "good": list(good.cases()),
        "forms": list(forms.cases()),
        "claims": list(claims.cases()),
        "proofs": list(proofs.cases()),
    }
    return {f"{name}.json": json.dumps(one, indent=1, ensure_ascii=True) + "\n" for name, one in made.items()}


if __name__ == "__main__":
    for name, text in written().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
