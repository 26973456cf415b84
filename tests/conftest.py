import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from support.helpers import git
from support.monorepo import Monorepo
from support.shapes import check_output
from support.svcgen import RELEASE, ROOT, Svcgen, commit_all
from svcgen.system import signals
from svcgen.template.find import BUILT

# Set by `uv run pytest` and by the sandbox of a developer; what svcgen does must not hang on them.
FOREIGN = ("NO_COLOR", "PYTHONDONTWRITEBYTECODE", "SVCGEN_SOURCE", "UV", "UV_PROJECT_ENVIRONMENT", "VIRTUAL_ENV")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--snapshots-update", action="store_true", help="write the screens of tests/cli/terminal")


def pytest_configure() -> None:
    """Be the same wherever the suite is started: from a git hook, in a CI with an identity, behind nohup."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        del os.environ[name]
    # Else each child that is given this environment compiles all that it imports.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for signum in (signal.SIGINT, signal.SIGHUP):
        # What is ignored here would be ignored by every child, and no test could end it.
        if signal.getsignal(signum) is signal.SIG_IGN:
            signal.signal(signum, signal.SIG_DFL)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker is left with it when the others are done."""
    items.sort(key=lambda item: not {"update", "test_skills.py"} & set(item.path.parts))


@pytest.fixture(autouse=True)
def _no_signal_received(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a command run in this process ignores from its last step on is not ignored in the next test."""
    for name, value in {"received": None, "impatient": False, "pending": False, "finished": False}.items():
        monkeypatch.setattr(signals._State, name, value)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """An environment in which only git knows who is committing."""
    git_config = tmp_path / "gitconfig"
    git_config.write_text("[user]\nname = Ada\nemail = ada@example.com\n")
    inherited = {name: value for name, value in os.environ.items() if name not in FOREIGN}
    return {**inherited, "GIT_CONFIG_GLOBAL": str(git_config), "GIT_CONFIG_NOSYSTEM": "1"}


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    """The directory that services are made in."""
    directory = tmp_path / "work"
    directory.mkdir()
    return directory


@pytest.fixture
def svcgen(workdir: Path, environ: Mapping[str, str]) -> Svcgen:
    """Runs svcgen in `workdir` as a child process without a terminal."""

    def run(*arguments: str, cwd: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "svcgen", *arguments],
            cwd=workdir / cwd,
            env={**environ, **more},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if "--json" in arguments:
            check_output(arguments, done.stdout)
        return done

    return run


@pytest.fixture(scope="session")
def plain_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template as the wheel carries it: outside any git repository."""
    directory = tmp_path_factory.mktemp("template")
    shutil.copyfile(ROOT / "copier.yml", directory / "copier.yml")
    shutil.copytree(ROOT / "template", directory / "template")
    return directory


@pytest.fixture(scope="session")
def _repository_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("template") / "repository"
    (directory / "template").mkdir(parents=True)
    (directory / "copier.yml").write_text("_subdirectory: template\nservice_name: {type: str}\n")
    (directory / "template" / "a.txt").write_text("one\ntwo\n")
    git(directory, "init", "--quiet", "-b", "main")
    git(directory, "add", "--all")
    git(directory, "-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "--quiet", "-m", "Begin")
    return directory


@pytest.fixture
def repository(
    _repository_once: Path, tmp_path: Path, environ: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The repository of a template of one file, with one commit and no tag; git is Ada's in the test too."""
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"):
        monkeypatch.setenv(name, environ[name])
    return Path(shutil.copytree(_repository_once, tmp_path / "repository"))


@pytest.fixture
def caught_signals(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Signals as in svcgen's own process; none is left to the next test."""
    before = {signum: signal.getsignal(signum) for signum in (*signals._SIGNALS, signal.SIGALRM)}
    monkeypatch.setattr(signals, "_State", type("_State", (signals._State,), {}))
    for signum in signals._SIGNALS:
        signal.signal(signum, signal.SIG_DFL)  # what started the tests may ignore some
    signals.install()
    yield
    for signum, handler in before.items():
        signal.signal(signum, handler)


@pytest.fixture(scope="session")
def _monorepo_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    ada = {f"GIT_{who}_{what}": "ada@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return Monorepo.make(tmp_path_factory.mktemp("monorepo") / "mono", {**os.environ, **ada}).top


@pytest.fixture
def monorepo(
    _monorepo_once: Path, tmp_path: Path, environ: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> Monorepo:
    """A repository of two services; git is Ada's in the test too."""
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"):
        monkeypatch.setenv(name, environ[name])
    return Monorepo(shutil.copytree(_monorepo_once, tmp_path / "mono"), environ)


@pytest.fixture
def clone(tmp_path: Path, environ: Mapping[str, str]) -> Path:
    """A clone of this repository, as its work tree is, with a release and a change to the template after it."""
    directory = tmp_path / "clone"
    git(tmp_path, "clone", "--quiet", "--no-tags", str(ROOT), str(directory))
    for part in git(ROOT, "ls-files", "--modified", "--others", "--exclude-standard").splitlines():
        if (ROOT / part).is_file():
            (directory / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / part, directory / part)
    commit_all(directory, environ)
    git(directory, "tag", "v98.0.0")
    with (directory / "template" / "Dockerfile.jinja").open("a") as dockerfile:
        dockerfile.write("# After v98.0.0\n")
    commit_all(directory, environ)
    return directory


@pytest.fixture
def bundled(tmp_path: Path, plain_template: Path) -> Path:
    """A copy of the package with its template, as in the wheel of a release: put it on PYTHONPATH and change it."""
    site = tmp_path / "site"
    shutil.copytree(ROOT / "src" / "svcgen", site / "svcgen", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(plain_template, site / "svcgen" / "_bundle")
    (site / "svcgen" / "_bundle" / BUILT).write_text(f"{RELEASE}\n")
    return site


@pytest.fixture(scope="session", autouse=True)
def _private_copier_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COPIER_CACHE_DIR", str(tmp_path_factory.mktemp("copier-cache")))
        yield
