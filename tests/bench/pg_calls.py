"""What a call of a named query costs on a PostgreSQL of this machine: `python -m tests.bench.pg_calls [CALLS]`.

Each call has a connection of its own, so most of it is SCRAM and the start of a process on the server.
"""

import os
import sys
import time
from pathlib import Path
from statistics import median

from broker.adapters.sql.engines import engine
from tests import pg, pg_shop

CALLS = 200


def main():
    calls = int(sys.argv[1]) if len(sys.argv) > 1 else CALLS
    os.environ[pg.PASSWORD_ENV] = pg.PASSWORD
    with pg.serving() as server, server.database() as database:
        # As PostgreSQL makes passwords where nobody says otherwise.
        database.run(f"SET scram_iterations = 4096; {pg_shop.SCHEMA}")
        for way, url in (("TCP", database.url(pg_shop.ROLE)), ("socket", database.socket_url(pg_shop.ROLE))):
            found = engine({"url": url, "password": f"env:{pg.PASSWORD_ENV}"}, Path("/"))
            report(way, "connect alone", calls, lambda found=found: found._connect(5).close())
            read = pg_shop.order("SELECT title AS x FROM product WHERE sku = $1", ["a"])
            report(way, "read of one row", calls, lambda found=found, read=read: done(found.run(read)))
            many = pg_shop.order("SELECT g AS x FROM generate_series(1, 500) AS g", rows=500)
            report(way, "read of 500 rows", calls, lambda found=found, many=many: done(found.run(many)))
            write = pg_shop.order("UPDATE product SET title = $1 WHERE sku = 'a'", ["x"], names=(), max_affected=1)
            report(way, "write of one row", calls, lambda found=found, write=write: done(found.run(write)))


def done(run):
    run()
    assert hasattr(run.outcome, "value"), run.outcome


def report(way, what, calls, call):
    took = sorted(timed(call) for _ in range(calls))
    sys.stdout.write(f"{way:8}{what:18}{median(took):7.2f} ms median {took[0]:7.2f} ms at best\n")


def timed(call):
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
