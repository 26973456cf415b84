"""Responses show an error in development, and nowhere else."""

from typing import Any, get_args
from urllib.parse import quote_plus

import pytest
from httpx import AsyncClient
from pydantic import BaseModel, SecretStr
from sqlalchemy import URL

from app.core.development import MAX_CHARACTERS, describe, secrets_in
from app.deps import State
from app.main import create_app
from app.settings import Settings
from tests.conftest import API_KEY, client_of
from tests.core.test_errors import assert_problem

ENVIRONMENTS = get_args(Settings.model_fields["environment"].annotation)
SECRET = "p@ss'word/é"
RULE = "No secret in a log line or a settings error."


def settings_of(environment: str = "development", **values: Any) -> Settings:
    given = {"database_url": "postgresql://u:p@db/app", "api_key": API_KEY, "environment": environment, **values}
    return Settings(**given)


async def test_a_developer_sees_the_error(developer: AsyncClient) -> None:
    problem = assert_problem(await developer.post("/widgets/bolt/then-crash"), 500)

    assert str(problem["detail"]).startswith("tests/sample.py:")
    assert str(problem["detail"]).endswith(" in create_then_crash: RuntimeError: a secret of the inside")


@pytest.mark.parametrize("environment", [name for name in ENVIRONMENTS if name != "development"])
async def test_other_environments_hide_it(settings: Settings, state: State, environment: str) -> None:
    app = create_app(settings.model_copy(update={"environment": environment}))
    async with client_of(app, state, **{"X-API-Key": API_KEY}) as client:
        crash = await client.post("/widgets/bolt/then-crash")
        query = await client.post("/widgets/sql/changing")

    for response in (crash, query):
        assert assert_problem(response, 500).keys() == {"type", "title", "status", "request_id"}, RULE


def test_development_is_asked_for() -> None:
    assert Settings.model_fields["environment"].default == "production"


def raised(error: Exception) -> Exception:
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


@pytest.mark.parametrize(
    "error",
    [
        ValueError(f"before {SECRET} after"),
        KeyError(SECRET),
        ValueError(f"postgresql://u:{quote_plus(SECRET)}@db/app"),
        ExceptionGroup("both", [ValueError(SECRET)]),
    ],
)
@pytest.mark.parametrize(
    "values",
    [
        {"api_key": f"{API_KEY}, {SECRET}"},
        {
            "database_url": URL.create("postgresql", "u", SECRET, "db", database="app").render_as_string(
                hide_password=False
            )
        },
    ],
)
def test_no_secret_is_shown(error: Exception, values: dict[str, Any]) -> None:
    said = describe(raised(error), settings_of(**values))

    assert said
    assert "**********" in said
    assert not [form for form in (SECRET, quote_plus(SECRET), repr(SECRET)[1:-1]) if form in said], RULE


def test_secrets_are_found_however_deep() -> None:
    class More(BaseModel):
        keys: dict[str, list[SecretStr]] = {"a": [SecretStr("deep")]}
        password: SecretStr = SecretStr("of a field")
        url: URL = URL.create("redis", password="of a url")

        model_config = {"arbitrary_types_allowed": True}

    assert set(secrets_in({"more": More(), "none": None})) == {"deep", "of a field", "of a url"}


def test_a_password_that_is_the_name_is_no_secret() -> None:
    """As in .env.example, where masking it would hide "postgresql"."""
    settings = settings_of(database_url="postgresql://postgres:postgres@localhost/app")

    assert "postgresql" in str(describe(raised(ValueError("postgresql")), settings))


class UnspeakableError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no")


@pytest.mark.parametrize("error", [UnspeakableError(), ValueError("\ud800"), ValueError("x" * 1_000_000)])
def test_any_error_can_be_shown(error: Exception) -> None:
    said = describe(raised(error), settings_of())

    assert said
    assert len(said.encode()) < MAX_CHARACTERS + 10


async def test_a_missing_migration_is_named(developer: AsyncClient) -> None:
    problem = assert_problem(await developer.post("/widgets/sql/changing"), 500)

    assert 'relation "changing" does not exist' in str(problem["detail"])
    assert str(problem["detail"]).count("Run: uv run scripts/makemigration.py") == 1


async def test_other_errors_of_the_database_are_as_ever(developer: AsyncClient) -> None:
    assert_problem(await developer.post("/widgets/sql/lock"), 503)
    problem = assert_problem(await developer.post("/widgets/sql/division"), 500)

    assert "makemigration" not in str(problem["detail"])


def test_a_key_that_is_not_unicode_hides_nothing_else() -> None:
    settings = settings_of(api_key="sixteen-characters\udcff")

    assert str(describe(raised(ValueError("a message")), settings)).endswith("ValueError: a message")


def test_a_secret_that_begins_with_another_is_hidden_whole() -> None:
    said = describe(
        raised(ValueError("the-first-of-two-and-more")),
        settings_of(api_key="the-first-of-two,the-first-of-two-and-more"),
    )

    assert str(said).endswith("ValueError: **********")
