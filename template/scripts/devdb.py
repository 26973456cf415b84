"""Run a local Postgres without Docker, at the DATABASE_URL of .env, until Ctrl-C or SIGTERM: uv run scripts/devdb.py.

While it runs, open the bundled psql in another terminal: uv run scripts/devdb.py psql. What follows is passed on to psql:
uv run scripts/devdb.py psql -c "SELECT 1". The data is kept in .devdb/; delete that directory to start over.
"""

import argparse
import asyncio
import os
import signal
import socket
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

import asyncpg
from sqlalchemy import URL

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.settings import get_settings
from scripts.postgres import Server, running
from scripts.supervisor import is_open, wheel_programs

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / ".devdb"
PORT = 5432


def database_url() -> URL:
    os.chdir(ROOT)  # .env is there
    url = get_settings().database_url
    if url.host not in {"localhost", "127.0.0.1", "::1"}:
        sys.exit(f"DATABASE_URL has the host {url.host!r}, but devdb.py serves localhost only. Change it in .env")
    return url.set(port=url.port or PORT)


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
        host=str(server.socket_folder), port=url.port, user="postgres", database="postgres"
    )
    for query, create, name in (
        ("SELECT 1 FROM pg_roles WHERE rolname = $1", "CREATE ROLE %I SUPERUSER LOGIN", url.username),
        ("SELECT 1 FROM pg_database WHERE datname = $1", "CREATE DATABASE %I", url.database),
    ):
        if name and not await connection.fetchval(query, name):
            await connection.execute(await connection.fetchval("SELECT format($1, $2::text)", create, name))
    await connection.close()


def serve(url: URL, port: int) -> NoReturn:
    if is_taken(port):
        sys.exit(
            f"Port {port} is taken, perhaps by the Postgres of another service. Set a free POSTGRES_PORT in .env,"
            " or a free port in its DATABASE_URL"
        )
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        # A shell ignores the others for `&` and nohup.
        if number == signal.SIGTERM or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda *_: sys.exit())
    cluster = data()
    with running(cluster, port) as server:
        asyncio.run(create_database(server, url))
        print(f"Postgres is ready at {url}, its log is {cluster / 'log'}; Ctrl-C stops it", flush=True)
        server.supervisor.wait()
    sys.exit(f"Postgres has ended, see {cluster / 'log'}")


def psql(url: URL, port: int, arguments: list[str]) -> NoReturn:
    if not is_taken(port):
        sys.exit(f"No Postgres is running on port {port}. Start it in another terminal: uv run scripts/devdb.py")
    program = wheel_programs() / "psql"
    parts = {"HOST": url.host, "PORT": port, "USER": url.username, "PASSWORD": url.password, "DATABASE": url.database}
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    environ |= {f"PG{name}": str(value) for name, value in parts.items() if value}
    os.execve(program, [str(program), *arguments], environ)  # noqa: S606  # it runs psql itself


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("command", nargs="?", choices=["psql"], help="open psql instead of running Postgres")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="passed on to psql")
    given = parser.parse_args()
    url = database_url()
    if given.command:
        psql(url, url.port or PORT, given.arguments)
    serve(url, url.port or PORT)


if __name__ == "__main__":
    main()
