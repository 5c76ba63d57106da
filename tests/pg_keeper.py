"""A PostgreSQL server that lives as long as somebody holds this process's stdin open, and leaves nothing behind.

`python -m tests.pg_keeper BIN PORT` says the folder of its socket on stdout once the server answers there. Whoever
started it may be killed in any way: the end of a pipe is what the kernel itself tells.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

# A test's data need not survive a power cut; a quarter of the time goes into surviving one.
SETTINGS = {
    "autovacuum": "off",
    "dynamic_shared_memory_type": "mmap",  # in its own folder, which is removed
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "60",
    "max_wal_senders": "0",
    "scram_iterations": "1000",
    "shared_buffers": "32MB",
    "synchronous_commit": "off",
    "wal_level": "minimal",
}
# The admin by the socket alone and without a password, everyone else by a password, as on a real server.
HBA = "local all postgres trust\nlocal all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n"
_ENOUGH = 1 << 30
_LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-locale")
_QUIET = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL}


def main():
    programs, port = Path(sys.argv[1]), sys.argv[2]
    home = Path(tempfile.mkdtemp(prefix="broker-pg-", dir=_memory()))
    data = home / "data"
    who = _who(home)
    try:
        _run(who, programs / "initdb", "-D", data, "-U", "postgres", "-E", "UTF8", "-N", "-A", "trust", *_LOCALE)
        (data / "pg_hba.conf").write_text(HBA, encoding="ascii")
        said = {**SETTINGS, "port": port, "unix_socket_directories": str(home)}
        with (data / "postgresql.conf").open("a", encoding="ascii") as settings:
            settings.writelines(f"{name} = '{value}'\n" for name, value in said.items())
        words = [str(programs / "postgres"), "-D", str(data)]
        with subprocess.Popen(words, stderr=subprocess.PIPE, cwd="/", **_QUIET, **who) as server:
            watcher = threading.Thread(target=_watch, args=(server.stderr, home))
            watcher.start()
            try:
                sys.stdin.read()
            finally:
                server.send_signal(signal.SIGQUIT)  # at once: nothing of it is kept
                watcher.join()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _watch(said, home):
    """What the server says goes into its log; that it is ready is told to whoever waits, that it never was as well."""
    was_ready = False
    with (home / "log").open("wb") as log:
        for line in said:
            log.write(line)
            log.flush()
            if b"ready to accept connections" in line and not was_ready:
                was_ready = True
                sys.stdout.write(f"{home}\n")
                sys.stdout.flush()
    if not was_ready:
        sys.stderr.write((home / "log").read_text(encoding="utf-8"))
        os.close(sys.stdout.fileno())


def _memory():
    """A database is 300 files: made in memory, where there is enough of it, in a tenth of the time."""
    shared = Path("/dev/shm")
    return shared if shared.is_dir() and shutil.disk_usage(shared).free > _ENOUGH else None


def _who(home):
    """PostgreSQL does not run as root; then it is nobody, who must reach its programs and its folder."""
    home.chmod(0o711)
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(home, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _run(who, *words):
    subprocess.run([str(word) for word in words], check=True, cwd="/", **_QUIET, **who)


if __name__ == "__main__":
    main()
