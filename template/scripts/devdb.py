"""A local Postgres without Docker, at the DATABASE_URL of .env, until Ctrl-C or SIGTERM: ``uv run scripts/devdb.py``.

It keeps its data in .devdb/; delete that folder to start afresh.
"""

import asyncio
import os
import signal
import socket
import sys
import tempfile
from pathlib import Path

import asyncpg
from sqlalchemy import URL

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.settings import get_settings
from scripts.postgres import Server, running
from scripts.supervisor import is_open

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / ".devdb"
PORT = 5432


def database_url() -> URL:
    os.chdir(ROOT)  # where .env is
    url = get_settings().database_url
    if url.host not in {"localhost", "127.0.0.1", "::1"}:
        sys.exit(f"DATABASE_URL names the host {url.host!r}: this one listens on localhost only")
    return url


def is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("localhost", port)) == 0


def data() -> Path:
    DATA.mkdir(exist_ok=True)
    if is_open(ROOT) or (DATA / "PG_VERSION").exists():
        return DATA
    elsewhere = DATA / "elsewhere"
    if not elsewhere.exists():
        elsewhere.unlink(missing_ok=True)
        elsewhere.symlink_to(tempfile.mkdtemp(prefix=f"{ROOT.name}-devdb-", dir="/var/tmp"))
    return elsewhere.resolve()


async def create_database(server: Server, url: URL) -> None:
    connection = await asyncpg.connect(
        host=str(server.socket_folder), port=url.port or PORT, user="postgres", database="postgres"
    )
    for query, create, name in (
        ("SELECT 1 FROM pg_roles WHERE rolname = $1", "CREATE ROLE %I SUPERUSER LOGIN", url.username),
        ("SELECT 1 FROM pg_database WHERE datname = $1", "CREATE DATABASE %I", url.database),
    ):
        if name and not await connection.fetchval(query, name):
            await connection.execute(await connection.fetchval("SELECT format($1, $2::text)", create, name))
    await connection.close()


def main() -> None:
    url = database_url()
    port = url.port or PORT
    if is_taken(port):
        sys.exit(f"Port {port} is taken, perhaps by another service: give this one another in DATABASE_URL (.env)")
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        # The others are ignored where a script says `&` or nohup.
        if number == signal.SIGTERM or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda *_: sys.exit())
    cluster = data()
    with running(cluster, port) as server:
        asyncio.run(create_database(server, url))
        print(f"Postgres is ready at {url}, its log is {cluster / 'log'}; Ctrl-C stops it", flush=True)
        server.supervisor.wait()
    sys.exit(f"Postgres has ended, see {cluster / 'log'}")


if __name__ == "__main__":
    main()
