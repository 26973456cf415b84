"""AGENTS.md is the service card, filled in."""

import re
import subprocess
from pathlib import Path

import pytest

from generated.conftest import Service

CARD = """
A single-purpose FastAPI service. Async by default. Postgres for state. Dockerized.
Production runs as a container on {platform}. The Dockerfile + locked requirements.txt define what runs.
Local mirrors via docker compose up.
Python {python} + FastAPI 0.115
Uvicorn. Pydantic v2 for request and response schemas. SQLAlchemy 2.x with the async API. Alembic for migrations.
structlog for JSON logs. pytest + httpx for tests (real ASGI calls, no test client wrapping).
uv for dependency management (way faster than pip).
Build the Docker image, push to {platform}. Health check at /healthz. Graceful shutdown via SIGTERM (FastAPI handles it)
app/main.py | FastAPI app + route mounting
app/api/ | routers, one per resource
app/schemas/ | Pydantic models (request, response)
app/models/ | SQLAlchemy ORM models
app/db.py | engine + session factory
app/deps.py | reusable dependencies (auth, db session)
app/settings.py | Pydantic Settings (env loading)
alembic/ | migration history
tests/ | pytest specs
Dockerfile | slim Python image, multi-stage
DATABASE_URL | postgresql+asyncpg://...
API_KEY | shared secret for inbound auth (if no JWT)
LOG_LEVEL |
SENTRY_DSN | optional
Every endpoint declares response_model. No untyped JSON dicts.
DB sessions via FastAPI Depends. Never instantiate AsyncSession in a handler.
Migrations via Alembic auto-generate + manual review. Never edit applied migrations.
Settings via Pydantic Settings class. No os.environ.get in business code.
pytest runs against a throwaway Postgres in CI. No mocks for the DB layer.
All structured logs include request_id set in middleware.
Scaffolded. Locked: Pydantic v2 (faster), SQLAlchemy 2.x async (not Tortoise), uv (not poetry).
uv venv && uv sync to install.
Create Postgres locally with docker compose up db.
alembic upgrade head to apply schema.
uvicorn app.main:app --reload.
Test /healthz, then implement the first business route.
"""
HEADINGS = [
    *("Source of truth", "Tech stack", "Deploy", "File map", ".env keys", "Hard rules"),
    *("Recent significant changes", "Next session: start here"),
]


@pytest.fixture
def agents(service: Service) -> str:
    return (service.path / "AGENTS.md").read_text(encoding="utf-8")


def test_says_what_the_card_says(service: Service, agents: str) -> None:
    said = " ".join(agents.replace("`", "").split())
    card = CARD.format(platform=service.platform.capitalize(), python=service.python)

    assert [line for line in card.strip().splitlines() if line.strip() not in said] == []


def test_has_the_sections_of_the_card(agents: str) -> None:
    assert re.findall(r"^## (.+)$", agents, flags=re.MULTILINE) == HEADINGS


def test_claude_reads_the_same() -> None:
    template = Path(__file__).parents[2] / "template"

    assert (template / "CLAUDE.md").read_text(encoding="utf-8") == "@AGENTS.md\n"


def test_file_map_is_true(service: Service, agents: str) -> None:
    mapped = set(re.findall(r"^\| `((?:app|alembic|tests|scripts|docs|Docker)[^`]*)` \|", agents, flags=re.MULTILINE))
    modules = {
        f"app/{path.name}{'/' if path.is_dir() else ''}"
        for path in (service.path / "app").iterdir()
        if path.name not in {"__init__.py", "__pycache__"}
    }

    assert modules <= mapped
    assert [path for path in mapped if not (service.path / path).exists()] == []


def test_only_the_answers_file_tells_where_it_came_from(service: Service) -> None:
    files = subprocess.run(
        ["git", "-C", service.path, "grep", "-liE", "svcgen|copier|jinja"], capture_output=True, text=True, check=False
    ).stdout.split()

    assert files == [".copier-answers.yml"]


def test_no_jinja_is_left(service: Service) -> None:
    described = [".copier-answers.yml", "AGENTS.md", "Dockerfile", "README.md", "app/main.py", "pyproject.toml"]
    files = subprocess.run(
        ["git", "-C", service.path, "grep", "-lE", r"\{\{|\{%|%\}"], capture_output=True, text=True, check=False
    ).stdout.split()

    assert set(files) - set(described) == {".github/workflows/ci.yml"}  # GitHub's own expressions
