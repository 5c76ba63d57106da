"""A real OpenID provider in front of a started broker, word for word as docs/identity.md says: `make check-issuers`.

Its users' tokens open tasks and call tools, its keys are followed when they change, and every other token that it gives
is refused. Exit code 0: all of it is so. 2: the provider cannot be installed.
"""

import re
import socket
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from rich.console import Console
from rich.text import Text

from broker.demo.shop import build
from tests.clients.environments import EnvironmentFault
from tests.issuers.page import BACK, BROKER, PROVIDER, programs
from tests.issuers.provider import Provider, installed
from tests.issuers.story import Check, Story
from tests.plenty import plenty
from tests.served import until

_ROOT = Path(__file__).parents[2]
_WHYS = (
    *("not an access token", "for another audience", "an issuer that is not listed", "another signature"),
    *("signed by no key that is known", "it says of a client and of no user"),
)


def _ports(names):
    """A free one for each; held until all are found."""
    with ExitStack() as stack:
        held = [stack.enter_context(closing(socket.create_server(("127.0.0.1", 0)))) for _ in names]
        return {name: one.getsockname()[1] for name, one in zip(names, held, strict=True)}


def _broker(*words):
    words = [sys.executable, "-m", "broker", *map(str, words)]
    return subprocess.run(words, cwd=_ROOT, capture_output=True, text=True, check=True).stdout


def _home(folder, written, port):
    """As a new user makes it: init, a key for the agent, and what the page says of identity."""
    _broker("init", folder)
    build(folder / "data")
    plenty(folder / "broker.toml")
    (folder / "agent.pub").write_text(_broker("key", folder / "agent.key"))
    for name in ("agent.py", "sign_in.py"):
        (folder / name).write_text(written[name])
    config = folder / "broker.toml"
    text = config.read_text().replace("# port = 8750", f"port = {port}")
    config.write_text(text + "\n" + written["identity.toml"])
    return config


@contextmanager
def _serving(config, port):
    with (config.parent / "serve.txt").open("wb") as said:
        words = [sys.executable, "-m", "broker", "serve", "--config", str(config)]
        process = subprocess.Popen(words, cwd=_ROOT, stdout=said, stderr=said)
        try:
            until(lambda: process.poll() is not None or _listens(port))
            if process.returncode is not None:
                raise RuntimeError((config.parent / "serve.txt").read_text())
            yield f"http://127.0.0.1:{port}/mcp"
        finally:
            process.terminate()
            process.wait()


def _listens(port):
    with closing(socket.socket()) as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def _checked(folder, node):
    ports = _ports((BROKER, PROVIDER, BACK))
    written = programs(ports)
    beside = folder / "provider"
    beside.mkdir()
    provider = Provider(
        node=node,
        folder=beside,
        text=written["provider.mjs"],
        url=f"http://127.0.0.1:{ports[PROVIDER]}",
        back=f"http://127.0.0.1:{ports[BACK]}/signed-in",
    )
    config = _home(folder / "home", written, ports[BROKER])
    with _serving(config, ports[BROKER]) as url:
        checks = Story(provider=provider, folder=config.parent, url=url).run()
    return [*checks, *_recorded(config.parent / "data" / "broker.db")]


def _recorded(database):
    """Outside they all heard the same; why it was lies in the log, in our own words."""
    with closing(sqlite3.connect(database)) as db:
        log = "\n".join(body.decode() for (body,) in db.execute("SELECT body FROM entry ORDER BY seq"))
    missing = [why for why in _WHYS if f"subject: {why}" not in log]
    yield Check("each reason is on record", f"not there: {missing}" if missing else "")
    tokens = re.findall(r"eyJ[\w-]{20,}", log)
    yield Check("no part of a token is", f"{len(tokens)} are" if tokens else "")


def main():
    console = Console()
    try:
        with console.status("environment of npm"):
            node = installed()
    except EnvironmentFault as fault:
        console.print(Text(str(fault), "red"))
        return 2
    with console.status("the provider and the broker"), tempfile.TemporaryDirectory() as folder:
        checks = _checked(Path(folder), node)
    for one in checks:
        console.print(Text("✗ " if one.trouble else "✓ ", "bold red" if one.trouble else "green") + Text(one.what))
        if one.trouble:
            console.print(Text(one.trouble, "red"))
    return int(any(one.trouble for one in checks))


if __name__ == "__main__":
    sys.exit(main())
