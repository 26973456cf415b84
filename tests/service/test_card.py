"""AGENTS.md is the service card, filled in, and a service notices when its documents go stale."""
# ruff: noqa: E501  (a table is read line by line)

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from service.conftest import Service
from support.card import CARD

# Edits that make a document untrue, and the message of the service's own tests.
STALE = [
    ("AGENTS.md", "| `app/db.py` |", "| `app/database.py` |", "app/database.py has a row, but does not exist"),
    ("AGENTS.md", "| `SENTRY_DSN` | optional |\n", "", "SENTRY_DSN is a field of app/settings.py but not in AGENTS.md"),
    ("AGENTS.md", "| `LOG_LEVEL` |", "| `OLD_KEY` | gone |\n| `LOG_LEVEL` |", "OLD_KEY is in AGENTS.md but not a field"),
    ("AGENTS.md", "Pydantic v2", "Pydantic v1", "AGENTS.md names Pydantic 1, pyproject.toml has"),
    ("AGENTS.md", "SQLAlchemy 2.x", "SQLAlchemy 1.x", "AGENTS.md names SQLAlchemy 1, uv.lock has"),
    ("pyproject.toml", "fastapi>=0.", "fastapi>=0.9", "pyproject.toml has 0.9"),
    ("AGENTS.md", "Python 3.13", "Python 3.12", "The Python versions contradict each other"),
    ("AGENTS.md", "`hard-rules/sessions.yml`", "`hard-rules/session.yml`", "The check hard-rules/session.yml does not exist"),
    ("AGENTS.md", "ruff `TID251`", "ruff `XYZ123`", "The check XYZ123 does not exist"),
    ("AGENTS.md", "## Recent", "- No rule\n  without a check.\n\n## Recent", "names no check; end it with one, such as"),
    ("AGENTS.md", "There is no service layer", "See `app/services.py`. There is no", "AGENTS.md names app/services.py, which does not exist"),
    ("README.md", "(docs/runbook.md)", "(docs/runbooks.md)", "README.md: docs/runbooks.md#"),
    (".agents/skills/write-a-migration/SKILL.md", "Write a migration that", "Write one that", "begin it as .agents/skills/write-a"),
    (".env.example", "MAX_BODY_BYTES=1048576\n", "", "MAX_BODY_BYTES is a field of app/settings.py but not in .env.example"),
    (".env.example", "LOG_LEVEL=", "STRIPE_KEY=\nLOG_LEVEL=", "STRIPE_KEY is in .env.example but not a field of app/settings.py"),
    ("app/settings.py", "    docs_enabled:", "    ftp_url: str | None = None\n    docs_enabled:", "FTP_URL is a field of app/settings.py but not in"),
    ("compose.yaml", "      DATABASE_URL:", "      LOG_LEVLE: DEBUG\n      DATABASE_URL:", "compose.yaml sets LOG_LEVLE, which nothing reads"),
    ("fly.toml", "[deploy]", "[env]\nSENTRY_URL = 'x'\n\n[deploy]", "fly.toml sets SENTRY_URL, which nothing reads"),
    ("pyproject.toml", '    "structlog>=', '    "loguru>=', "AGENTS.md names structlog, pyproject.toml does not"),
]  # fmt: skip
NEW_FILES = {
    "app/mailer.py": "app/mailer.py has no row",
    "app/services/__init__.py": "app/services has no row",
    "jobs/nightly.py": "jobs/ has no row",
    "scripts/close_month.py": "scripts/close_month.py has no row",
    "hard-rules/naming.yml": "No rule of AGENTS.md names hard-rules/naming.yml",
    ".agents/skills/deploy/SKILL.md": ".agents/skills/deploy/SKILL.md has no pointer in .claude/skills",
    ".claude/skills/release/SKILL.md": ".claude/skills/release/SKILL.md points to no skill",
}
# Edits with which every document stays true.
GROWN = [
    ("AGENTS.md", "| `app/db.py` |", "| `app/mailer.py` | mail |\n| `app/services/` | prices |\n| `jobs/` | by night |\n| `app/db.py` |"),
    ("AGENTS.md", "| `hard-rules/` |", "| `scripts/close_month.py` | the books |\n| `hard-rules/` |"),
    ("AGENTS.md", "| `LOG_LEVEL` |", "| `STRIPE_KEY` | payments |\n| `LOG_LEVEL` |"),
    ("AGENTS.md", "## Recent significant changes\n", ("## Words\n\nAn `invoice paid` event; `true or false`; `x --> y`. `uv run -q --env-file .env scripts/close_month.py`.\n\n"
     "## Recent significant changes\n\n- 2026-06-01: `app/old.py` went, and `uv run scripts/old.py` with it.\n")),
    ("AGENTS.md", "`hard-rules/sessions.yml`", "`hard-rules/sessions.yml`, `hard-rules/naming.yml`"),
    ("README.md", "uv sync\n", ("uv sync\ndocker compose --profile jobs up -d db app && docker compose logs --tail 100 -f app\n"
     "docker compose exec db psql --username postgres app -c \"SELECT 1;\n  SELECT 2\"\n$ LOG_LEVEL=DEBUG uv run python -m app.main    # it's loud\n")),
    ("README.md", "## Change it", "See [how to rotate](docs/runbook.md#rotate-the-api-key), [docs](https://docs.example.com).\n\n## Change it"),
    (".env.example", "LOG_LEVEL=", "# STRIPE_KEY=\nLOG_LEVEL="),
    ("app/settings.py", "    docs_enabled:", "    stripe_key: SecretStr | None = None\n    docs_enabled:"),
    ("compose.yaml", "  app:\n", "  worker:\n    build: .\n    environment:\n      - STRIPE_KEY=x\n      - TZ=UTC\n\n  app:\n"),
    ("fly.toml", "[deploy]", "[env]\nPORT = '8000'\nLOG_LEVEL = 'DEBUG'\n\n[deploy]"),
]  # fmt: skip
SKILL = "---\nname: {name}\ndescription: Do it.\n---\n\nRead `.agents/skills/{name}/SKILL.md`.\n"
HEADINGS = [
    *("Source of truth", "Tech stack", "Deploy", "File map", ".env keys", "Hard rules"),
    *("Recent significant changes", "Next session: start here"),
]


@pytest.fixture
def agents(service: Service) -> str:
    return (service.path / "AGENTS.md").read_text(encoding="utf-8")


def test_says_what_the_card_says(service: Service, agents: str) -> None:
    said = " ".join(agents.replace("`", "").split())
    fastapi = re.search(r'"fastapi>=([\d.]+)"', (service.path / "pyproject.toml").read_text(encoding="utf-8"))
    assert fastapi
    # The card was written in the days of 0.115, which can't be imported beside today's Starlette.
    card = CARD.format(platform=service.platform.capitalize(), python=service.python, fastapi=fastapi[1])

    assert [line for line in card.strip().splitlines() if line.strip() not in said] == []


def test_has_the_sections_of_the_card(agents: str) -> None:
    assert re.findall(r"^## (.+)$", agents, flags=re.MULTILINE) == HEADINGS


def test_claude_reads_the_same() -> None:
    template = Path(__file__).parents[2] / "template"

    assert (template / "CLAUDE.md").read_text(encoding="utf-8") == "@AGENTS.md\n"


def test_only_the_answers_file_names_the_generator(service: Service) -> None:
    files = subprocess.run(
        ["git", "-C", service.path, "grep", "-liE", "svcgen|copier|jinja"], capture_output=True, text=True, check=False
    ).stdout.split()

    assert files == [".copier-answers.yml"]


def test_no_jinja_is_left(service: Service) -> None:
    described = [".copier-answers.yml", "AGENTS.md", "Dockerfile", "README.md", "app/main.py", "pyproject.toml"]
    files = subprocess.run(
        ["git", "-C", service.path, "grep", "-lE", r"\{\{|\{%|%\}"], capture_output=True, text=True, check=False
    ).stdout.split()

    # GitHub's own expressions.
    workflows = {f".github/workflows/{name}.yml" for name in ("ci", "deploy", "relock")}
    # A body that is not JSON.
    assert set(files) - set(described) - {"tests/core/test_auth.py"} == workflows


@pytest.fixture
def aged(billing: Service, tmp_path: Path) -> Service:
    """A copy of a service with the same virtual environment, for edits."""
    directory = tmp_path / "service"
    shutil.copytree(billing.path, directory, ignore=shutil.ignore_patterns(".git", ".venv"))
    (directory / ".venv").symlink_to(billing.path / ".venv")
    return replace(billing, path=directory)


def edit(service: Service, edits: list[tuple[str, str, str]]) -> None:
    for file, right, wrong in edits:
        path = service.path / file
        content = path.read_text(encoding="utf-8")
        assert right in content, f"the edit of {file} no longer fits: {right}"
        path.write_text(content.replace(right, wrong), encoding="utf-8")


def add(service: Service, *files: str) -> None:
    for file in files:
        path = service.path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SKILL.format(name=path.parent.name) if path.suffix == ".md" else "", encoding="utf-8")


def run_tests_of_documents(service: Service) -> subprocess.CompletedProcess[str]:
    tests = [f"tests/core/test_{name}.py" for name in ("agents_md", "documents")]
    return service.test("-p", "no:cacheprovider", "-o", "truncation_limit_lines=0", *tests)


def test_a_service_notices_that_its_documents_are_stale(aged: Service) -> None:
    edit(aged, [change[:3] for change in STALE])
    add(aged, *NEW_FILES)

    result = run_tests_of_documents(aged)

    expected = [*(message for *_change, message in STALE), *NEW_FILES.values()]
    assert [message for message in expected if message not in result.stdout] == [], result.stdout


def test_a_service_lets_its_documents_grow(aged: Service) -> None:
    edit(aged, GROWN)
    add(aged, *(file for file in NEW_FILES if "release" not in file), ".claude/skills/deploy/SKILL.md")
    add(
        aged,
        "docs/decisions/0001-no-mocks.md",
        "htmlcov/index.html",
        "htmlcov/.gitignore",
        "app/left/__pycache__/old.pyc",
    )

    result = run_tests_of_documents(aged)

    assert result.returncode == 0, result.stdout
