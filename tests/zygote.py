"""A process that has imported the broker once and becomes a new one by fork: a start in a tenth of the time.

`python -m tests.zygote` reads one JSON object a line. {"argv", "out", "err"}: runs `broker ARGV` in a process group of
its own and says its pid; with "fsize", no file of that process grows beyond so many bytes, as on a full disk.
{"poll": pid}: says its exit code (negative: the signal that ended it), or null while it runs.
"""

import contextlib
import json
import os
import resource
import signal
import sys

from broker.cli import audit, grant, init, serve, task
from broker.cli.app import run

WHAT_COMMANDS_LOAD = (audit, grant, init, serve, task)  # each command loads its own only when it is called


def main():
    alive = set()
    for line in sys.stdin:
        asked = json.loads(line)
        if "poll" in asked:
            said = _polled(asked["poll"])
            if said is not None:
                alive.discard(asked["poll"])
        else:
            said = os.fork()
            if said == 0:
                _become(**asked)
            alive.add(said)
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
    for pid in alive:  # of tests that failed before they could
        os.kill(pid, signal.SIGKILL)


def _polled(pid):
    done, status = os.waitpid(pid, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if done else None


def _become(argv, out, err, fsize=None):
    os.setpgid(0, 0)
    if fsize is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (fsize, fsize))
    for path, at in ((os.devnull, 0), (out, 1), (err, 2)):
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, at)
        os.close(file)
    sys.argv = ["broker", *argv]
    code = 70
    try:
        run()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
