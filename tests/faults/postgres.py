"""A real Postgres that a test may stop, kill and start again: the embedded one that a service's own suite uses."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from support.running import free_port

# Postgres refuses to run as root; this user is everywhere and owns nothing.
USER = "nobody" if os.geteuid() == 0 else None
PASSWORD = "the-password-of-the-database"  # noqa: S105
SETTINGS = {
    "fsync": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "30",
    "superuser_reserved_connections": "5",  # so that a test can look in when there is no room
    "unix_socket_directories": "",
}


def wait_until(condition: Callable[[], object], what: str, seconds: float = 15) -> None:
    """Poll for something that has to come true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.02)


class Postgres:
    """One cluster on one port, whatever becomes of its process."""

    def __init__(self, programs: Path, data: Path) -> None:
        self.programs = programs
        self.data = data
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.is_as_ever = False
        data.mkdir()
        if USER:
            subprocess.run(["chown", USER, data], check=True)
        self._run("initdb", "--no-sync", "--no-locale", "--encoding=UTF8", "--username=postgres", "--auth=trust", data)

    def _run(self, program: str, *arguments: str | Path) -> None:
        subprocess.run([self.programs / program, *arguments], user=USER, cwd="/", check=True, capture_output=True)

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def url(self, database: str = "app", user: str = "service", port: int | None = None) -> str:
        return f"postgresql://{user}:{PASSWORD}@127.0.0.1:{port or self.port}/{database}"

    def start(self, **settings: str) -> None:
        """Start it, and return when it takes connections."""
        self.launch(**settings)
        wait_until(lambda: self.try_psql("SELECT 1").returncode == 0, "Postgres is up")

    def launch(self, **settings: str) -> None:
        """Start it and do not wait."""
        options: list[str | Path] = [
            f"--{name}={value}" for name, value in {**SETTINGS, "port": str(self.port), **settings}.items()
        ]
        command = [self.programs / "postgres", "-D", self.data, *options]
        self.process = subprocess.Popen(command, user=USER, cwd="/", stderr=subprocess.DEVNULL, start_new_session=True)
        self.is_as_ever = not settings

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT is a fast shutdown, SIGQUIT an immediate one, like a crash."""
        if self.process and self.is_running:
            self.process.send_signal(how)
            self.process.wait(30)

    def restart(self) -> None:
        self.stop()
        self.start()

    def recover(self) -> None:
        """Let it run with its own settings again, if it does not."""
        if not (self.is_running and self.is_as_ever):
            self.restart()

    def try_psql(self, statement: str, database: str = "postgres") -> subprocess.CompletedProcess[str]:
        return subprocess.run(self._psql(database, "-c", statement), capture_output=True, text=True, check=False)

    def refusal(self) -> str:
        """Return what it says to who wants to connect, or nothing."""
        return self.try_psql("SELECT 1").stderr

    def psql(self, statement: str, database: str = "app") -> str:
        """Run a statement as superuser and return what it prints."""
        result = self.try_psql(statement, database)
        assert result.returncode == 0, result.stderr
        return result.stdout.strip()

    def _psql(self, database: str, *arguments: str) -> list[str | Path]:
        return [self.programs / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", self.url(database, "postgres"), *arguments]

    @contextmanager
    def session(self) -> Iterator[Callable[[str], None]]:
        """A session of somebody else, for what happens between two of its statements; rolled back at the end."""
        with subprocess.Popen(
            self._psql("app"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            assert process.stdin
            assert process.stdout
            stdin, stdout = process.stdin, process.stdout

            def execute(statement: str) -> None:
                stdin.write(f"{statement};\n\\echo done\n")
                stdin.flush()
                while (line := stdout.readline()) != "done\n":
                    assert line, f"failed: {statement}"

            try:
                yield execute
            finally:
                process.kill()

    @contextmanager
    def default(self, setting: str) -> Iterator[None]:
        """Let the sessions of the service begin with a setting, such as `lock_timeout = 100`."""
        self.psql(f"ALTER ROLE service SET {setting}")
        self.disconnect()
        try:
            yield
        finally:
            self.psql("ALTER ROLE service RESET ALL")
            self.disconnect()

    def disconnect(self) -> None:
        """End every connection of the service, and wait until Postgres has."""
        self.psql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'service'")

    @contextmanager
    def trigger(self, table: str, when: str, body: str) -> Iterator[None]:
        """Let a statement on a table of the service do more; `when` is "AFTER INSERT", say, or "AT COMMIT"."""
        kind, event, deferral = "TRIGGER", when, ""
        if when == "AT COMMIT":
            kind, event, deferral = "CONSTRAINT TRIGGER", "AFTER INSERT", "DEFERRABLE INITIALLY DEFERRED"
        self.psql(
            f"CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body}; RETURN NEW; END $$;"
            f"CREATE {kind} fault {event} ON {table} {deferral} FOR EACH ROW EXECUTE FUNCTION fault()"
        )
        try:
            yield
        finally:
            self.psql("DROP FUNCTION fault CASCADE")

    def busy(self) -> int:
        """How many statements of the service run, or wait for a lock."""
        return self._statements("true")

    def waiting(self) -> int:
        """How many statements of the service wait for a lock."""
        return self._statements("wait_event_type = 'Lock'")

    def _statements(self, condition: str) -> int:
        service = "FROM pg_stat_activity WHERE usename = 'service' AND state = 'active'"
        return int(self.psql(f"SELECT count(*) {service} AND {condition}"))

    def stored(self, name: str) -> int:
        """How many customers of that name there are."""
        return int(self.psql(f"SELECT count(*) FROM customers WHERE name = '{name}'"))  # noqa: S608
