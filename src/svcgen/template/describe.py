"""What version of the template stands in a checkout. The build of a wheel asks it too, so it imports no library."""

import re
from pathlib import Path

from svcgen.errors import ToolError
from svcgen.system.git import git

PARTS = ("copier.yml", "template")
UNKNOWN = "unknown"
RELEASE = re.compile(r"v?\d+(\.\d+)+((a|b|rc)\d+)?(\.post\d+)?")
# One line for each release: its tag, its commit, and git's ids of its copier.yml and its template.
COMMITS = Path(__file__).parent / "releases" / "COMMITS"
_AHEAD = re.compile(r"(?P<tag>.+)-(?P<distance>\d{1,9})-g(?P<commit>[0-9a-f]{4,64})")
_DIRTY = "-dirty"


def describe(checkout: Path) -> str:
    """Return the version of the template in a checkout of svcgen.

    Returns:
        The release whose template it is; else what `git describe` says, which ends in `-dirty` where the template has
        changes that are in no commit; "unknown" where git can't tell.
    """
    try:
        version = git(checkout, "describe", "--tags", "--always").strip()
        if git(checkout, "status", "--porcelain", "--", *PARTS):
            return version + _DIRTY
        return _release_like(checkout, version) or version
    except ToolError:
        return UNKNOWN


def is_checkout(root: Path) -> bool:
    """Return whether a template is in a clone, so neither in a wheel nor in an archive that svcgen carries."""
    return (root / ".git").exists()


def is_dirty(version: str) -> bool:
    """Tell whether a version stands for changes that are in no commit."""
    return version.endswith(_DIRTY)


def without_changes(version: str) -> str:
    """Return the version of the commit that uncommitted changes were made to."""
    return version.removesuffix(_DIRTY)


def nearest_tag(version: str) -> tuple[str, int]:
    """Return the tag that a version is at or after, and how many commits after it."""
    ahead = _AHEAD.fullmatch(without_changes(version))
    return (ahead["tag"], int(ahead["distance"])) if ahead else (without_changes(version), 0)


def commit_of(version: str) -> str:
    """Return the commit in what `git describe` said, or nothing where it is a tag."""
    described = without_changes(version)
    ahead = _AHEAD.fullmatch(described)
    if ahead:
        return ahead["commit"]
    return described if re.fullmatch(r"[0-9a-f]{4,64}", described) else ""


def _release_like(checkout: Path, version: str) -> str:
    """Return the release that has the same template as HEAD, if there is one."""
    tag, _ = nearest_tag(version)
    if RELEASE.fullmatch(version):
        return version
    if RELEASE.fullmatch(tag) and _ids(checkout, f"refs/tags/{tag}") == _ids(checkout, "HEAD"):
        return tag
    known = {tuple(ids): tag for tag, _commit, *ids in map(str.split, COMMITS.read_text().splitlines())}
    return known.get(_ids(checkout, "HEAD"), "")


def _ids(checkout: Path, commit: str) -> tuple[str, ...]:
    listed = git(checkout, "ls-tree", commit, "--", *PARTS).splitlines()
    return tuple(line.split()[2] for line in listed)
