"""The service's own tools, run in a copy of it: its ruff, its Alembic, its app."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from svcgen.errors import ServiceError, ToolError
from svcgen.system.process import run
from svcgen.system.uv import Uv

MAKE_MIGRATION = Path("scripts/makemigration.py")
VERSIONS = Path("alembic/versions")
# Writes the path of the route that an endpoint of a module is mounted at.
_FIND_ROUTE = """
import os, sys
from fastapi.routing import iter_route_contexts
from app.main import app
module, name = sys.argv[1:]
for context in iter_route_contexts(app.routes):
    endpoint = getattr(context.original_route, "endpoint", None)
    if getattr(endpoint, "__module__", "") == module and endpoint.__name__ == name:
        os.write(1, f"{context.path}\\n".encode())
"""


def require_environment(service: Path) -> None:
    """Check that the service has a virtual environment; `uv run` would build it with the build backend it names.

    Raises:
        ServiceError: There is no virtual environment.
    """
    if not (service / ".venv" / "bin" / "python").exists():
        raise ServiceError(
            f"{service} has no .venv, and svcgen needs the ruff and Alembic installed there",
            hint="create it with `uv sync`, or only preview the change with --dry-run",
        )


@dataclass(frozen=True)
class Tools:
    """Runs what is installed for a service.

    Attributes:
        uv: Set up for its Python.
        service: The service, whose virtual environment is used.
        copy: The copy of it that is worked on.
    """

    uv: Uv
    service: Path
    copy: Path

    def run(self, *command: str) -> str:
        """Run a command of the service's virtual environment, as it is, in the copy."""
        words = ["run", "--no-sync", "--quiet", "--project", str(self.service), *command]
        return run(self.uv.program, *words, cwd=self.copy, environ=self.uv.environ, notify=self.uv.notify)

    def unformatted(self, files: Sequence[Path]) -> set[Path]:
        """Return the files that are not formatted as ruff would: whoever left them so may want them so."""
        left = set()
        for file in files:
            try:
                self.run("ruff", "format", "--check", "--quiet", str(file))
            except ToolError:
                left.add(file)
        return left

    def format(self, files: Sequence[Path], unformatted: set[Path]) -> None:
        """Let ruff sort and format files by the service's rules.

        Args:
            files: The files, relative to the service.
            unformatted: Files that the team has not formatted, and that stay so.

        Raises:
            ToolError: Something is left that ruff finds fault with.
        """
        formatted = [str(file) for file in files if file not in unformatted]
        try:
            self.run("ruff", "check", "--fix", "--quiet", "--output-format=concise", *map(str, files))
        finally:
            self.run("ruff", "format", "--quiet", *formatted)

    def find_route(self, module: str, endpoint: str) -> str:
        """Return the path at which an endpoint of the copy is served.

        Args:
            module: The dotted name of its module.
            endpoint: The name of the function.

        Raises:
            ServiceError: The app can't be imported, or it is served nowhere.
        """
        example = self.copy / ".env.example"
        if example.exists():
            shutil.copyfile(example, self.copy / ".env")
        try:
            paths = self.run("python", "-W", "ignore", "-c", _FIND_ROUTE, module, endpoint).split()
        except ToolError as error:
            raise ServiceError(
                f"the app can't be imported with the new resource: {error.message.splitlines()[-1]}",
                hint='check that it starts without it: uv run python -c "import app.main"',
            ) from error
        finally:
            (self.copy / ".env").unlink(missing_ok=True)
        if len(paths) != 1:
            raise ServiceError(
                f"app/main.py mounts the routers of app/api {len(paths)} times, not once",
                hint="include each router of `routers` once in app/main.py",
            )
        return paths[0]

    def make_migration(self, message: str) -> Path:
        """Autogenerate a migration in the copy and return its path.

        Raises:
            ServiceError: Alembic saw no change.
            ToolError: It failed.
        """
        before = set((self.copy / VERSIONS).glob("*.py"))
        self.run("python", "-W", "ignore", str(MAKE_MIGRATION), message)
        made = set((self.copy / VERSIONS).glob("*.py")) - before
        if len(made) != 1:
            raise ServiceError(
                f"{MAKE_MIGRATION} created {len(made)} migrations, not one",
                hint="create the migration by hand, and add the resource with --no-migration",
            )
        return made.pop().relative_to(self.copy)
