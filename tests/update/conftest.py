import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from support.night import nightly
from svcgen.template.find import Template, find_template
from update.edits import EDITS
from update.history import BETWEEN, NEWEST, OLDEST, commit, make_service, tagged_repository


@pytest.fixture(scope="session")
def current() -> Template:
    """The template of this checkout."""
    return find_template(None)


@pytest.fixture(scope="session")
def git_environ(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which only git knows who is committing, for what is made once."""
    from service.conftest import environment

    config = tmp_path_factory.mktemp("git") / "config"
    config.write_text("[user]\nname = Ada\nemail = ada@example.com\n")
    return {**environment(), "GIT_CONFIG_GLOBAL": str(config), "GIT_CONFIG_NOSYSTEM": "1"}


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory, git_environ: Mapping[str, str]) -> Path:
    """The template's repository, its releases tagged and the working tree released as the next one."""
    return tagged_repository(tmp_path_factory.mktemp("repository") / "svcgen", git_environ)


@pytest.fixture(
    scope="session",
    params=[OLDEST, *(pytest.param(release, marks=nightly) for release in BETWEEN), NEWEST],
)
def released(request: pytest.FixtureRequest) -> str:
    """Each version that a service may be at."""
    return str(request.param)


@pytest.fixture(scope="session")
def untouched_once(
    released: str,
    repository: Path,
    current: Template,
    tmp_path_factory: pytest.TempPathFactory,
    git_environ: Mapping[str, str],
) -> Path:
    directory = tmp_path_factory.mktemp("untouched") / "billing"
    return make_service(released, repository, current, directory, git_environ)


@pytest.fixture(scope="session")
def edited_once(untouched_once: Path, git_environ: Mapping[str, str]) -> Iterator[Path]:
    # Not below tmp_path either, as a resource is added to it.
    with tempfile.TemporaryDirectory() as directory:
        service = Path(shutil.copytree(untouched_once, Path(directory) / "billing"))
        for edit in EDITS:
            edit(service)
        commit(service, "What the team did", git_environ)
        yield service


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that no other run of pytest closes to the user that a service's Postgres runs as for root."""
    with tempfile.TemporaryDirectory() as directory:
        yield Path(directory)


@pytest.fixture
def untouched(untouched_once: Path, place: Path) -> Path:
    """A service as a release made it."""
    return Path(shutil.copytree(untouched_once, place / "billing"))


@pytest.fixture
def edited(edited_once: Path, place: Path) -> Path:
    """A service that its team has worked on."""
    return Path(shutil.copytree(edited_once, place / "billing"))
