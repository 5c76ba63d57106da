"""A server that speaks by hand on its standard streams, in any version and with any misbehaviour.

`python -m tests.upstreams.scripted SCRIPT`, a JSON object: `version`; `heard`, a file that gets every line it reads;
`before`, lines that it writes first; `words`, for its standard error; `opening`: answers, silent or dies, or at what
it does not know: picky (it dies) or deaf; `stays` though its input is closed, until it is told to go, or `for ever`;
`offers`, its capabilities; `lists`, a file that says what it lists, `endless` pages, or `mute`.
"""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.upstreams import speech

IGNORES = "[signal.signal(one, signal.SIG_IGN) for one in (1, 2, 15)]"
STUBBORN = f"import signal, time; {IGNORES}; print(flush=True); time.sleep(600)"


class Scripted:
    def __init__(self, script):
        self.version = script.get("version", speech.MODERN)
        self.script = script
        self.heard = Path(script["heard"]).open("a", buffering=1)  # noqa: SIM115 - for life
        self.subscription = None

    def serve(self):
        sys.stderr.write(self.script.get("words", ""))
        sys.stderr.flush()
        self.raw("".join(self.script.get("before", ())))
        for line in sys.stdin:
            self.heard.write(line)
            message = json.loads(line)
            if "method" in message:
                self.take(message, message["method"], message.get("params", {}))
        if self.script.get("stays"):  # though its input is closed
            if self.script["stays"] == "for ever":
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(600)

    def take(self, message, method, params):
        number = message.get("id")
        if method in ("server/discover", "initialize"):
            self.open(method, number)
        elif method in speech.LISTS:
            self.list(method, number, params)
        elif method == "subscriptions/listen":
            self.subscription = number
            self.write(speech.acknowledged(message))
        elif method == "tools/call":
            self.call(number, params["name"], params.get("arguments", {}), params.get("_meta", {}))
        elif method == "resources/read":
            said = [{"uri": params["uri"], "text": "read"}]
            cached = {"ttlMs": 0, "cacheScope": "public"} if self.version == speech.MODERN else {}
            self.write(speech.answered(number, speech.result(self.version, contents=said, **cached)))
        elif method == "prompts/get":
            said = [{"role": "user", "content": {"type": "text", "text": json.dumps(params["arguments"])}}]
            self.write(speech.answered(number, speech.result(self.version, messages=said)))
        elif method == "completion/complete":
            said = {"values": [params["argument"]["value"] + "!"]}
            self.write(speech.answered(number, speech.result(self.version, completion=said)))
        elif number is not None:
            self.write(speech.refused(number))

    def open(self, method, number):
        how = self.script.get("opening", "answers")
        said = speech.opening(self.version, method, self.script.get("offers", speech.OFFERS))
        if how == "dies" or (how == "picky" and said is None):
            sys.exit(3)
        if how != "silent" and not (how == "deaf" and said is None):
            self.write(speech.refused(number) if said is None else speech.answered(number, said))

    def list(self, method, number, params):
        how = self.script.get("lists")
        if how == "mute":
            return
        listed, cursor = speech.NAMED[method], None
        if how == "endless":
            cursor = str(int(params.get("cursor", "0")) + 1)
            listed = [{**one, "name": one["name"] + cursor, "uri": "x:" + cursor} for one in listed]
        elif how is not None and method == "tools/list":
            listed = json.loads(Path(how).read_text())
        self.write(speech.answered(number, speech.page(self.version, method, listed, cursor)))

    def call(self, number, name, arguments, meta):
        if name == "echo":
            self.write(speech.answered(number, speech.text(self.version, arguments.get("text", ""))))
        elif name == "say":  # texts and how often, for standard output as they are
            for part, times in arguments["parts"]:
                said = part.replace("ID", str(number)).replace("TOKEN", str(meta.get("progressToken")))
                for _ in range(times):
                    self.raw(said.replace("SUBSCRIPTION", json.dumps(self.subscription)))
            if arguments.get("stuck"):
                time.sleep(600)
        elif name == "die":
            os._exit(3)
        elif name == "nap":  # and nothing else meanwhile
            time.sleep(arguments["seconds"])
            self.write(speech.answered(number, speech.text(self.version, "rested")))
        elif name == "environ":
            self.write(
                speech.answered(number, speech.text(self.version, json.dumps([dict(os.environ), str(Path.cwd())])))
            )
        elif name == "born":  # a child of its own that nothing but a kill ends
            child = subprocess.Popen([sys.executable, "-c", STUBBORN], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
            child.stdout.readline()
            self.write(speech.answered(number, speech.text(self.version, f"{os.getpid()} {child.pid}")))

    def write(self, message):
        self.raw(json.dumps(message) + "\n")

    def raw(self, said):
        sys.stdout.write(said)
        sys.stdout.flush()


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError, KeyboardInterrupt):
        Scripted(json.loads(sys.argv[1])).serve()
