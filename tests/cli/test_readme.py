import re

import pytest

from support.svcgen import RELEASE, ROOT, Svcgen
from svcgen.template.find import installed_version

README = (ROOT / "README.md").read_text(encoding="utf-8")
AGENTS = (ROOT / "AGENTS.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

SECTIONS = {
    "new": "## `svcgen new NAME [DEST]`",
    "add resource": "## `svcgen add resource NAME FIELD...`",
    "update": "## `svcgen update [PATH]...`",
    "status": "## `svcgen status [PATH]...`",
}


@pytest.mark.parametrize("command", SECTIONS)
def test_names_every_flag_and_no_other(svcgen: Svcgen, command: str) -> None:
    shown = re.findall(r"^  (?:(-\w), )?(--[a-z-]+)", svcgen(*command.split(), "--help").stdout, flags=re.MULTILINE)
    table = README.split(f"{SECTIONS[command]}\n")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`-.*?) \| ", table, flags=re.MULTILINE)
    named = {flag for cell in cells for flag in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", cell)}

    assert named == {flag for pair in shown for flag in pair if flag} - {"-h", "--help"}


def test_has_a_section_for_every_command(svcgen: Svcgen) -> None:
    commands = svcgen("--help").stdout.partition("Commands:\n")[2].partition("\n\n")[0]

    assert set(re.findall(r"^  (\w+)", commands, flags=re.MULTILINE)) == {name.split()[0] for name in SECTIONS}


def test_its_commands_exist() -> None:
    scripts = re.findall(r"(?:uv run|bash|uv run python) ((?:\.ci|tests)/[\w./]+)", README + CONTRIBUTING + AGENTS)

    assert scripts
    assert [script for script in scripts if not (ROOT / script).is_file()] == []


def test_names_the_newest_release() -> None:
    own = f"v{installed_version()}"
    newest = RELEASE if "dev" in own else own  # a release commit does not carry its own template yet
    assert f"svcgen/svcgen@{newest} svcgen new" in README


@pytest.mark.parametrize("link", re.findall(r"\]\((?!https?:)([^)]+)\)", README + CONTRIBUTING + AGENTS))
def test_its_links_lead_somewhere(link: str) -> None:
    assert (ROOT / link).exists()


def test_every_path_exists() -> None:
    paths = set(re.findall(r"`([\w.-]+/[\w./-]*)`", AGENTS)) | set(re.findall(r" (tests/[\w/]+\.py)", AGENTS))

    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_package_is_described() -> None:
    packages = [path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "src" / "svcgen").glob("*/__init__.py")]

    assert packages
    assert [package for package in packages if f"| `{package}/` | " not in AGENTS] == []
