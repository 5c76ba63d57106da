"""The real broker over a home of its own, with the shim in front of it: what the suite talks to."""

import sys
from pathlib import Path

import anyio
import uvicorn
from ruamel.yaml import YAML

from broker.main.build import opened
from broker.main.logs import configure
from broker.main.serving import application
from broker.model.asking import Asking
from broker.model.outcome import OpenedTask
from broker.model.task import Principal
from broker.settings import read
from tests.conformance.shim import Names, Shim

_ASKING = Asking(
    scope="transparent",
    principal=Principal(issuer="local", sub="suite"),
    roles=frozenset({"conformance"}),
    actor="suite",
    purpose="conformance",
    parameters={},
)


def names(source):
    """What the suite calls by a server's own name, by the broker's."""
    said = YAML(typ="safe").load(source)
    listed = {**said["tools"], **said["prompts"]}
    outward = {one["upstream"]: f"{said['source']}__{name}" for name, one in listed.items()}
    return Names(outward=outward, scheme="test:", places=f"{said['source']}+")


async def _serve(broker):
    settings = broker.settings
    await broker.journal.recover()
    got = await broker.opening.open_task(_ASKING)
    if not isinstance(got, OpenedTask):
        raise SystemExit(f"no task was opened: {got}")
    source = settings.at(settings.tools) / "fixture" / "source.yaml"
    app = Shim(application(broker), token=got.token, names=names(source))
    config = uvicorn.Config(app, host=settings.server.host, port=settings.server.port, log_level="error")
    await uvicorn.Server(config).serve()


def main(config):
    configure(as_json=True)
    with opened(read(Path(config))) as broker:
        for warning in broker.warnings:
            sys.stderr.write(f"{warning}\n")
        anyio.run(_serve, broker)


if __name__ == "__main__":
    main(*sys.argv[1:])
