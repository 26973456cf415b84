"""What a team must do for the releases that it crosses."""

from pathlib import Path

import pytest

from svcgen.template.changelog import duties
from svcgen.template.history import parse_version

CHANGELOG = """\
# Changelog

## Unreleased

### What a team must do

- Wait.

## [2.0.0] - 2026-03-01

### Added

- Nothing to do.

### What a team must do

- Run this
  and `that`.
- Then rest.

### Fixed

- Not this.

## v1.1.0 (2026-02-01)

### Changed

- A heading of [its] own: What a team must do

## [1.0.1] - 2026-01-02

### What a team must do

## 1.0.0

### What a team must do

- Begin.

[2.0.0]: https://git.example.com/2.0.0
- Never this.
"""
BEGIN, RUN, REST, WAIT = "1.0.0: Begin.", "2.0.0: Run this and `that`.", "2.0.0: Then rest.", "Unreleased: Wait."


@pytest.fixture
def changelog(tmp_path: Path) -> Path:
    path = tmp_path / "CHANGELOG.md"
    path.write_text(CHANGELOG)
    return path


@pytest.mark.parametrize(
    ("after", "upto", "expected"),
    [
        ("v1.0.0", "v2.0.0", (RUN, REST)),
        ("v0.9.0", "v2.0.0", (BEGIN, RUN, REST)),
        ("v0.9.0", "v1.0.0", (BEGIN,)),
        ("v0.9.0", "v0.9.9", ()),
        ("v1.0.0", "v1.1.0", ()),
        ("v2.0.0", "v2.0.0", ()),
        ("v2.0.0", "v3.0.0", ()),
        ("v2.0.0rc1", "v2.0.0", (RUN, REST)),
        # What is not released yet.
        ("v2.0.0", "v2.0.0-1-gabc1234", (WAIT,)),
        ("v1.1.0", "v2.0.0-1-gabc1234", (RUN, REST, WAIT)),
        ("v2.0.0-1-gabc1234", "v2.0.0-3-gabc1234", (WAIT,)),
        ("v2.0.0", "abc1234", (WAIT,)),
        # From a commit of which no release is known.
        ("abc1234", "v2.0.0", (BEGIN, RUN, REST)),
        ("abc1234", "abc1235", (BEGIN, RUN, REST, WAIT)),
        ("v1.0.0-1-gabc1234", "v2.0.0", (RUN, REST)),
    ],
)
def test_the_releases_crossed(changelog: Path, after: str, upto: str, expected: tuple[str, ...]) -> None:
    assert duties(changelog, parse_version(after), parse_version(upto)) == expected


@pytest.mark.parametrize("heading", ["## [Unreleased]", "## Unreleased", "## [Unreleased] - soon"])
def test_what_is_not_released(changelog: Path, heading: str) -> None:
    changelog.write_text(CHANGELOG.replace("## Unreleased", heading))
    assert duties(changelog, parse_version("v2.0.0"), None) == (WAIT,)


def test_line_endings_and_other_encodings(changelog: Path) -> None:
    changelog.write_bytes(CHANGELOG.replace("rest", "h\xf4tel").replace("\n", "\r\n").encode("latin-1"))
    found = duties(changelog, parse_version("v1.1.0"), parse_version("v2.0.0"))
    assert found == (RUN, "2.0.0: Then h\ufffdtel.")


def test_without_a_changelog(tmp_path: Path) -> None:
    assert duties(tmp_path / "CHANGELOG.md", None, None) == ()
    (tmp_path / "CHANGELOG.md").mkdir()
    assert duties(tmp_path / "CHANGELOG.md", None, None) == ()
