import importlib
import re
from pathlib import Path
from typing import Annotated, get_args

import pytest
from pydantic import BeforeValidator, SecretStr, ValidationError
from pydantic_settings import BaseSettings

import app.main
import app.settings
from app.settings import Settings, explain, get_settings, parse_database_url

ROOT = Path(__file__).parents[2]
RULE = "app/settings.py: No secret in a log line or a settings error."
SECRET_NAMES = re.compile(
    r"(^|_)(password|passwd|secret|token|(api|private|signing|encryption|access)_?keys?|dsn|credentials?)$"
)
SECRET = "do-not-print-me"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def load(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    complete = {"DATABASE_URL": "postgresql://db/app", "API_KEY": "sixteen-characters"}
    for name, value in {**complete, **variables}.items():
        monkeypatch.setenv(name, value)
    return Settings()


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("postgres://u:p@db:5432/app", "postgresql+asyncpg://u:p@db:5432/app"),
        ("postgresql://u:p@db/app", "postgresql+asyncpg://u:p@db/app"),
        ("postgresql+asyncpg://u:p@db/app", "postgresql+asyncpg://u:p@db/app"),
        ("postgres://u:p@db/app?sslmode=disable", "postgresql+asyncpg://u:p@db/app?ssl=disable"),
        ("postgres://u:p%40ss@db/app?sslmode=require", "postgresql+asyncpg://u:p%40ss@db/app?ssl=require"),
        ("postgresql://u@/app?host=/run/postgres", "postgresql+asyncpg://u@/app?host=%2Frun%2Fpostgres"),
    ],
)
def test_database_urls_of_the_platforms(given: str, taken: str) -> None:
    assert parse_database_url(given).render_as_string(hide_password=False) == taken


@pytest.mark.parametrize("url", [f"mysql://u:{SECRET}@db/app", f"{SECRET} is not a url"])
def test_other_database_urls_are_refused(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    with pytest.raises(ValidationError) as caught:
        load(monkeypatch, DATABASE_URL=url)

    assert "DATABASE_URL" in explain(caught.value)
    assert SECRET not in explain(caught.value), RULE
    assert SECRET not in str(caught.value), RULE


def test_several_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, API_KEY="the-new-key-of-2026, the-old-key-of-2025,")

    assert settings.api_keys == (b"the-new-key-of-2026", b"the-old-key-of-2025")


@pytest.mark.parametrize("environment", ["staging", "production"])
def test_weak_keys_are_refused(monkeypatch: pytest.MonkeyPatch, environment: str) -> None:
    with pytest.raises(ValidationError, match="at least 16 characters"):
        load(monkeypatch, API_KEY=f"{SECRET}-long-enough,changeme", ENVIRONMENT=environment)

    assert load(monkeypatch, API_KEY="changeme", ENVIRONMENT="development").api_keys == (b"changeme",)


@pytest.mark.parametrize("keys", [",", " , "])
def test_no_key_is_refused(monkeypatch: pytest.MonkeyPatch, keys: str) -> None:
    with pytest.raises(ValidationError, match="API_KEY holds no key"):
        load(monkeypatch, API_KEY=keys)


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(
        monkeypatch,
        DATABASE_URL=f"postgres://u:{SECRET}@db/app",
        API_KEY=f"{SECRET}-api-key",
        SENTRY_DSN=f"https://{SECRET}@sentry.test/1",
    )

    assert SECRET not in repr(settings) + str(settings), RULE


def test_every_secret_is_a_secret_str() -> None:
    for name, field in Settings.model_fields.items():
        if SECRET_NAMES.search(name):
            assert SecretStr in {field.annotation, *get_args(field.annotation)}, f"{RULE} Declare {name} as SecretStr."


@pytest.mark.parametrize(
    "dsn",
    [
        SECRET,
        f"https://{SECRET}",
        f"https://key@sentry.test/{SECRET}",
        f"https://key@sentry.test:{SECRET}/1",
        "https://[/1",
    ],
)
def test_a_wrong_dsn_of_sentry_is_refused(monkeypatch: pytest.MonkeyPatch, dsn: str) -> None:
    with pytest.raises(ValidationError) as caught:
        load(monkeypatch, SENTRY_DSN=dsn)

    assert "SENTRY_DSN: must look like https://key@host/number" in explain(caught.value)
    assert SECRET not in explain(caught.value) + str(caught.value), RULE


@pytest.mark.parametrize("field", Settings.model_fields)
@pytest.mark.parametrize(
    "value",
    [SECRET, f"{SECRET}@{SECRET}:{SECRET}", f"[{SECRET}", f'["{SECRET}"]', f"1e{SECRET}", f"\udcff{SECRET}"],
)
def test_no_value_is_shown(monkeypatch: pytest.MonkeyPatch, field: str, value: str) -> None:
    said = ""
    try:
        load(monkeypatch, **{field.upper(): value})
    except ValidationError as error:
        said = explain(error) + str(error)

    assert SECRET not in said, RULE
    assert not said or field.upper() in said


def test_what_a_parser_says_is_not_shown() -> None:
    """Python's parsers quote their input in the message."""

    class More(BaseSettings):
        ports: dict[str, Annotated[int, BeforeValidator(int)]]
        zone: Annotated[str, BeforeValidator(lambda value: value.encode("ascii"))]

    with pytest.raises(ValidationError, match=SECRET) as caught:
        More(ports={SECRET: SECRET}, zone=f"\xe9{SECRET}")

    assert explain(caught.value).splitlines()[1:] == ["  PORTS: is not valid", "  ZONE: is not valid"], RULE


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"API_KEY=\xff", ".env is not UTF-8"), (f"HOSTS={SECRET}".encode(), 'error parsing value for field "hosts"')],
)
def test_a_file_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes, said: str) -> None:
    class More(Settings):
        hosts: tuple[str, ...] = ()

    (tmp_path / ".env").write_bytes(content)
    monkeypatch.setitem(More.model_config, "env_file", ".env")
    monkeypatch.setattr(app.settings, "Settings", More)

    with pytest.raises(SystemExit, match=said) as caught:
        get_settings.__wrapped__()

    assert SECRET not in str(caught.value), RULE
    assert caught.value.__context__ is None


def test_log_level_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, LOG_LEVEL="warning").log_level == "WARNING"


def test_the_app_refuses_to_start_readably(monkeypatch: pytest.MonkeyPatch) -> None:
    """An import of app.main prints one line for each variable, without values or a traceback."""
    monkeypatch.setenv("API_KEY", SECRET)
    monkeypatch.setenv("LOG_LEVEL", SECRET)
    get_settings.cache_clear()

    with pytest.raises(SystemExit) as caught:
        importlib.reload(app.main)

    message = str(caught.value)
    assert "DATABASE_URL: Field required" in message
    assert "LOG_LEVEL: Input should be 'DEBUG'" in message
    assert SECRET not in message, RULE


def test_env_example_is_enough_to_start() -> None:
    settings = Settings(_env_file=ROOT / ".env.example")

    assert settings.environment == "development"
    assert settings.sentry_dsn is None
