"""`docker compose up`: the database, then the migrations, then the service."""

import re
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shutil import copytree
from subprocess import CompletedProcess

import pytest

from image.conftest import Render, docker, needs_docker
from support.running import free_port

pytestmark = needs_docker
REVISION = """
from alembic import op

revision, down_revision, branch_labels, depends_on = "0001", None, None, None


def upgrade() -> None:
    op.execute("{statement}")
"""


@dataclass(frozen=True)
class Project:
    """A service whose published ports no other one has."""

    path: Path
    port: int

    def compose(self, *arguments: str, check: bool = True) -> CompletedProcess[str]:
        return docker("compose", f"--file={self.path / 'compose.yaml'}", *arguments, check=check)

    def state(self, service: str, field: str) -> str:
        return docker("inspect", f"--format={{{{.State.{field}}}}}", f"aa-{service}-1").stdout.strip()

    def time(self, service: str, field: str) -> datetime:
        # Nanoseconds are more than Python 3.11 takes.
        return datetime.fromisoformat(re.sub(r"(\.\d{6})\d*", r"\1", self.state(service, field)))

    def is_ready(self) -> bool:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2).close()
        except OSError:  # an HTTPError is one, too
            return False
        return True


@pytest.fixture
def project(rendered: Render, tmp_path: Path) -> Iterator[Project]:
    project = Project(tmp_path / "service", free_port())
    copytree(rendered("fly", "3.13").path, project.path)
    text = (project.path / ".env.example").read_text(encoding="utf-8")
    text = text.replace("\nPORT=8000", f"\nPORT={project.port}").replace("PORT=5432", f"PORT={free_port()}")
    (project.path / ".env").write_text(text, encoding="utf-8")
    yield project
    project.compose("down", "--volumes", "--remove-orphans")


def add_migration(project: Project, statement: str) -> None:
    file = project.path / "alembic" / "versions" / "0001_first.py"
    file.write_text(REVISION.format(statement=statement), encoding="utf-8")


def test_config_is_clean(project: Project) -> None:
    config = project.compose("config", "--quiet")

    assert config.stdout + config.stderr == ""


def test_up(project: Project) -> None:
    """Everything is there when the service starts, and it is ready soon after."""
    add_migration(project, "CREATE TABLE migrated (id int)")
    project.compose("up", "--detach", "--build")
    while not project.is_ready():
        assert project.state("app", "Status") == "running", project.compose("logs", "app").stdout
        time.sleep(0.1)

    assert project.state("migrate", "ExitCode") == "0"
    assert project.time("db", "StartedAt") < project.time("migrate", "StartedAt")
    assert project.time("migrate", "FinishedAt") < project.time("app", "StartedAt")
    asked = project.compose(
        "exec", "-T", "db", "psql", "postgresql://postgres:postgres@127.0.0.1/app", "-c", "TABLE migrated"
    )
    assert "(0 rows)" in asked.stdout

    project.compose("stop", "app")
    assert project.state("app", "ExitCode") == "0"


def test_a_migration_that_fails_keeps_the_service_from_starting(project: Project) -> None:
    add_migration(project, "SELECT 1 / 0")
    up = project.compose("up", "--detach", "--build", check=False)

    assert up.returncode != 0
    assert "division by zero" in project.compose("logs", "migrate").stdout
    assert project.state("app", "Status") == "created"
