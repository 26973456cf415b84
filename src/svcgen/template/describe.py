"""Find the version of the template in a checkout. The build of the wheel imports this, so it needs no library."""

import re
from pathlib import Path

from svcgen.errors import ToolError
from svcgen.system.git import git

PARTS = ("copier.yml", "template")
UNKNOWN = "unknown"
RELEASE = re.compile(r"v?\d+(\.\d+)+((a|b|rc)\d+)?(\.post\d+)?")
# One line for each release: its tag, its commit, and the git ids of copier.yml and template/.
COMMITS = Path(__file__).parent / "releases" / "COMMITS"
_AHEAD = re.compile(r"(?P<tag>.+)-(?P<distance>\d{1,9})-g(?P<commit>[0-9a-f]{4,64})")
_DIRTY = "-dirty"


def describe(checkout: Path) -> str:
    """Return the version of the template in a checkout of svcgen.

    Returns:
        The release that has the same template; otherwise the output of `git describe`, with `-dirty` if the template
        has uncommitted changes; "unknown" if git fails.
    """
    try:
        version = git(checkout, "describe", "--tags", "--always").strip()
        if git(checkout, "status", "--porcelain", "--", *PARTS):
            return version + _DIRTY
        return _release_like(checkout, version) or version
    except ToolError:
        return UNKNOWN


def is_checkout(root: Path) -> bool:
    """Return whether a template is in a clone, and not in a wheel or an archive that svcgen carries."""
    return (root / ".git").exists()


def is_dirty(version: str) -> bool:
    """Return whether a version includes uncommitted changes."""
    return version.endswith(_DIRTY)


def without_changes(version: str) -> str:
    """Return a version without the mark of uncommitted changes."""
    return version.removesuffix(_DIRTY)


def nearest_tag(version: str) -> tuple[str, int]:
    """Return the nearest tag of a version, and the number of commits since that tag."""
    ahead = _AHEAD.fullmatch(without_changes(version))
    return (ahead["tag"], int(ahead["distance"])) if ahead else (without_changes(version), 0)


def commit_of(version: str) -> str:
    """Return the commit in the output of `git describe`; empty for a tag."""
    described = without_changes(version)
    ahead = _AHEAD.fullmatch(described)
    if ahead:
        return ahead["commit"]
    return described if re.fullmatch(r"[0-9a-f]{4,64}", described) else ""


def _release_like(checkout: Path, version: str) -> str:
    """Return the release that has the same template as HEAD; empty if there is none."""
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
