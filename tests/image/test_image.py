"""The image of every kind of service, built and run by a container engine."""

import io
import json
import re
import shutil
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from image.conftest import Render, docker, needs_docker
from service.conftest import ANSWERS

pytestmark = needs_docker
SECRET = "do-not-put-me-into-an-image"  # noqa: S105
TOOLS = "as cc c++ gcc g++ ld make cmake cargo uv uvx git"
SETTINGS = ("-e", "DATABASE_URL=postgresql://u:p@127.0.0.1:1/app", "-e", "API_KEY=sixteen-characters-long")
HARDENED = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges")
# What the interpreter would have to compile at each start: all that a running service has imported.
NOT_COMPILED = """
import app.core.server
import asyncio.runners, os, sys, urllib.request, uvicorn.lifespan.on, uvicorn.protocols.http.auto, uvloop
specs = [module.__spec__ for module in sys.modules.values() if module.__spec__]
files = [spec.cached for spec in specs if spec.has_location and spec.origin.endswith(".py")]
print(len(files), [file for file in files if not os.path.exists(file)])
"""
DISTRIBUTIONS = """
import importlib.metadata
print(*sorted(found.name.lower().replace("_", "-") for found in importlib.metadata.distributions()))
"""
GET = "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:9000/healthz').status)"


@dataclass(frozen=True)
class Image:
    tag: str
    base: str
    path: Path

    def run(self, *command: str) -> str:
        return docker("run", "--rm", "--network=none", *HARDENED, *SETTINGS, self.tag, *command).stdout.strip()

    def layers(self) -> list[str]:
        return list(json.loads(docker("image", "inspect", "--format={{json .RootFS.Layers}}", self.tag).stdout))

    def size(self) -> int:
        return size(self.tag)


def size(tag: str) -> int:
    return int(docker("image", "inspect", "--format={{.Size}}", tag).stdout)


@pytest.fixture(
    scope="module", params=[(platform, python) for platform in ANSWERS for python in ("3.13", "3.14")], ids="-".join
)
def image(request: pytest.FixtureRequest, rendered: Render, tmp_path_factory: pytest.TempPathFactory) -> Image:
    """Built where a secret lies in every folder, from files that only their owner may read, as under umask 077."""
    platform, python = request.param
    path = tmp_path_factory.mktemp("context") / "service"
    shutil.copytree(rendered(platform, python).path, path)
    for folder in (path, path / "app", path / "app" / "api", path / "alembic"):
        (folder / ".env").write_text(f"API_KEY={SECRET}\n")
    for file in path.rglob("*"):
        file.chmod(0o700 if file.is_dir() else 0o600)
    tag = f"svcgen-test/{platform}:{python}"
    docker("build", "--tag", tag, path)
    return Image(tag, f"python:{python}-slim", path)


@contextmanager
def running(image: Image, *options: str) -> Iterator[str]:
    """Run the service as a platform that allows nothing would, without its database."""
    started = docker(
        "run", "--detach", "--network=none", *HARDENED, *SETTINGS, "-e", "DRAIN_SECONDS=0", *options, image.tag
    )
    name = started.stdout.strip()
    try:
        yield name
    finally:
        docker("rm", "--force", name)


def wait_until_healthy(name: str) -> None:
    deadline = time.monotonic() + 30
    while (health := docker("inspect", "--format={{.State.Health.Status}}", name).stdout.strip()) != "healthy":
        assert health == "starting", docker("logs", name).stdout
        assert time.monotonic() < deadline, docker("logs", name).stdout
        time.sleep(0.2)


def exit_code(name: str) -> int:
    return int(docker("inspect", "--format={{.State.ExitCode}}", name).stdout)


def test_buildkit_finds_nothing(image: Image) -> None:
    assert "no warnings found" in docker("build", "--check", image.path).stdout


def test_holds_what_runs_and_nothing_else(image: Image) -> None:
    assert image.run("id", "-u") == "10001"
    assert image.run("sh", "-c", f"for tool in {TOOLS}; do command -v $tool; done; true") == ""
    assert image.run("sh", "-c", "ls /usr/include/*.h 2>/dev/null || true") == ""
    locked = re.findall(r"^([\w.-]+)==", (image.path / "requirements.txt").read_text(), flags=re.MULTILINE)
    # -I: not the current directory, where the service itself is no distribution.
    assert image.run("python", "-I", "-c", DISTRIBUTIONS).split() == sorted(locked)
    assert image.run("ls", "-A").split() == [".venv", "alembic", "alembic.ini", "app"]


def test_all_may_read_what_only_its_owner_could(image: Image) -> None:
    closed = "find . -path ./.venv -prune -o ( -type d ! -perm -0555 -o -type f ! -perm -0444 ) -print"
    assert image.run(*closed.split()) == ""


def test_no_secret_in_any_layer(image: Image, tmp_path: Path) -> None:
    assert SECRET not in docker("history", "--no-trunc", image.tag).stdout
    (tmp_path / "image.tar").touch()
    docker("save", "--output", tmp_path / "image.tar", image.tag)
    paths = []
    with tarfile.open(tmp_path / "image.tar") as saved:
        for path, content in files(saved):
            assert SECRET.encode() not in content, path
            paths.append(Path(path))
    assert Path("srv/app/main.py") in paths
    assert not [path for path in paths if path.name == ".env"]


def files(archive: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    """Every file of an archive, and those of the archives in it: the layers."""
    for member in (member for member in archive if member.isreg()):
        extracted = archive.extractfile(member)
        assert extracted
        content = extracted.read()
        yield member.name, content
        if content and tarfile.is_tarfile(io.BytesIO(content)):
            with tarfile.open(fileobj=io.BytesIO(content)) as layer:
                yield from files(layer)


def test_a_change_of_code_is_one_small_layer(image: Image) -> None:
    """Everything below it, the packages among it, is neither built nor sent nor pulled again."""
    before = image.layers()
    with (image.path / "app" / "main.py").open("a") as code:
        code.write("# changed\n")
    docker("build", "--tag", f"{image.tag}-changed", image.path)
    changed = Image(f"{image.tag}-changed", image.base, image.path)

    assert changed.layers()[:-1] == before[:-1]
    assert changed.layers()[-1] != before[-1]
    last = docker("history", "--human=false", "--format={{.Size}}", changed.tag).stdout.split()
    assert next(int(bytes_) for bytes_ in last if bytes_ != "0") < 1_000_000


def test_is_small(image: Image) -> None:
    """At most 15 MB above its base and the packages."""
    packages = int(image.run("du", "-s", "--block-size=1", "/srv/.venv").split()[0])
    own = image.size() - size(image.base) - packages
    assert own < 15_000_000


def test_nothing_is_compiled_at_start_up(image: Image) -> None:
    count, missing = image.run("python", "-c", NOT_COMPILED).split(" ", 1)

    assert int(count) > 500
    assert missing == "[]"


def test_runs_hardened_and_leaves_with_0(image: Image) -> None:
    with running(image, "-e", "PORT=9000") as name:
        wait_until_healthy(name)
        assert docker("exec", name, "python", "-c", GET).stdout == "200\n"
        docker("stop", "--time=25", name)
        assert exit_code(name) == 0


def test_leaves_with_0_under_an_init(image: Image) -> None:
    with running(image, "--init") as name:
        wait_until_healthy(name)
        docker("stop", "--time=25", name)
        assert exit_code(name) == 0


@pytest.mark.parametrize("seconds", [0, 0.1, 0.2, 0.4])
def test_leaves_at_once_while_it_starts(image: Image, seconds: float) -> None:
    """The engine itself takes a tenth of a second to say that it has started the process."""
    with running(image) as name:
        time.sleep(seconds)
        docker("stop", "--time=25", name)
        assert exit_code(name) == 0
