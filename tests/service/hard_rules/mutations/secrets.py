# ruff: noqa: E501  (a table is read line by line)

from service.hard_rules.edit import Change, Insert
from service.hard_rules.mutation import Mutation, added, changed, handler
from service.hard_rules.rules import SECRETS as RULE

TEST = "tests/core/test_settings.py"
SETTINGS = "app/settings.py"
SENTRY = '    sentry_dsn: SecretStr | None = Field(None, title="Errors are sent to Sentry only when this is set")\n'
LOGGER = "import structlog\n\nlogger = structlog.get_logger(__name__)"


def in_handler(name: str, file: str, body: str, *, at: str = "logger|log", imports: str = LOGGER) -> Mutation:
    text = handler(body, imports=imports, parameters="request: Request, password: str, api_key: str")
    return added(RULE, name, f"app/api/{file}.py", text, at=at)


def setting(name: str, field: str, *, by: str = TEST) -> Mutation:
    return changed(
        RULE, name, Insert(SETTINGS, SENTRY, f"    {field}\n"), file=SETTINGS, at=field.partition(":")[0], by=by
    )


MUTATIONS = [
    in_handler("a password as a field", "sl_field", 'logger.info("login", password=password)'),
    in_handler("a key in an f-string", "sl_fstring", 'logger.info(f"called with {api_key}")'),
    in_handler("a key under another name", "sl_renamed", 'logger.info("called", caller=api_key)'),
    in_handler("a key as an argument", "sl_argument", 'logger.warning("called with %s", api_key)'),
    in_handler("a bound logger", "sl_bind", 'log = logger.bind(token=password)\nlog.info("login")'),
    in_handler("bound for the request", "sl_context", "bind_contextvars(password=password)", imports="from structlog.contextvars import bind_contextvars", at="bind_contextvars"),
    in_handler("all headers", "sl_headers", 'logger.info("called", headers=dict(request.headers))'),
    in_handler("one header", "sl_header", 'logger.info("called", key=request.headers["X-API-Key"])'),
    in_handler("the value of a secret", "sl_value", 'logger.info("up", dsn=request.app.state.settings.sentry_dsn.get_secret_value())'),
    in_handler("the value of a secret, put by", "sl_variable", 'value = request.app.state.settings.api_key.get_secret_value()\nlogger.info("up", value=value)', at="value"),
    in_handler("an exception that tells", "sl_raise", 'raise ValueError(f"bad password {password}")', at="raise"),
    added(
        RULE,
        "a helper that logs what it is given",
        "app/services/sl_helper.py",
        'import structlog\n\n\ndef login(user: str, secret: str) -> None:\n    structlog.get_logger(__name__).info("login", user=user, secret=secret)\n',
        at="secret=secret",
    ),
    changed(RULE, "values in settings errors", Change(SETTINGS, "hide_input_in_errors=True", "hide_input_in_errors=False"), file=SETTINGS, at="hide_input_in_errors"),
    changed(RULE, "the option is gone", Change(SETTINGS, "        hide_input_in_errors=True,\n", ""), file=SETTINGS, at="class Settings|model_config"),
    changed(RULE, "the start-up error shows values", Change(SETTINGS, "include_input=False", "include_input=True"), Change(SETTINGS, "{variable}: {reason}", "{variable}: {reason} {item['input']}"), file=SETTINGS, by=TEST),
    changed(RULE, "a validator that tells", Change(SETTINGS, '"must look like postgresql', 'f"{value} must look like postgresql'), file=SETTINGS, by=TEST),
    changed(RULE, "the DSN in plain text", Change(SETTINGS, "sentry_dsn: SecretStr | None", "sentry_dsn: str | None"), Change("app/core/telemetry.py", "settings.sentry_dsn.get_secret_value()", "settings.sentry_dsn"), file=SETTINGS, at="sentry_dsn"),
    setting("a password in plain text", 'smtp_password: str | None = Field(None, title="Of the mail relay")'),
    setting("a signing key in plain text", 'webhook_signing_key: str | None = Field(None, title="Signs what is sent")'),
    added(
        RULE,
        "settings of its own",
        "app/sl_settings.py",
        "from pydantic_settings import BaseSettings\n\n\nclass MailSettings(BaseSettings):\n    smtp_host: str\n    smtp_password: str\n",
        at="MailSettings|smtp_password",
    ),
    changed(RULE, "statements with their values", Change("app/db.py", "hide_parameters=True", "hide_parameters=False"), file="app/db.py", at="create_async_engine|hide_parameters"),
    changed(RULE, "every statement", Change("app/db.py", "hide_parameters=True,", "hide_parameters=True, echo=True,"), file="app/db.py", at="echo"),
]  # fmt: skip
