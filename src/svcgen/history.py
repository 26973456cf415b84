"""The templates of earlier releases: those that this installation carries, and those that only the source has."""

import re
import tarfile
from pathlib import Path

from packaging.version import InvalidVersion, Version

from svcgen.errors import TemplateError, ToolError
from svcgen.git import git
from svcgen.template import Template

_RELEASES = Path(__file__).parent / "releases"


def parse_version(tag: str) -> Version | None:
    """Return the version that a tag names, or None for what is no release."""
    if not tag.startswith("v") and "." not in tag:
        return None  # a commit whose name happens to be all digits
    try:
        return Version(tag.removeprefix("v"))
    except InvalidVersion:
        return None


def carried_versions() -> tuple[str, ...]:
    """Return the tags of the releases whose template this installation carries, oldest first."""
    tags = (path.name.removesuffix(".tar.gz") for path in _RELEASES.glob("v*.tar.gz"))
    return tuple(sorted(tags, key=lambda tag: Version(tag.removeprefix("v"))))


def find_version(version: str, source: str, current: Template, directory: Path) -> Template:
    """Return the template of a version, from this installation where it has it and else from its source.

    Args:
        version: A tag, or what `git describe` said.
        source: The git URL that has it.
        current: The template of this installation.
        directory: Where to put it; not there yet.

    Raises:
        TemplateError: It is neither here nor there.
    """
    if not same_source(source, current.source):
        return Template(_fetch(version, source, directory), version, source)
    if version == current.version:
        return Template(current.root, version, source)
    if version in carried_versions():
        with tarfile.open(_RELEASES / f"{version}.tar.gz") as archive:
            archive.extractall(directory, filter="data")
        return Template(directory, version, source)
    return Template(_fetch(version, source, directory), version, source)


def newest_tag(source: str) -> str:
    """Ask a template's repository for its newest release.

    Raises:
        TemplateError: It can't be asked, or has none.
    """
    return released_tags(source)[-1]


def released_tags(source: str) -> tuple[str, ...]:
    """Ask a template's repository for its releases, oldest first; there is at least one.

    Raises:
        TemplateError: It can't be asked, or has none.
    """
    try:
        listed = git(Path.cwd(), "ls-remote", "--tags", "--refs", _url(source))
    except ToolError as error:
        raise TemplateError(f"can't ask {source} for its releases: {error.message}") from error
    versions = {version: tag for tag in re.findall(r"refs/tags/(\S+)", listed) if (version := parse_version(tag))}
    released = sorted(version for version in versions if not version.is_prerelease)
    if not released:
        raise TemplateError(f"{source} has no released version", hint="tag one, such as v1.0.0")
    return tuple(str(versions[version]) for version in released)


def same_source(one: str, other: str) -> bool:
    """Tell whether two git URLs mean the same repository, however each is written."""
    return _url(one).removesuffix("/").removesuffix(".git") == _url(other).removesuffix("/").removesuffix(".git")


def _fetch(version: str, source: str, directory: Path) -> Path:
    try:
        git(Path.cwd(), "clone", "--quiet", "--no-checkout", _url(source), str(directory))
        git(directory, "checkout", "--quiet", version, "--", "copier.yml", "template")
    except ToolError as error:
        carried = ", ".join(carried_versions())
        raise TemplateError(
            f"the template {version} is neither in this svcgen, which has {carried}, nor to be had: {error.message}",
            hint=f"give access to {source}, or update with a svcgen that carries {version}",
        ) from error
    return directory


def _url(source: str) -> str:
    return source.removeprefix("git+").replace("gh:", "https://github.com/", 1)
