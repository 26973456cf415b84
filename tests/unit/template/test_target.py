"""The release that `--to` names."""

from pathlib import Path

import pytest

from support.helpers import git
from svcgen.errors import ServiceError, SvcgenError, TemplateError, UsageError
from svcgen.template import history
from svcgen.template import target as module
from svcgen.template.find import Template
from svcgen.template.target import known_releases, resolve_release, version_of

OURS = "https://svcgen.invalid/svcgen"


@pytest.fixture(autouse=True)
def _carried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    releases = tmp_path / "releases"
    releases.mkdir()
    for tag in ("v0.1.0", "v0.2.0"):
        (releases / f"{tag}.tar.gz").touch()
    monkeypatch.setattr(history, "_RELEASES", releases)


@pytest.fixture
def fork(repository: Path) -> Path:
    for tag in ("v1.0.0", "v1.1.0", "v2.0.0rc1", "2.0.0"):
        git(repository, "tag", tag)
    return repository


def current(version: str = "v0.3.0", source: str = OURS) -> Template:
    return Template(Path("/nowhere"), version, source)


@pytest.mark.parametrize(
    ("wanted", "at", "version", "tag"),
    [
        ("v0.3.0", "v0.2.0", "v0.3.0", "v0.3.0"),
        ("0.3.0", "v0.2.0", "v0.3.0", "v0.3.0"),
        ("0.2.0", "v0.1.0", "v0.3.0", "v0.2.0"),
        ("v0.2.0", "v0.2.0", "v0.3.0", "v0.2.0"),
        ("v0.2.0", "abc1234", "v0.3.0", "v0.2.0"),
        ("v0.2.0", "v0.1.0-3-gabc1234", "v0.3.0", "v0.2.0"),
        # What this installation is, between releases.
        ("v0.2.0-3-gabc1234", "v0.2.0", "v0.2.0-3-gabc1234", "v0.2.0-3-gabc1234"),
        ("abc1234", "v0.2.0", "abc1234", "abc1234"),
    ],
)
def test_a_release(wanted: str, at: str, version: str, tag: str) -> None:
    assert resolve_release(wanted, at, f"{OURS}.git", current(version)) == tag


def problem(kind: type[SvcgenError], *arguments: object) -> tuple[str, str]:
    with pytest.raises(kind) as caught:
        resolve_release(*arguments)  # type: ignore[arg-type]
    return caught.value.message, caught.value.hint


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        ("v0.2", "v0.2.0"),
        ("0.2", "v0.2.0"),
        ("v00.2.0", "v0.2.0"),
        ("v0.4.0", "v0.3.0"),
        ("nonsense", "v0.3.0"),
        ("", "v0.3.0"),
        ("vv0.2.0", "v0.2.0"),
        ("v0.2.0-3-gabc1234", "v0.3.0"),
        ("main", "v0.3.0"),
        ("--force", "v0.3.0"),
        ("\x1b[31m", "v0.3.0"),
    ],
)
def test_what_is_not_a_release(wanted: str, meant: str) -> None:
    assert problem(UsageError, wanted, "v0.1.0", OURS, current()) == (
        f"--to {wanted!r} is not a release of {OURS}; the releases are v0.1.0, v0.2.0, v0.3.0",
        f"svcgen update --to {meant}",
    )


@pytest.mark.parametrize("at", ["v0.3.0", "v0.2.0-1-gabc1234", "v0.3.0rc1"])
def test_a_downgrade(at: str) -> None:
    assert problem(ServiceError, "0.2.0", at, OURS, current()) == (
        f"the service is at {at}, which is newer than v0.2.0, and downgrades are not supported",
        "revert the commit of the update instead: git revert COMMIT",
    )


@pytest.mark.parametrize(
    ("wanted", "tag"), [("v1.1.0", "v1.1.0"), ("1.0.0", "v1.0.0"), ("2.0.0rc1", "v2.0.0rc1"), ("2.0.0", "2.0.0")]
)
@pytest.mark.parametrize("installed_from", [OURS, "the fork"])
def test_a_release_that_the_source_has(fork: Path, installed_from: str, wanted: str, tag: str) -> None:
    template = current(source=OURS if installed_from == OURS else str(fork))
    assert resolve_release(wanted, "v1.0.0", str(fork), template) == tag


def test_a_fork_lists_its_own(fork: Path) -> None:
    for wanted in ("v0.2.0", "v0.3.0"):
        assert problem(UsageError, wanted, "v1.0.0", str(fork), current()) == (
            f"--to {wanted!r} is not a release of {fork}; the releases are v1.0.0, v1.1.0, v2.0.0rc1, 2.0.0",
            "svcgen update --to 2.0.0",
        )


def test_a_fork_that_is_gone(tmp_path: Path) -> None:
    message, _ = problem(TemplateError, "v1.0.0", "v1.0.0", str(tmp_path / "gone"), current())
    assert message.startswith(f"can't list the releases of {tmp_path}/gone")


def test_the_source_is_asked_only_for_what_may_be_a_release(fork: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("svcgen.template.target.released_tags", lambda *_, **__: 1 / 0)
    ours = current(source=str(fork))
    assert resolve_release("0.2.0", "v0.1.0", str(fork), ours) == "v0.2.0"
    problem(UsageError, "nonsense", "v0.1.0", str(fork), ours)
    with pytest.raises(ZeroDivisionError):
        resolve_release("1.0.0", "v0.1.0", str(fork), ours)


@pytest.mark.parametrize("version", ["v0.2.0-3-gabc1234", "abc1234", "unknown", "v0.2.0-dirty", "v0.2.0"])
def test_what_is_known_between_releases(version: str) -> None:
    assert known_releases(current(version)) == ("v0.1.0", "v0.2.0")


def test_the_version_of_a_commit(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the tags of its repository, else by the releases that svcgen knows the commits of."""

    def version(name: str, root: Path = repository) -> str:
        return str(version_of(Template(root, name, OURS)))

    first = git(repository, "rev-parse", "HEAD")
    git(repository, "commit", "--quiet", "--allow-empty", "--message", "Second")
    second = git(repository, "rev-parse", "--short", "HEAD")
    assert version("v7.0.0") == "7.0.0"
    assert version(f"v7.0.0-3-g{second}") == "7.0.0.post3"
    assert version(second) == "None"
    recorded = tmp_path / "COMMITS"
    beside = git(repository, "commit-tree", "HEAD^{tree}", "-p", first, "-m", "Of another branch")
    releases = {"v0.1.0": first, "v0.2.0": first, "v0.3.0": "1" * 40, "v0.4.0": beside}
    recorded.write_text("".join(f"{tag} {commit} a b\n" for tag, commit in releases.items()))
    monkeypatch.setattr(module, "COMMITS", recorded)
    assert version(second) == "0.2.0.post1"
    assert version(second, tmp_path) == "None"
    assert version("unknown") == version(f"{second}0000") == "None"
    git(repository, "tag", "v5.0.0", first)
    assert version(second) == version(f"{second}-dirty") == "5.0.0.post1"
    assert version(first) == "5.0.0"
