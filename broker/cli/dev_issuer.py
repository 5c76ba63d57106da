"""`broker dev-issuer`: a login to try things with, where no OpenID provider is at hand."""

from __future__ import annotations

from typing import Annotated

import typer
import uvicorn

from broker.cli import say
from broker.demo.issuer import CLIENT, DevIssuer
from broker.store.system import SystemClock, SystemIds
from broker.tokens.segment import ALGORITHM

_HOST = "127.0.0.1"


def dev_issuer(
    *,
    port: Annotated[int, typer.Option(min=1, max=65535, help="On this machine alone.")] = 8760,
) -> None:
    """Say of anybody what it is asked to say: for trying things on this machine, and nothing else."""
    url = f"http://{_HOST}:{port}"
    issuer = DevIssuer(url=url, now=SystemClock().now, name=SystemIds().fresh)
    say.note("whoever reaches it can be anybody: never list it where real data is")
    for line in _told(url):
        say.line(line)
    uvicorn.run(issuer.app(), host=_HOST, port=port, log_level="critical", access_log=False, server_header=False)


def _told(url: str) -> list[str]:
    return [
        "# for broker.toml",
        "[[identity.issuers]]",
        f'url = "{url}"',
        f'algorithms = ["{ALGORITHM}"]',
        'roles = {support = "support"}',
        f'delegates = {{{CLIENT} = ["helpdesk-1"]}}',
        "",
        "# a token of maria's, for a broker on its usual port",
        f"curl -sX POST '{url}/token?sub=maria&roles=support&audience=http://127.0.0.1:8750/mcp'",
    ]
