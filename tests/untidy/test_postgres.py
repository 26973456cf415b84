"""The Postgres of tests, makemigration and devdb: it works on any machine, and nothing is left or opened."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from service.conftest import Service
from support.running import free_port
from untidy.machine import Place, open_python, place

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider")
HOLD = """
import sys, time
sys.path.insert(0, ".")
from scripts.postgres import running
with running():
    time.sleep(99)
"""
# initdb runs others, which end by themselves.
SERVER = "bin/postgres\0-D"
MAKEMIGRATION = "scripts/makemigration.py"
MODEL = """from sqlalchemy import BigInteger, Identity
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Log(Base):
    __tablename__ = "logs"
    __table_args__ = {"schema": "audit"}

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
"""
MIGRATION = (
    'from alembic import op\n\nrevision, down_revision = "a", None\n\n\ndef upgrade() -> None:\n    op.execute("{}")\n'
)


def untidy(case: str, environment: str, outcome: str) -> pytest.MarkDecorator:
    return pytest.mark.untidy(case, environment, outcome)


@pytest.fixture
def copy(billing: Service) -> Iterator[Place]:
    with place(billing) as made:
        yield made


@pytest.mark.parametrize(
    ("options", "environ", "folder"),
    [
        pytest.param(
            "-n0", {"LC_ALL": "en_US.UTF-8"}, ".", marks=untidy("suite", "a locale that is not generated", "green")
        ),
        pytest.param(
            "-n0",
            {"PGHOST": "nowhere", "PGPORT": "1", "PGSERVICE": "x", "PGSSLMODE": "verify-full", "PGDATA": "/x"},
            ".",
            marks=untidy("suite", "PG* variables and PGSERVICE", "green"),
        ),
        pytest.param("-pno:xdist", {}, "tests", marks=untidy("suite", "no pytest-xdist, from a sub-folder", "green")),
    ],
    ids=["locale", "PG", "no-xdist"],
)
def test_suite(copy: Place, options: str, environ: dict[str, str], folder: str) -> None:
    code, output = copy.run(*PYTEST, options, copy.service / "tests" / "core" / "test_db.py", folder=folder, **environ)
    assert code == 0, output


@root
@untidy("suite", "two users without a name, at once; their folders are closed", "green, nothing is left")
def test_two_users(billing: Service) -> None:
    with ExitStack() as stack:
        running = []
        temporary = stack.enter_context(temporary_folder())
        for user in (54321, 54322):
            made = stack.enter_context(place(billing, environment_too=True))
            python = made.service.parent / "python"
            open_python(made, python)
            subprocess.run(["chown", "-R", f"{user}:{user}", made.service], check=True)
            made.service.chmod(0o700)
            # A Python that was built with a shared library looks for it where root's own one is.
            library = {"LD_LIBRARY_PATH": str(python / "lib")}
            environ = {"PATH": os.defpath, "TMPDIR": str(temporary), "UNTIDY": made.mark, **library}
            command = (*PYTEST, "-n0", "tests/core/test_db.py")
            running.append(stack.enter_context(made.popen(command, environ, user=user)))
        for process in running:
            output, _ = process.communicate()
            assert process.returncode == 0, output
        assert not list(temporary.glob("postgres-*"))


@root
@untidy("suite", "root, in a folder that is closed to all others", "green, nothing is opened")
def test_root(billing: Service) -> None:
    with place(billing, environment_too=True) as made:
        made.service.parent.chmod(0o700)
        before = modes(made.service)
        code, output = made.run(*PYTEST, "-n0", "tests/core/test_db.py")
        assert code == 0, output
        assert modes(made.service) == before


def modes(folder: Path) -> dict[Path, int]:
    found = {path: path.lstat().st_mode for path in (folder, *folder.rglob("*"), *folder.parents)}
    return {path: mode for path, mode in found.items() if not path.is_symlink()}


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """As /tmp is, but of this test."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o1777)
        yield Path(folder)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL], ids=lambda number: number.name)
@untidy("suite", "pytest is killed", "nothing is left")
def test_killed(copy: Place, number: signal.Signals) -> None:
    hang = "def test_hang(server_url: object) -> None:\n    Path('up').touch()\n    time.sleep(99)\n"
    (copy.service / "tests" / "test_hang.py").write_text(f"import time\nfrom pathlib import Path\n\n\n{hang}")
    with temporary_folder() as temporary:
        process = copy.python(*PYTEST, "-n0", "tests/test_hang.py", TMPDIR=str(temporary))
        copy.wait_until((copy.service / "up").exists)
        process.send_signal(number)
        process.communicate()
        copy.wait_until(lambda: not copy.processes())
        assert not list(temporary.glob("postgres-*"))


@untidy("scripts/postgres.py", "SIGKILL at 10 moments", "nothing is left")
def test_killed_at_any_moment(copy: Place) -> None:
    with temporary_folder() as temporary:
        for moment in range(10):
            process = copy.python("-c", HOLD, TMPDIR=str(temporary))
            time.sleep(0.05 + moment * 0.06)
            assert process.poll() is None
            process.kill()
            process.communicate()
        copy.wait_until(lambda: not copy.processes())
        assert not list(temporary.iterdir())


@untidy("scripts/postgres.py", "its supervisor was killed", "the next run removes what it left")
def test_killed_supervisor(copy: Place) -> None:
    with temporary_folder() as temporary:
        process = copy.python("-c", HOLD, TMPDIR=str(temporary))
        copy.wait_until(lambda: list(temporary.glob("*/.s.PGSQL.5432")))
        for supervisor in copy.processes("scripts/supervisor.py"):
            os.kill(supervisor, signal.SIGKILL)
        process.kill()
        process.communicate()
        assert copy.processes(SERVER)
        assert copy.run("-c", HOLD.replace("99", "0"), TMPDIR=str(temporary)) == (0, "")
        assert not copy.processes()
        assert not list(temporary.iterdir())


@root
@untidy("scripts/postgres.py", "root, another user made a folder of that name", "let alone")
def test_planted_leftover(copy: Place) -> None:
    with temporary_folder() as temporary:
        planted = temporary / "postgres-0-planted"
        planted.mkdir()
        os.chown(planted, 54321, 54321)
        assert copy.run("-c", HOLD.replace("99", "0"), TMPDIR=str(temporary)) == (0, "")
        assert list(temporary.iterdir()) == [planted]


@untidy("makemigration", "% and brackets in the path, from a sub-folder", "one file each, a schema is made once")
def test_makemigration(billing: Service) -> None:
    with place(billing, "od[d] 50% x") as made:
        models = made.service / "app" / "models"
        (models / "log.py").write_text(MODEL)
        (models / "__init__.py").write_text("from app.models.base import Base\nfrom app.models.log import Log\n")
        for column in ("", "    text: Mapped[str]\n"):
            with (models / "log.py").open("a") as model:
                model.write(column)
            code, output = made.run(f"../{MAKEMIGRATION}", "add logs", folder="app")
            assert code == 0, output
        again = made.run(f"../{MAKEMIGRATION}", "add logs", folder="app")
        versions = sorted(
            (made.service / "alembic" / "versions").glob("*.py"), key=lambda path: path.stat().st_mtime_ns
        )
        code, output = made.run(*PYTEST, "-n0", "tests/core/test_migrations.py")

    assert again == (0, "Models and migrations agree: nothing to write.\n")
    assert code == 0, output
    assert len(versions) == 2


@untidy("makemigration", "a long TMPDIR with spaces and a comma", "works")
def test_odd_tmpdir(copy: Place, tmp_path: Path) -> None:
    odd = tmp_path / ("a, long name " * 12)
    odd.mkdir()
    made = copy.run(MAKEMIGRATION, "add logs", TMPDIR=str(odd))
    assert made == (0, "Models and migrations agree: nothing to write.\n")


FULL = "mount -t tmpfs -o size=4k full /dev/shm && head -c 4096 /dev/zero > /dev/shm/full"


@root
@untidy("makemigration", "a full folder of shared memory", "works")
@pytest.mark.skipif(
    subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode != 0,
    reason="this container may not mount",
)
def test_full_shared_memory(copy: Place) -> None:
    command = f'{FULL} && exec "$0" {MAKEMIGRATION} x'
    start = f"import os, sys; os.execvp('unshare', ['unshare', '-m', 'sh', '-c', {command!r}, sys.executable])"
    made = copy.run("-c", start)
    assert made == (0, "Models and migrations agree: nothing to write.\n")


@untidy("makemigration, suite", "an extension that is not there", "one line, which names TEST_DATABASE_URL")
def test_extension(copy: Place) -> None:
    (copy.service / "alembic" / "versions" / "a.py").write_text(MIGRATION.format("CREATE EXTENSION citext"))
    code, output = copy.run(MAKEMIGRATION, "add logs")
    assert (code, output.count("\n")) == (1, 1)
    assert "TEST_DATABASE_URL" in output
    code, output = copy.run(*PYTEST, "-n0", "tests/core/test_migrations.py::test_no_drift")
    assert code == 1
    assert "TEST_DATABASE_URL" in output
    assert "Traceback" not in output


@untidy("makemigration", "TEST_DATABASE_URL is malformed, unreachable, or of a user without rights", "it is named")
def test_wrong_server(copy: Place) -> None:
    with temporary_folder() as temporary:
        server = copy.python("-c", HOLD, TMPDIR=str(temporary))
        copy.wait_until(lambda: list(temporary.glob("*/.s.PGSQL.5432")))
        (folder,) = temporary.glob("postgres-*")
        wrong = (
            "u:p@ss:s3cret@db/app",
            "u:s3cret@localhost:1/app",
            "u:s3cret@host.invalid/app",
            f"u@/app?host={folder}",
        )
        results = [copy.run(MAKEMIGRATION, "x", TEST_DATABASE_URL=f"postgresql://{url}") for url in wrong]
        server.kill()
        server.communicate()
    for code, output in results:
        assert (code, "Traceback" in output, "s3cret" in output) == (1, False, False)
        assert "TEST_DATABASE_URL" in output


@untidy("makemigration", "TEST_DATABASE_URL", "is used")
def test_other_server(copy: Place) -> None:
    with temporary_folder() as temporary:
        server = copy.python("-c", HOLD, TMPDIR=str(temporary))
        copy.wait_until(lambda: list(temporary.glob("*/.s.PGSQL.5432")))
        (folder,) = temporary.glob("postgres-*")
        url = f"postgresql://postgres@/postgres?host={folder}"
        made = copy.run(MAKEMIGRATION, "add logs", TEST_DATABASE_URL=url, TMPDIR="/nowhere", PATH="/nowhere")
        server.kill()
        server.communicate()
    assert made == (0, "Models and migrations agree: nothing to write.\n")


def dev(made: Place, port: int, database: str = "app") -> dict[str, str]:
    return {
        "DATABASE_URL": f"postgresql://postgres:postgres@localhost:{port}/{database}",
        "API_KEY": "a-key-of-more-than-sixteen-characters",
        "UNTIDY": made.mark,
    }


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
@untidy("devdb", "started by a script with &", "ends, and Postgres with it")
def test_devdb_in_the_background(copy: Place, number: signal.Signals) -> None:
    python = copy.service / ".venv" / "bin" / "python"
    with subprocess.Popen(
        ["sh", "-c", f"{python} scripts/devdb.py & echo $!; wait"],
        cwd=copy.service,
        env={**copy.environ, **dev(copy, free_port())},
        stdout=subprocess.PIPE,
        text=True,
    ) as script:
        assert script.stdout
        devdb = int(script.stdout.readline())
        assert "ready" in script.stdout.readline()
        os.kill(devdb, number)
        try:
            copy.wait_until(lambda: not copy.processes())
        finally:
            copy.kill()


@untidy("devdb", "two services, each with its DATABASE_URL", "each has its own, and is refused in the other's")
def test_two_services(billing: Service) -> None:
    with place(billing) as one, place(billing) as two, ExitStack() as stack:
        (two.service / "alembic.ini").write_text(
            (two.service / "alembic.ini").read_text().replace("service = aa", "service = other")
        )
        urls = [dev(one, free_port(), "one"), dev(two, free_port(), "two")]
        for made, environ, revision in zip((one, two), urls, ("a", "b"), strict=True):
            migration = MIGRATION.format("SELECT 1").replace('"a"', f'"{revision}"')
            (made.service / "alembic" / "versions" / f"{revision}.py").write_text(migration)
            devdb = stack.enter_context(made.python("scripts/devdb.py", **environ))
            stack.callback(devdb.terminate)
            assert devdb.stdout
            assert environ["DATABASE_URL"].partition("@")[2] in devdb.stdout.readline()
            code, output = made.run("-m", "alembic", "upgrade", "head", **environ)
            assert code == 0, output

        migrated = two.run("-m", "alembic", "upgrade", "head", **urls[0])
        started = two.run("-m", "app", **urls[0], PORT=str(free_port()))
        again = one.run("-m", "alembic", "upgrade", "head", **urls[0])

    assert migrated[0] != 0
    assert "FAILED: This database belongs to the service 'aa', not to 'other'" in migrated[1]
    assert started[0] != 0
    assert "This database belongs to the service 'aa'" in started[1]
    assert again[0] == 0, again[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
@untidy("svcgen add resource", "ended while Postgres runs", "nothing is left")
def test_add_resource(copy: Place, number: signal.Signals) -> None:
    with temporary_folder() as temporary:
        process = subprocess.Popen(
            [sys.executable, "-m", "svcgen", "add", "resource", "log", "text:str", "--allow-dirty"],
            cwd=copy.service,
            env={**copy.environ, "TMPDIR": str(temporary)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        copy.wait_until(lambda: copy.processes(SERVER))
        process.send_signal(number)
        process.wait()
        copy.wait_until(lambda: not copy.processes(SERVER))
        copy.wait_until(lambda: not list(temporary.glob("postgres-*")))
