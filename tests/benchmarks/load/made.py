"""A service with resources and a Postgres of its own, for as long as a measurement takes."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from load.installed import ENVIRON

SVCGEN = Path(sys.executable).with_name("svcgen")
INVOICE = (
    "invoice number:str:unique amount:decimal:12,2 due:date:optional paid:bool:default=false "
    "status:enum:draft,sent,paid"
)
# An invoice, for POST.
A_ROW = b'{"number": "1", "amount": "10.00", "status": "draft"}'
VERSIONS = """
import platform
from importlib.metadata import version
packages = [f"{name} {version(name)}" for name in ("fastapi", "uvicorn", "sqlalchemy")]
print("Python " + platform.python_version(), *packages, sep=", ")
"""
API_KEY = "key-of-the-benchmarks"


@dataclass(frozen=True)
class Service:
    """A service that `svcgen new` made."""

    path: Path
    database_url: str
    postgres_pid: int

    @property
    def environ(self) -> Mapping[str, str]:
        """What it needs to run, and nothing that its .env could add."""
        own = {"DATABASE_URL": self.database_url, "API_KEY": API_KEY}
        return {**ENVIRON, **own, "PYTHONPATH": str(self.path)}

    def command(self, program: str, *arguments: str | Path) -> list[str]:
        """Return the command line of a program of its virtual environment."""
        return [str(self.path / ".venv" / "bin" / program), *map(str, arguments)]

    def versions(self) -> str:
        """Return the versions of Postgres, of its Python and of the packages that answer requests."""
        postgres = [f"/proc/{self.postgres_pid}/exe", "--version"]
        python = self.command("python", "-c", VERSIONS)
        lines = [subprocess.run(one, capture_output=True, text=True, check=True).stdout for one in (python, postgres)]
        return ", ".join(line.strip() for line in lines)

    def migrate(self) -> None:
        """Bring the database to the newest migration."""
        environ = {**self.environ, "LOG_LEVEL": "ERROR"}
        subprocess.run(self.command("alembic", "upgrade", "head"), cwd=self.path, env=environ, check=True)


@contextmanager
def service(*resources: str) -> Iterator[Service]:
    """Make a service with these resources, and a database that is at its newest migration."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "billing"
        specs = [argument for resource in resources for argument in ("--resource", resource)]
        command = [str(SVCGEN), "new", "billing", str(path), "--defaults", "--quiet", *specs]
        subprocess.run(command, env=ENVIRON, check=True)
        with _postgres(path) as (url, pid):
            made = Service(path, url, pid)
            made.migrate()
            yield made


@contextmanager
def _postgres(path: Path) -> Iterator[tuple[str, int]]:
    """Run the Postgres that the service's own tests use, and return its URL and its process id."""
    command = [str(path / ".venv" / "bin" / "python"), "-I", str(path / "scripts" / "supervisor.py"), "5432"]
    with subprocess.Popen(command, env=ENVIRON, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout
        folder = supervisor.stdout.readline().split()[1]
        yield f"postgresql://postgres@/postgres?host={folder}", int(Path(folder, "pid").read_text())
