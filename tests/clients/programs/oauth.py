"""How a Python client comes in by OAuth: the SDK's own provider and the agent's key, and no more than the URL."""

import json
import os

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt import PyJWK
from mcp.client.auth.extensions.client_credentials import PrivateKeyJWTOAuthProvider, SignedJWTParameters
from story import URL


class Kept:
    """What a client keeps of tokens: in memory."""

    def __init__(self):
        self._tokens = None

    async def get_tokens(self):
        return self._tokens

    async def set_tokens(self, tokens):
        self._tokens = tokens

    async def get_client_info(self):
        return None

    async def set_client_info(self, info):
        raise AssertionError(f"nobody registers here: {info}")


def pem(jwk):
    """What `broker key` wrote, in the form that the SDK takes."""
    key = PyJWK(json.loads(jwk), algorithm="EdDSA").key
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def auth():
    """An auth object for the client's HTTP library; None where it comes in with a token."""
    name = os.environ["BROKER_AGENT"]
    if os.environ["BROKER_WAY"] != "oauth":
        return None
    key = os.environ["BROKER_KEY"]
    said = SignedJWTParameters(issuer=name, subject=name, signing_key=pem(key), signing_algorithm="EdDSA")
    # Which scope it wants is its registration's: a client of this SDK names none before it is asked to.
    return PrivateKeyJWTOAuthProvider(
        URL, Kept(), name, said.create_assertion_provider(), issuer=URL.removesuffix("/mcp")
    )
