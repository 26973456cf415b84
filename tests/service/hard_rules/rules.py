"""The hard rules, as AGENTS.md of a service says them (but for the backticks)."""

RESPONSE_MODEL = "Every endpoint declares response_model. No untyped JSON dicts."
SESSIONS = "DB sessions via FastAPI Depends. Never instantiate AsyncSession in a handler."
MIGRATIONS = "Migrations via Alembic auto-generate + manual review. Never edit applied migrations."
SETTINGS = "Settings via Pydantic Settings class. No os.environ.get in business code."
TEST_DATABASE = "pytest runs against a throwaway Postgres in CI. No mocks for the DB layer."
REQUEST_ID = "All structured logs include request_id set in middleware."
BLOCKING = "No blocking call in async code."
COMMITS = "No commit in a handler, no session dependency without function scope."
LAYERS = "Layers: api may import schemas, models, deps, errors; models import nothing else of app; schemas no ORM."
LAZY_LOADING = "No lazy loading."
SECRETS = "No secret in a log line or a settings error."
PRIVATE_NAMES = "No private name of a library."

RULES = (
    RESPONSE_MODEL,
    SESSIONS,
    MIGRATIONS,
    SETTINGS,
    TEST_DATABASE,
    REQUEST_ID,
    BLOCKING,
    COMMITS,
    LAYERS,
    LAZY_LOADING,
    SECRETS,
    PRIVATE_NAMES,
)
