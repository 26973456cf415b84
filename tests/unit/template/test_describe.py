"""What a checkout says of its template."""

from collections.abc import Callable
from pathlib import Path

import pytest

from support.helpers import git
from svcgen.template import describe as module
from svcgen.template.describe import COMMITS, commit_of, describe, is_dirty, nearest_tag, without_changes
from update.history import RELEASES

Change = Callable[[], None]


@pytest.fixture
def checkout(repository: Path) -> Path:
    git(repository, "tag", "v1.0.0")
    return repository


def commit(checkout: Path, **files: str) -> str:
    """Commit files, and return the short name of the commit."""
    for name, content in files.items():
        (checkout / name.replace("__", "/")).write_text(content)
    git(checkout, "add", "--all")
    git(checkout, "commit", "--quiet", "--allow-empty", "--message", "Change")
    return git(checkout, "rev-parse", "--short", "HEAD")


@pytest.mark.parametrize("annotated", [(), ("--annotate", "--message", "Release")])
def test_at_a_tag(repository: Path, annotated: tuple[str, ...]) -> None:
    git(repository, "tag", *annotated, "v1.0.0")
    assert describe(repository) == "v1.0.0"


@pytest.mark.parametrize("part", ["copier.yml", "template__a.txt"])
def test_ahead_of_a_tag(checkout: Path, part: str) -> None:
    commit(checkout, **{part: "changed: 1\n"})
    name = commit(checkout)
    assert describe(checkout) == git(checkout, "describe", "--tags", "--always") == f"v1.0.0-2-g{name}"


def test_with_the_template_of_the_release_before(checkout: Path) -> None:
    commit(checkout, README="changed\n")
    assert describe(checkout) == "v1.0.0"
    commit(checkout, template__a="changed\n")
    (checkout / "template" / "a").unlink()
    commit(checkout)
    assert describe(checkout) == "v1.0.0"


def test_a_tag_that_is_not_a_release(repository: Path) -> None:
    git(repository, "tag", "nightly")
    assert describe(repository) == "nightly"
    name = commit(repository)
    assert describe(repository) == f"nightly-1-g{name}"


def test_a_tag_from_before_there_was_a_template(repository: Path) -> None:
    git(repository, "rm", "--quiet", "-r", "template", "copier.yml")
    commit(repository)
    git(repository, "tag", "v1.0.0")
    name = commit(repository, **{"copier.yml": "a: 1\n"})
    assert describe(repository) == f"v1.0.0-1-g{name}"


def test_without_tags_it_is_the_commit(repository: Path) -> None:
    assert describe(repository) == git(repository, "rev-parse", "--short", "HEAD")


def test_without_tags_a_release_is_known_by_its_content(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a shallow clone, and in one without tags."""
    ids = git(checkout, "rev-parse", "HEAD:copier.yml", "HEAD:template").split()
    recorded = tmp_path / "COMMITS"
    recorded.write_text(f"v0.8.0 {'1' * 40} {ids[0]} {ids[0]}\nv0.9.0 {'2' * 40} {' '.join(ids)}\n")
    monkeypatch.setattr(module, "COMMITS", recorded)

    assert describe(checkout) == "v1.0.0"
    commit(checkout)
    assert describe(checkout) == "v1.0.0"
    git(checkout, "tag", "--delete", "v1.0.0")
    assert describe(checkout) == "v0.9.0"
    name = commit(checkout, template__a="changed\n")
    assert describe(checkout) == name


def modify(checkout: Path) -> None:
    (checkout / "template" / "a.txt").write_text("changed\n")


def stage(checkout: Path) -> None:
    modify(checkout)
    git(checkout, "add", "--all")


def add(checkout: Path) -> None:
    (checkout / "template" / "new").mkdir()
    (checkout / "template" / "new" / "b.txt").touch()


def remove(checkout: Path) -> None:
    (checkout / "copier.yml").unlink()


@pytest.mark.parametrize("change", [modify, stage, add, remove])
@pytest.mark.parametrize("setting", ["status.showUntrackedFiles=no", "status.branch=true"])
def test_changes_that_are_not_committed(checkout: Path, change: Callable[[Path], None], setting: str) -> None:
    git(checkout, "config", *setting.split("="))
    change(checkout)
    assert describe(checkout) == "v1.0.0-dirty"
    assert describe(checkout) == describe(checkout)


def test_changes_beside_the_template(checkout: Path) -> None:
    (checkout / "README").write_text("changed\n")
    (checkout / "template.txt").touch()
    assert describe(checkout) == "v1.0.0"


def test_where_git_cannot_tell(tmp_path: Path, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(tmp_path, "init", "--quiet", "empty")
    assert describe(tmp_path / "empty") == "unknown"
    monkeypatch.setenv("PATH", "")
    assert describe(checkout) == "unknown"


@pytest.mark.parametrize(
    ("version", "tag", "distance", "name", "dirty"),
    [
        ("v1.0.0", "v1.0.0", 0, "", False),
        ("v1.0.0-dirty", "v1.0.0", 0, "", True),
        ("v1.0.0-12-gabc1234", "v1.0.0", 12, "abc1234", False),
        ("v1.0.0-12-gabc1234-dirty", "v1.0.0", 12, "abc1234", True),
        ("v1-2-gabcd-3-gabcd", "v1-2-gabcd", 3, "abcd", False),
        ("abcd", "abcd", 0, "abcd", False),
        ("abc", "abc", 0, "", False),
        ("a" * 64, "a" * 64, 0, "a" * 64, False),
        ("a" * 65, "a" * 65, 0, "", False),
        ("abc1234-dirty", "abc1234", 0, "abc1234", True),
        ("v1.0.0-1-gabc", "v1.0.0-1-gabc", 0, "", False),
        ("v1.0.0-1234567890-gabc1234", "v1.0.0-1234567890-gabc1234", 0, "", False),
        ("abc1234\n", "abc1234\n", 0, "", False),
        ("ABC1234", "ABC1234", 0, "", False),
        ("", "", 0, "", False),
    ],
)
def test_the_parts_of_a_version(version: str, tag: str, distance: int, name: str, dirty: bool) -> None:
    assert (nearest_tag(version), commit_of(version), is_dirty(version)) == ((tag, distance), name, dirty)
    assert without_changes(version) == version.removesuffix("-dirty")


def test_the_releases_are_recorded_with_their_content() -> None:
    for tag, recorded, *ids in map(str.split, COMMITS.read_text().splitlines()):
        assert recorded == RELEASES[tag]
        assert ids == git(COMMITS.parent, "rev-parse", f"{recorded}:copier.yml", f"{recorded}:template").split()
