"""Read from CHANGELOG.md what a service's team must do."""

import re
from pathlib import Path

from packaging.version import Version

from svcgen.template.history import parse_version

_TODO = "What a team must do"
# "## [0.2.0] - 2026-11-20", "## v0.2.0" and "## Unreleased".
_SECTION = re.compile(r"^## \[?([^\]\s]+).*?\n(.*?)(?=^## |\Z)", flags=re.MULTILINE | re.DOTALL)


def duties(changelog: Path, after: Version | None, upto: Version | None) -> tuple[str, ...]:
    """Return what a team must do for each release of an update, oldest first.

    Args:
        changelog: A Keep a Changelog file, in which such releases have a section "What a team must do".
        after: The current version of the service; None if it is unknown.
        upto: The version to update to; None or a post-release to include the unreleased section.
    """
    found: list[str] = []
    text = changelog.read_text(encoding="utf-8", errors="replace") if changelog.is_file() else ""
    unreleased = upto is None or upto.is_postrelease
    for title, section in _SECTION.findall(text):
        version = parse_version(title)
        if _is_crossed(version, after, upto) if version else unreleased:
            todo = re.search(rf"^### {_TODO}\n(.*?)(?=^### |^\[|\Z)", section, flags=re.MULTILINE | re.DOTALL)
            items = re.findall(r"^- (.*?)(?=^- |\Z)", todo[1] if todo else "", flags=re.MULTILINE | re.DOTALL)
            found[:0] = [f"{title}: {' '.join(item.split())}" for item in items]
    return tuple(found)


def _is_crossed(version: Version, after: Version | None, upto: Version | None) -> bool:
    return (after is None or after < version) and (upto is None or version <= upto)
