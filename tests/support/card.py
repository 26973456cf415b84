"""The card that each service must be true to, word for word."""
# ruff: noqa: E501  (a table is read line by line)

CARD = """
A single-purpose FastAPI service. Async by default. Postgres for state. Dockerized.
Production runs as a container on {platform}. The Dockerfile + locked requirements.txt define what runs.
Local mirrors via docker compose up.
Python {python} + FastAPI {fastapi}+ + Uvicorn. Pydantic v2 for request and response schemas. SQLAlchemy 2.x with the async API. Alembic for migrations.
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
uvicorn app.main:app --reload
Test /healthz, then implement the first business route.
"""
