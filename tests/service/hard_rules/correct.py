"""What a good team writes: it must stay green, each edit alone and all of them together.

The new files of an edit are those below ``correct/<its name>/``.
"""

from pathlib import Path

from service.hard_rules.edit import Change, Edit, Insert, Step

FOLDER = Path(__file__).with_name("correct")

DEPS = "app/deps.py"
LIFESPAN = "app/core/lifespan.py"
SESSION_DEP = 'SessionDep = Annotated[AsyncSession, Depends(get_session, scope="function")]\n'


def edit(name: str, *steps: Step) -> Edit:
    files = {
        str(path.relative_to(FOLDER / name)): path.read_text(encoding="utf-8")
        for path in sorted((FOLDER / name).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    return Edit(name, steps, files)


def mounted(*routers: str) -> tuple[Step, ...]:
    file = "app/api/__init__.py"
    imports = "".join(f"from app.api import {router}\n" for router in routers)
    return (
        Insert(file, "from fastapi import APIRouter\n", f"\n{imports}"),
        Insert(file, "routers: list[APIRouter] = [", "".join(f"{router}.router, " for router in routers)),
    )


def exported(module: str, *models: str) -> tuple[Step, ...]:
    file = "app/models/__init__.py"
    return (
        Insert(file, "import Base\n", f"from app.models.{module} import {', '.join(models)}\n"),
        Insert(file, '__all__ = ["Base"', "".join(f', "{model}"' for model in models)),
    )


def mapped(path: str, what: str) -> Step:
    """Name a new file in the file map."""
    row = "| `scripts/makemigration.py` | autogenerate a migration |\n"
    return Insert("AGENTS.md", row, f"| `{path}` | {what} |\n")


SESSION_FACTORY_DEP = Insert(
    DEPS,
    SESSION_DEP,
    '''

def get_session_factory(request: Request) -> async_sessionmaker[AsyncSession]:
    """For what goes on after the handler has returned: a stream, a background task."""
    state: State = request.scope["state"]
    return state["session_factory"]


SessionFactoryDep = Annotated[async_sessionmaker[AsyncSession], Depends(get_session_factory)]
''',
)

CORRECT = [
    edit("sub_router", *mounted("accounts"), *exported("account", "Account", "Member")),
    edit("enum", *mounted("invoices"), *exported("invoice", "Invoice", "InvoiceStatus")),
    edit("streaming", *mounted("entries"), *exported("entry", "Entry"), SESSION_FACTORY_DEP),
    edit("server_sent_events", *mounted("progress")),
    edit("no_content", *mounted("webhooks"), *exported("webhook", "Webhook")),
    edit("file_download", *mounted("terms"), mapped("app/static/", "files that are served as they are")),
    edit("pdf", *mounted("receipts")),
    edit("redirect", *mounted("links")),
    edit("plain_text_metrics", *mounted("metrics")),
    edit("html_page", *mounted("welcome")),
    edit("background_task", *mounted("letters"), *exported("delivery", "Delivery"), SESSION_FACTORY_DEP),
    edit("settings_subclass", mapped("scripts/close_month.py", "closes the month that has ended")),
    edit(
        "new_setting",
        Insert(
            "app/settings.py",
            'title="Errors are sent to Sentry only when this is set")\n',
            '    tax_token: SecretStr | None = Field(None, title="Secret for the tax office\'s API")\n',
        ),
        Insert(".env.example", "SENTRY_DSN=\n", "# Secret for the tax office's API.\nTAX_TOKEN=\n"),
        Insert("AGENTS.md", "| `SENTRY_DSN` | optional |\n", "| `TAX_TOKEN` | secret for the tax office's API |\n"),
    ),
    edit("data_migration", *exported("contact", "Contact")),
    edit("concurrent_index", *exported("payment", "Payment")),
    edit("merge_migration", *exported("fee", "Fee"), *exported("tax", "Tax")),
    edit("relationship", *mounted("orders"), *exported("order", "Order", "OrderLine")),
    edit("association_table", *exported("product", "Product", "Tag")),
    edit("helper_with_session", *mounted("quotes"), *exported("quote", "Quote")),
    edit("services_package", *mounted("prices"), mapped("app/services/", "logic that several handlers share")),
    edit("savepoint", *mounted("coupons"), *exported("coupon", "Coupon")),
    edit("skip_locked", *mounted("jobs"), *exported("job", "Job")),
    edit("upsert", *mounted("rates"), *exported("rate", "Rate")),
    edit("json_column", *mounted("events"), *exported("event", "Event")),
    edit(
        "dependency_on_session",
        *mounted("tenants"),
        *exported("tenant", "Tenant"),
        Insert(DEPS, "from app.errors import UnauthorizedError\n", "from app.errors import NotFoundError\n"),
        Insert(DEPS, "from app.core.schema_check import SchemaCheck\n", "from app.models import Tenant\n"),
        Insert(DEPS, "from fastapi import Depends, Request\n", "from sqlalchemy import select\n"),
        Insert(
            DEPS,
            SESSION_DEP,
            """

async def get_tenant(slug: str, session: SessionDep) -> Tenant:
    if tenant := await session.scalar(select(Tenant).where(Tenant.slug == slug)):
        return tenant
    raise NotFoundError("There is no such tenant")


TenantDep = Annotated[Tenant, Depends(get_tenant)]
""",
        ),
    ),
    edit(
        "read_only_session",
        *mounted("reports"),
        Insert(
            DEPS,
            SESSION_DEP,
            '''

async def get_read_only_session(request: Request) -> AsyncIterator[AsyncSession]:
    """For reports: Postgres itself refuses to write."""
    state: State = request.scope["state"]
    async with state["session_factory"]() as session:
        await session.connection(execution_options={"postgresql_readonly": True})
        yield session


ReadOnlySessionDep = Annotated[AsyncSession, Depends(get_read_only_session, scope="function")]
''',
        ),
    ),
    edit(
        "outbound_http",
        *mounted("vat"),
        Insert(DEPS, "from fastapi.security import APIKeyHeader\n", "from httpx import AsyncClient\n"),
        Insert(DEPS, "    draining: asyncio.Event\n", "    http: AsyncClient\n"),
        Insert(
            DEPS,
            SESSION_DEP,
            '''

def get_http(request: Request) -> AsyncClient:
    """One client for all requests: its connections are kept."""
    state: State = request.scope["state"]
    return state["http"]


HttpDep = Annotated[AsyncClient, Depends(get_http)]
''',
        ),
        Insert(LIFESPAN, "from fastapi import FastAPI\n", "from httpx import AsyncClient\n"),
        Insert(LIFESPAN, "    draining = asyncio.Event()\n", "    http = AsyncClient(timeout=5)\n"),
        Insert(LIFESPAN, "                draining=draining,\n", "                http=http,\n"),
        Insert(LIFESPAN, "        await engine.dispose()\n", "        await http.aclose()\n"),
        Change("pyproject.toml", '    "httpx>=0.28",\n', ""),
        Insert("pyproject.toml", '    "httptools>=0.9",\n', '    "httpx>=0.28",\n'),
    ),
    edit(
        "periodic_task",
        *exported("login", "Login"),
        mapped("app/housekeeping.py", "what is done every hour"),
        Insert(LIFESPAN, "from app.deps import State\n", "from app.housekeeping import keep_house\n"),
        Insert(
            LIFESPAN,
            "    draining = asyncio.Event()\n",
            "    housekeeping = asyncio.create_task(keep_house(create_session_factory(engine)))\n",
        ),
        Change(
            LIFESPAN,
            "        await engine.dispose()\n",
            "        housekeeping.cancel()\n"
            "        await asyncio.gather(housekeeping, return_exceptions=True)\n"
            "        await engine.dispose()\n",
        ),
    ),
    edit("patched_mailer", *mounted("invitations"), mapped("app/mailer.py", "mail, through the relay")),
    edit("to_thread", *mounted("passwords")),
    edit("packaged_file", *mounted("reminders"), mapped("app/templates/", "texts of mails")),
    edit("conditional_get", *mounted("catalog")),
    edit(
        "pagination",
        *mounted("countries"),
        Change(DEPS, "from fastapi import Depends, Request\n", "from fastapi import Depends, Query, Request\n"),
        Insert(
            DEPS,
            SESSION_DEP,
            """

def get_range(
    limit: Annotated[int, Query(ge=1, le=100)] = 20, offset: Annotated[int, Query(ge=0)] = 0
) -> range:
    return range(offset, offset + limit)


RangeDep = Annotated[range, Depends(get_range)]
""",
        ),
    ),
    edit("upload", *mounted("attachments")),
    edit("generic_page", *mounted("currencies")),
    edit("discriminated_union", *mounted("payment_methods")),
    edit("dict_of_models", *mounted("balances")),
    edit("literal_response", *mounted("maintenance")),
    edit("websocket", *mounted("ticker")),
    edit("version_prefix", *mounted("v1")),
    edit(
        "middleware",
        Insert(
            "app/core/middleware.py",
            "    return int(length) if length.isdigit() else 0\n",
            '''

class NoIndexMiddleware:
    """Tell search engines that there is nothing to find."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-robots-tag", b"noindex")]
            await send(message)

        await self.app(scope, receive, send_with_header)
''',
        ),
        Insert(
            "app/main.py",
            "from app.core.middleware import BodyLimitMiddleware, ",
            "NoIndexMiddleware, ",
        ),
        Insert(
            "app/main.py",
            "    app.add_middleware(RequestContextMiddleware)\n",
            "    app.add_middleware(NoIndexMiddleware)\n",
        ),
    ),
    edit(
        "custom_exception",
        *mounted("usage"),
        Insert(
            "app/errors.py",
            '    headers: ClassVar[Mapping[str, str]] = {"Retry-After": RETRY_AFTER_SECONDS}\n',
            '''

class QuotaExceededError(Exception):
    """What business code raises that knows nothing of HTTP."""

    def __init__(self, quota: int) -> None:
        super().__init__(quota)
        self.quota = quota
''',
        ),
        Insert(
            "app/errors.py",
            '"Somebody else changed this meanwhile")\n',
            """

async def on_quota_exceeded(_request: Request, error: QuotaExceededError) -> Response:
    detail = f"At most {error.quota} units a minute"
    return problem_response(HTTPStatus.TOO_MANY_REQUESTS, detail, headers={"Retry-After": "60"})
""",
        ),
        Insert(
            "app/errors.py",
            "        StaleDataError: on_stale_data,\n",
            "        QuotaExceededError: on_quota_exceeded,\n",
        ),
    ),
    edit("bound_contextvars", *mounted("refunds")),
    edit(
        "log_field",
        Insert("app/core/logging.py", "import logging\n", "import os\n"),
        Insert(
            "app/core/logging.py",
            "  # orjson writes it in RFC 3339\n    return event\n",
            """

def add_process_id(_logger: Any, _method: str, event: EventDict) -> EventDict:
    event["pid"] = os.getpid()
    return event
""",
        ),
        Insert("app/core/logging.py", "            add_common,\n", "            add_process_id,\n"),
        Insert(
            "tests/core/test_logging.py",
            'assert datetime.fromisoformat(line.pop("timestamp")).tzinfo\n',
            '    assert isinstance(line.pop("pid"), int)\n',
        ),
    ),
    edit(
        "quiet_library",
        Insert(
            "app/core/logging.py",
            "        logging.getLogger(name).propagate = propagate\n",
            '    logging.getLogger("asyncio").setLevel(logging.WARNING)\n',
        ),
    ),
    edit(
        "health_subcheck",
        Change(
            "app/api/health.py",
            'await connection.execute(text("SELECT 1"))',
            'standby = await connection.scalar(text("SELECT pg_is_in_recovery()"))',
        ),
        Insert(
            "app/api/health.py",
            'not_ready("The database does not answer", reason_of(error)) from error\n',
            '    if standby:\n        raise ServiceUnavailableError("The database is a standby")\n',
        ),
    ),
    edit("cli_script", mapped("scripts/wait_for_service.py", "waits for a deploy")),
    edit("test_factory"),
    edit("lookalikes", *mounted("print_jobs")),
    edit("waiver", *mounted("region")),
]
