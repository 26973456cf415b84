"""What this service reports to others: errors to Sentry, spans and metrics to OpenTelemetry."""

from importlib.util import find_spec

from fastapi.telemetry import TelemetryConfig

from app.settings import Settings

# FastAPI makes spans and metrics for every request, even if nothing collects them. They are on where the OpenTelemetry
# SDK is installed; for an agent with its own implementation of the API, such as ddtrace, set this to None.
TELEMETRY: TelemetryConfig | None = (
    None if find_spec("opentelemetry.sdk") else {"tracing": False, "metrics": False, "logs": False}
)


def configure_sentry(settings: Settings) -> None:
    if settings.sentry_dsn:
        import sentry_sdk  # noqa: PLC0415  # a quarter of the start-up time, only for services that use it

        sentry_sdk.init(dsn=settings.sentry_dsn.get_secret_value(), environment=settings.environment)
