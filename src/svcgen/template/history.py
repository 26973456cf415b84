"""Find the templates of other versions: in the checkout of svcgen, carried by svcgen, or at their source."""

import re
import shlex
import shutil
import tarfile
from pathlib import Path

from packaging.version import Version

from svcgen.errors import TemplateError, ToolError
from svcgen.system.git import ask_remote, git
from svcgen.template.cloned import CHANGELOG, clone_template, resolve
from svcgen.template.describe import UNKNOWN, commit_of, is_dirty, nearest_tag, without_changes
from svcgen.template.find import Template
from svcgen.template.source import git_url, same_source

_RELEASES = Path(__file__).parent / "releases"


def parse_version(name: str) -> Version | None:
    """Return the version of a tag, or the output of `git describe` as a post-release of its tag; otherwise None."""
    tag, distance = nearest_tag(name)
    if not tag.startswith("v") and "." not in tag:
        return None  # a commit that happens to be all digits
    try:
        return Version(f"{tag.removeprefix('v')}{f'.post{distance}' if distance else ''}")
    except ValueError:  # not a version, or thousands of digits
        return None


def carried_versions() -> tuple[str, ...]:
    """Return the tags of the releases whose template this installation carries, oldest first."""
    tags = (path.name.removesuffix(".tar.gz") for path in _RELEASES.glob("v*.tar.gz"))
    return tuple(sorted(tags, key=lambda tag: Version(tag.removeprefix("v"))))


def find_version(version: str, source: str, current: Template, directory: Path) -> Template:
    """Return the template of a version, with the changelog beside it.

    The search order is: the template of this installation, the history of svcgen's checkout, the releases that svcgen
    carries, and the source. For another source, the first two are searched only for a commit: repositories can have
    different tags of the same name.

    Args:
        version: A tag, or the output of `git describe`.
        source: The git URL of its repository.
        current: The template of this installation.
        directory: The directory to create it in; it must not exist.

    Raises:
        TemplateError: It is not found; the hint has the command that fixes it.
    """
    ours = same_source(source, current.source)
    here = ours or bool(commit_of(version))
    if here and version == current.version:
        return Template(current.root, version, source)
    _require_rebuildable(version)
    checkout = current.root if current.is_checkout else None
    in_checkout = here and checkout and _take_from_checkout(checkout, version, directory)
    if not in_checkout and not (ours and _take_carried(version, current, directory)):
        _fetch(version, source, directory, checkout)
    return Template(directory, version, source)


def newest_tag(source: str) -> str:
    """Return the newest release in a template's repository.

    Raises:
        TemplateError: The repository can't be reached, or has no release.
    """
    return released_tags(source)[-1]


def released_tags(source: str, *, prereleases: bool = False) -> tuple[str, ...]:
    """Return the releases in a template's repository, oldest first; there is at least one.

    Args:
        source: The URL of the repository.
        prereleases: Whether to include prereleases.

    Raises:
        TemplateError: The repository can't be reached, or has no release.
    """
    url = git_url(source)
    try:
        listed = ask_remote("ls-remote", "--tags", "--refs", "--", url, seconds=60)
    except ToolError as error:
        raise TemplateError(
            f"can't list the releases of {source}: {_reason(error)}", hint=_check_access(url)
        ) from error
    versions = {version: tag for tag in re.findall(r"refs/tags/(\S+)", listed) if (version := parse_version(tag))}
    released = sorted(version for version in versions if prereleases or not version.is_prerelease)
    if not released:
        raise TemplateError(f"{source} has no released version", hint="tag one, such as v1.0.0")
    return tuple(str(versions[version]) for version in released)


def _require_rebuildable(version: str) -> None:
    if is_dirty(version):
        raise TemplateError(
            f"the service was created from {version}, a template with changes that were never committed, so that "
            "template can't be rebuilt",
            hint="start from the commit that was changed, and check the diff of the update: "
            "perl -pi -e 's/-dirty$//' .copier-answers.yml && "
            f"git commit --message 'Update from {without_changes(version)}' .copier-answers.yml",
        )
    if version == UNKNOWN:
        raise TemplateError(
            "the service does not record which version of the template it was created from (`_commit: unknown`)",
            hint=f"set `_commit` in .copier-answers.yml to the nearest release ({', '.join(carried_versions())}), "
            "commit it, and check the diff of the update",
        )


def _take_from_checkout(checkout: Path, version: str, directory: Path) -> bool:
    try:
        return bool(resolve(checkout, version)) and clone_template(str(checkout), version, directory, "--shared")
    except ToolError:
        return False


def _take_carried(version: str, current: Template, directory: Path) -> bool:
    if version not in carried_versions():
        return False
    with tarfile.open(_RELEASES / f"{version}.tar.gz") as archive:
        archive.extractall(directory, filter="data")
    # The newest changelog covers all releases.
    if (current.root / CHANGELOG).is_file():
        shutil.copyfile(current.root / CHANGELOG, directory / CHANGELOG)
    return True


def _fetch(version: str, source: str, directory: Path, checkout: Path | None) -> None:
    nowhere = f"the template {version} is neither in this svcgen, which has {', '.join(carried_versions())}, nor at"
    url = git_url(source)
    try:
        found = clone_template(url, version, directory)
    except ToolError as error:
        raise TemplateError(f"{nowhere} {source}: {_reason(error)}", hint=_check_access(url)) from error
    if not found:
        raise TemplateError(f"{nowhere} {source}", hint=_how_to_publish(version, url, checkout))


def _reason(error: ToolError) -> str:
    return error.message.partition("fatal: ")[2] or error.message


def _check_access(url: str) -> str:
    return f"check your access: git ls-remote {shlex.quote(url)}"


def _how_to_publish(version: str, url: str, checkout: Path | None) -> str:
    commit = commit_of(version)
    if not commit:
        return f"push the tag from a repository that has it: {shlex.join(['git', 'push', url, version])}"
    if checkout and git(checkout, "rev-parse", "--is-shallow-repository").strip() == "true":
        complete = shlex.join(["git", "-C", str(checkout), "fetch", "--unshallow"])
        return f"complete this checkout, if it created the service: {complete}"
    publish = shlex.join(["git", "push", url, f"{commit}:refs/heads/template-{commit}"])
    return f"run svcgen from the checkout that created the service, or publish its commit from there: {publish}"
