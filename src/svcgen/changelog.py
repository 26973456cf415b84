"""Reads CHANGELOG.md for what a service's team has to do."""

import re
from pathlib import Path

from packaging.version import Version

from svcgen.history import parse_version

_TODO = "What a team must do"


def duties(changelog: Path, after: Version | None, upto: Version | None) -> tuple[str, ...]:
    """Return what a team must do for the releases that it crosses, the oldest first.

    Args:
        changelog: In the form of Keep a Changelog, with a section of this name in each release that asks for something.
        after: The version that the service is at; None where that is no release.
        upto: The version that it goes to; None for the newest there is, whether it is released or not.
    """
    found: list[str] = []
    text = changelog.read_text(encoding="utf-8") if changelog.exists() else ""
    for title, section in re.findall(r"^## \[([^\]]+)\].*?\n(.*?)(?=^## |\Z)", text, flags=re.MULTILINE | re.DOTALL):
        version = parse_version(title)
        if (version is None and upto is None) or (version and _is_crossed(version, after, upto)):
            todo = re.search(rf"^### {_TODO}\n(.*?)(?=^### |^\[|\Z)", section, flags=re.MULTILINE | re.DOTALL)
            items = re.findall(r"^- (.*?)(?=^- |\Z)", todo[1] if todo else "", flags=re.MULTILINE | re.DOTALL)
            found[:0] = [f"{title}: {' '.join(item.split())}" for item in items]
    return tuple(found)


def _is_crossed(version: Version, after: Version | None, upto: Version | None) -> bool:
    return (after is None or after < version) and (upto is None or version <= upto)
