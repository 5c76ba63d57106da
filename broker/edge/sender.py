"""What a request says of who sends it: a bearer token, or a token with a proof of its holder's key."""

from __future__ import annotations

from starlette.requests import Request

from broker.model.chain import Credential
from broker.tokens.dpop import read_proof


def sender(http: Request, url: str, now: float) -> Credential | str:
    """Or, for the record, why its proof is none. `url`: the endpoint as agents reach it; `now`: unix seconds.

    One Authorization header (RFC 6750 2.1, RFC 9449 7.1), and one proof for the scheme that asks for it: with two, two
    readers could take different ones. A proof beside a bearer token is not looked at, and serves for nothing.
    """
    said = http.headers.getlist("authorization")
    scheme, _, token = said[0].partition(" ") if len(said) == 1 else ("", "", "")
    match scheme.lower():
        case "bearer":
            return Credential(token.strip())
        case "dpop":
            proofs = http.headers.getlist("dpop")
            if len(proofs) != 1:
                return "no proof, or two"
            proof = read_proof(proofs[0], method=http.method, url=url, now=now)
            return proof if isinstance(proof, str) else Credential(token.strip(), proof)
        case _:
            return Credential("")
