"""Where the template of another version comes from."""

import shutil
import tarfile
from pathlib import Path

import pytest

from support.helpers import git
from support.svcgen import ROOT
from svcgen.errors import TemplateError
from svcgen.template import history as module
from svcgen.template.find import Template
from svcgen.template.history import carried_versions, find_version, newest_tag, parse_version, released_tags

OURS = "https://git.example/platform/svcgen"


@pytest.fixture
def checkout(repository: Path) -> Path:
    """A checkout with a release, a commit after it, and one that nothing but its name leads to."""
    git(repository, "tag", "v1.0.0")
    change(repository, "two")
    git(repository, "reset", "--quiet", "--hard", change(repository, "reset") + "~1")
    return repository


def change(checkout: Path, text: str, changelog: str = "") -> str:
    """Commit a new text of the template's one file, and return what git says of the commit."""
    (checkout / "template" / "a.txt").write_text(text)
    if changelog:
        (checkout / "CHANGELOG.md").write_text(changelog)
    git(checkout, "add", "--all")
    git(checkout, "commit", "--quiet", "--message", text)
    return git(checkout, "describe", "--tags", "--always")


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """The template of an installation that is not a checkout."""
    directory = tmp_path / "installed"
    directory.mkdir()
    (directory / "CHANGELOG.md").write_text("installed\n")
    return directory


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "found"


def text_of(template: Template) -> str:
    return (template.root / "template" / "a.txt").read_text()


def test_the_current_template_is_not_copied(elsewhere: Path, place: Path) -> None:
    current = Template(elsewhere, "v1.0.0", OURS)
    found = find_version("v1.0.0", f"{OURS}.git", current, place)
    assert found == Template(elsewhere, "v1.0.0", f"{OURS}.git")
    assert not place.exists()


@pytest.mark.parametrize("version", ["v1.0.0-1-gabc1234", "abc1234", "v1.0.0-1-gabc1234-dirty"])
def test_a_commit_is_the_same_in_every_repository(elsewhere: Path, place: Path, version: str) -> None:
    found = find_version(version, "https://git.example/fork", Template(elsewhere, version, OURS), place)
    assert (found.root, found.source) == (elsewhere, "https://git.example/fork")


def test_a_tag_is_another_one_in_a_fork(checkout: Path, elsewhere: Path, place: Path) -> None:
    found = find_version("v1.0.0", str(checkout), Template(elsewhere, "v1.0.0", OURS), place)
    assert found == Template(place, "v1.0.0", str(checkout))
    assert text_of(found) == "one\ntwo\n"


@pytest.mark.parametrize("whose", [OURS, "https://git.example/fork"])
def test_a_commit_in_the_history_of_the_checkout(checkout: Path, place: Path, whose: str) -> None:
    change(checkout, "three")
    before = git(checkout, "rev-parse", "--short", "HEAD~1")
    for version in (before, f"v1.0.0-1-g{before}"):
        found = find_version(version, whose, Template(checkout, "v1.0.0-2-gabc1234", OURS), place)
        assert found == Template(place, version, whose)
        assert text_of(found) == "two"


def test_a_commit_that_was_reset(checkout: Path, place: Path) -> None:
    gone = git(checkout, "rev-parse", "ORIG_HEAD")
    assert text_of(find_version(gone, OURS, Template(checkout, "v1.0.0", OURS), place)) == "reset"


def test_a_tag_of_the_checkout(checkout: Path, place: Path) -> None:
    """Before what is carried: a fork may have a release of that name."""
    git(checkout, "tag", carried_versions()[0])
    found = find_version(carried_versions()[0], OURS, Template(checkout, "v9.0.0", OURS), place)
    assert text_of(found) == "two"


@pytest.mark.parametrize("installed", ["checkout", "elsewhere"])
def test_a_release_that_is_carried(request: pytest.FixtureRequest, installed: str, place: Path) -> None:
    """With the changelog of the installation, which tells of all releases."""
    root: Path = request.getfixturevalue(installed)
    (root / "CHANGELOG.md").write_text("installed\n")
    release = carried_versions()[0]
    found = find_version(release, OURS, Template(root, "v9.0.0", OURS), place)
    assert found == Template(place, release, OURS)
    assert (place / "CHANGELOG.md").read_text() == "installed\n"
    with tarfile.open(ROOT / "src" / "svcgen" / "template" / "releases" / f"{release}.tar.gz") as archive:
        assert {path.relative_to(place).as_posix() for path in place.rglob("*")} == {
            *archive.getnames(),
            "CHANGELOG.md",
        }


def test_a_release_that_is_carried_without_a_changelog(elsewhere: Path, place: Path) -> None:
    (elsewhere / "CHANGELOG.md").unlink()
    find_version(carried_versions()[0], OURS, Template(elsewhere, "v9.0.0", OURS), place)
    assert not (place / "CHANGELOG.md").exists()


def test_what_is_carried_is_not_the_release_of_a_fork(checkout: Path, elsewhere: Path, place: Path) -> None:
    release = carried_versions()[0]
    with pytest.raises(TemplateError, match=f"^the template {release} is neither in this svcgen"):
        find_version(release, str(checkout), Template(elsewhere, "v9.0.0", OURS), place)


@pytest.mark.parametrize("form", ["{}", "file://{}", "git+file://{}"])
def test_from_the_source(checkout: Path, elsewhere: Path, place: Path, form: str) -> None:
    git(checkout, "tag", "--annotate", "--message", "Release", "v1.1.0")
    change(checkout, "three", changelog="# Theirs\n")
    source = form.format(checkout)
    current = Template(elsewhere, "v9.0.0", OURS)
    assert text_of(find_version("v1.1.0", source, current, place)) == "two"
    assert not (place / "CHANGELOG.md").exists()
    head = git(checkout, "rev-parse", "--short", "HEAD")
    assert text_of(find_version(head, source, current, place)) == "three"
    assert (place / "CHANGELOG.md").read_text() == "# Theirs\n"


def test_a_newer_release_of_the_own_source(checkout: Path, elsewhere: Path, place: Path) -> None:
    found = find_version("v1.0.0", str(checkout), Template(elsewhere, "v0.9.0", str(checkout)), place)
    assert text_of(found) == "one\ntwo\n"


def test_a_checkout_with_the_tag_but_no_template(checkout: Path, tmp_path: Path, place: Path) -> None:
    """It is looked for further on, and nothing of the first look is left."""
    other = tmp_path / "other"
    shutil.copytree(checkout, other)
    git(other, "rm", "--quiet", "-r", "copier.yml")
    (other / "rest.txt").touch()
    change(other, "four")
    git(other, "tag", "--force", "v1.0.0")
    found = find_version("v1.0.0", str(checkout), Template(other, "v9.0.0", str(checkout)), place)
    assert sorted(path.name for path in found.root.iterdir()) == [".git", "copier.yml", "template"]
    assert text_of(found) == "one\ntwo\n"


@pytest.mark.parametrize("setting", ["core.autocrlf=true", "core.eol=crlf", "filter.up.smudge=tr a-z A-Z"])
def test_it_is_what_was_committed(checkout: Path, elsewhere: Path, place: Path, setting: str) -> None:
    """Whatever the user's git, or the attributes in the repository, would make of it."""
    (checkout / "template" / "run.sh").write_text("$Id$\n")
    (checkout / "template" / "run.sh").chmod(0o755)
    change(checkout, "one\ntwo\n")
    attributes = "".join(
        f"*.{kind} text eol=crlf ident filter=up working-tree-encoding=UTF-16\n" for kind in ("txt", "sh")
    )
    for directory in (checkout, checkout / "template"):
        (directory / ".gitattributes").write_text(attributes)
    git(checkout, "add", ".gitattributes", "template/.gitattributes")
    git(checkout, "commit", "--quiet", "--message", "Attributes")
    git(checkout, "config", "--global", *setting.split("=", 1))
    git(checkout, "tag", "v1.1.0")
    for current in (Template(elsewhere, "v9.0.0", OURS), Template(checkout, "v9.0.0", str(checkout))):
        found = find_version("v1.1.0", str(checkout), current, place)
        assert (found.root / "template" / "a.txt").read_bytes() == b"one\ntwo\n"
        assert (found.root / "template" / "run.sh").read_bytes() == b"$Id$\n"
        assert (found.root / "template" / "run.sh").stat().st_mode & 0o777 == 0o755


def error(*arguments: object) -> tuple[str, str]:
    with pytest.raises(TemplateError) as caught:
        find_version(*arguments)  # type: ignore[arg-type]
    return caught.value.message, caught.value.hint


def test_a_source_that_is_gone(elsewhere: Path, place: Path, tmp_path: Path) -> None:
    source = str(tmp_path / "it is gone")
    carried = ", ".join(carried_versions())
    assert error("v1.0.0", source, Template(elsewhere, "v9.0.0", source), place) == (
        (
            f"the template v1.0.0 is neither in this svcgen, which has {carried}, nor at {source}: "
            f"repository '{source}' does not exist"
        ),
        f"check your access: git ls-remote '{source}'",
    )


def test_a_tag_that_is_nowhere(checkout: Path, elsewhere: Path, place: Path) -> None:
    git(checkout, "branch", "v2.0.0")
    carried = ", ".join(carried_versions())
    assert error("v2.0.0", str(checkout), Template(elsewhere, "v9.0.0", OURS), place) == (
        f"the template v2.0.0 is neither in this svcgen, which has {carried}, nor at {checkout}",
        f"push the tag from a repository that has it: git push {checkout} v2.0.0",
    )


@pytest.mark.parametrize("version", ["abc1234", "v1.0.0-1-gabc1234"])
def test_a_commit_that_is_nowhere(checkout: Path, place: Path, version: str) -> None:
    message, hint = error(version, str(checkout), Template(checkout, "v9.0.0", OURS), place)
    assert message.endswith(f"nor at {checkout}")
    assert hint == (
        "run svcgen from the checkout that created the service, or publish its commit from there: "
        f"git push {checkout} abc1234:refs/heads/template-abc1234"
    )


def test_a_commit_that_a_shallow_clone_lacks(
    checkout: Path, tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = git(checkout, "rev-parse", "HEAD")
    change(checkout, "three")
    shallow, empty = tmp_path / "shallow", tmp_path / "empty"
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{checkout}", "shallow")
    git(tmp_path, "init", "--quiet", "empty")
    assert error(old, str(empty), Template(shallow, "v9.0.0", OURS), place)[1] == (
        f"complete this checkout, if it created the service: git -C {shallow} fetch --unshallow"
    )
    monkeypatch.chdir(shallow)
    assert error(old, str(empty), Template(tmp_path, "v9.0.0", OURS), place)[1].startswith("run svcgen from")
    git(shallow, "fetch", "--quiet", "--unshallow")
    assert text_of(find_version(old, str(empty), Template(shallow, "v9.0.0", OURS), place)) == "two"


def test_a_template_that_was_never_committed(checkout: Path, place: Path) -> None:
    assert error("v1.0.0-1-gabc1234-dirty", str(checkout), Template(checkout, "v9.0.0", str(checkout)), place) == (
        (
            "the service was created from v1.0.0-1-gabc1234-dirty, a template with changes that were never committed, "
            "so that template can't be rebuilt"
        ),
        (
            "start from the commit that was changed, and check the diff of the update: "
            "perl -pi -e 's/-dirty$//' .copier-answers.yml && "
            "git commit --message 'Update from v1.0.0-1-gabc1234' .copier-answers.yml"
        ),
    )


def test_a_template_of_no_known_version(checkout: Path, place: Path) -> None:
    message, hint = error("unknown", str(checkout), Template(checkout, "v9.0.0", str(checkout)), place)
    assert message == (
        "the service does not record which version of the template it was created from (`_commit: unknown`)"
    )
    assert hint == (
        f"set `_commit` in .copier-answers.yml to the nearest release ({', '.join(carried_versions())}), commit it, "
        "and check the diff of the update"
    )


@pytest.mark.parametrize("source", ["../svcgen", "svcgen", "."])
def test_a_relative_source(elsewhere: Path, place: Path, source: str) -> None:
    for message, hint in (error("v1.0.0", source, Template(elsewhere, "v9.0.0", OURS), place),):
        assert message == f"the template's source '{source}' is a relative path"
        assert hint == "set _src_path in .copier-answers.yml to a URL or an absolute path, and commit it"


@pytest.mark.parametrize("version", ["--upload-pack=touch canary", "--output=canary", "main", "HEAD", "v1.0.0^{/one}"])
def test_a_version_is_neither_an_option_nor_an_expression(
    checkout: Path, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    monkeypatch.chdir(tmp_path)
    error(version, str(checkout), Template(checkout, "v9.0.0", str(checkout)), place)
    assert not (tmp_path / "canary").exists()
    assert not (checkout / "canary").exists()


def test_a_source_is_not_an_option(elsewhere: Path, place: Path, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    for source in (f"--upload-pack=touch {canary}", f"-u{canary}"):
        error("v1.0.0", source, Template(elsewhere, "v9.0.0", OURS), place)
        with pytest.raises(TemplateError):
            released_tags(source)
    assert not canary.exists()


def test_the_releases_of_a_source(checkout: Path) -> None:
    for tag in ("v1.10.0", "v1.9.0", "v2.0.0rc1", "0.5.0", "nightly", "v1.9.0-3-gabc1234", "x/v7.0.0"):
        git(checkout, "tag", tag)
    assert released_tags(str(checkout)) == ("0.5.0", "v1.0.0", "v1.9.0", "v1.9.0-3-gabc1234", "v1.10.0")
    assert released_tags(f"git+file://{checkout}", prereleases=True)[-1] == "v2.0.0rc1"
    assert newest_tag(str(checkout)) == "v1.10.0"


def test_a_source_without_a_release(repository: Path, tmp_path: Path) -> None:
    git(repository, "tag", "v1.0.0rc1")
    with pytest.raises(TemplateError) as caught:
        newest_tag(str(repository))
    assert (caught.value.message, caught.value.hint) == (
        f"{repository} has no released version",
        "tag one, such as v1.0.0",
    )
    with pytest.raises(TemplateError) as caught:
        newest_tag(str(tmp_path / "gone"))
    assert caught.value.message.startswith(f"can't list the releases of {tmp_path}/gone: '{tmp_path}/gone' does not")
    assert caught.value.hint == f"check your access: git ls-remote {tmp_path}/gone"


def test_what_is_carried_is_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("v0.10.0.tar.gz", "v0.9.0.tar.gz", "v0.9.0rc1.tar.gz", "COMMITS", "x.tar.gz"):
        (tmp_path / name).touch()
    monkeypatch.setattr(module, "_RELEASES", tmp_path)
    assert carried_versions() == ("v0.9.0rc1", "v0.9.0", "v0.10.0")


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("v0.2.0", "0.2.0"),
        ("0.2.0", "0.2.0"),
        ("v2", "2"),
        ("v0.2.0rc1", "0.2.0rc1"),
        ("v0.2.0-66-gd16e908", "0.2.0.post66"),
        ("v0.2.0-66-gd16e908-dirty", "0.2.0.post66"),
        ("v0.2.0-dirty", "0.2.0"),
        ("v0.2.0rc1-1-gd16e908", "0.2.0rc1.post1"),
        ("1234567", None),
        ("d16e908", None),
        ("nightly-3-gd16e908", None),
        ("vnext", None),
        ("unknown", None),
        ("Unreleased", None),
        ("", None),
        (f"v{'1' * 5000}", None),
        (f"v1.0-{'1' * 5000}-gabcd", None),
    ],
)
def test_versions(name: str, version: str | None) -> None:
    parsed = parse_version(name)
    assert (str(parsed) if parsed else None) == version


def test_versions_are_ordered_as_they_came() -> None:
    names = ("v0.2.0rc1", "v0.2.0", "v0.2.0-1-gf000000", "v0.2.0-10-ga000000", "v0.3.0")
    versions = [version for name in names if (version := parse_version(name))]
    assert versions == sorted(versions)
    assert len(versions) == len(names)
