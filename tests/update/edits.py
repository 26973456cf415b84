"""What a team does to its service between two updates; none of it is in a place that the template changed too."""

from collections.abc import Callable
from pathlib import Path

from support.svcgen import ROOT
from svcgen.service.merging.moves import Moves
from svcgen.template.questions import read_config
from update.history import add_resource

MOVES = Moves(read_config(ROOT).moved)

ROUTER = '''"""Invoices."""

from fastapi import APIRouter

from app.deps import SessionDep
from app.errors import NotFoundError
from app.models.invoice import Invoice
from app.schemas.invoice import InvoiceRead

router = APIRouter(prefix="/invoices", tags=["invoices"])


@router.get("/{invoice_id}", response_model=InvoiceRead)
async def read_invoice(invoice_id: int, session: SessionDep) -> Invoice:
    if invoice := await session.get(Invoice, invoice_id):
        return invoice
    raise NotFoundError("There is no such invoice")
'''
MODEL = '''"""Invoices."""

from sqlalchemy import BigInteger, Identity
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class Invoice(Base):
    __tablename__ = "invoices"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
'''
SCHEMA = '''"""Invoices."""

from pydantic import BaseModel, ConfigDict


class InvoiceRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
'''
MIGRATION = '''"""Add invoices."""

import sqlalchemy as sa
from alembic import op

revision = "5f2d0a9c1b7e"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invoices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
    )


def downgrade() -> None:
    op.drop_table("invoices")
'''
TEST = """from httpx import AsyncClient


async def test_unknown_invoice(client: AsyncClient) -> None:
    assert (await client.get("/invoices/1")).status_code == 404
"""


def new_resource(service: Path) -> None:
    write(service / "app/api/invoices.py", ROUTER)
    write(service / "app/models/invoice.py", MODEL)
    write(service / "app/schemas/invoice.py", SCHEMA)
    write(service / "alembic/versions/202611200900_add_invoices.py", MIGRATION)
    write(service / "tests/api/test_invoices.py", TEST)
    write(service / "tests/api/__init__.py", "")
    replace(service / "app/api/__init__.py", "[APIRouter] = []", "[APIRouter] = [invoices.router]")
    replace(service / "app/api/__init__.py", "import APIRouter\n", "import APIRouter\n\nfrom app.api import invoices\n")
    replace(
        service / "app/models/__init__.py", "import Base\n", "import Base\nfrom app.models.invoice import Invoice\n"
    )
    replace(service / "app/models/__init__.py", '["Base"]', '["Base", "Invoice"]')


def added_resource(service: Path) -> None:
    """As the svcgen of its release adds one."""
    if "_commit: v0.1.0" not in (service / ".copier-answers.yml").read_text():
        add_resource(service, "customer", "name:str:unique", "balance:decimal:12,2", "due:date:optional")


def extra_dependency(service: Path) -> None:
    replace(service / "pyproject.toml", '    "httptools', '    "httpcore>=1",\n    "httptools')


def changed_dockerfile_line(service: Path) -> None:
    replace(service / "Dockerfile", "HEALTHCHECK --interval=", "HEALTHCHECK --retries=2 --interval=")


def deleted_file(service: Path) -> None:
    (service / ".github/CODEOWNERS").unlink()


def renamed_module(service: Path) -> None:
    (service / "app/api/health.py").rename(service / "app/api/probes.py")
    for path in (service / "app/main.py", at(service, "tests/test_health.py")):
        content = path.read_text()
        content = content.replace("from app.api import health", "from app.api import probes")
        path.write_text(content.replace("health.router", "probes.router").replace("(health,", "(probes,"))


def reformatted_file(service: Path) -> None:
    """As a team does that breaks its lines earlier: every line of a function."""
    replace(
        service / "app/db.py",
        "def create_session_factory(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:",
        "def create_session_factory(\n    engine: AsyncEngine,\n) -> async_sessionmaker[AsyncSession]:",
    )


def edited_ci_step(service: Path) -> None:
    replace(service / ".github/workflows/ci.yml", "uv run --frozen pytest\n", "uv run --frozen pytest --cov\n")


def new_env_key(service: Path) -> None:
    replace(
        service / "app/settings.py",
        "    @property\n    def api_keys",
        '    mail_sender: str = Field("billing@example.com", title="Who mails come from")\n\n'
        "    @property\n    def api_keys",
    )
    append(service / ".env.example", "MAIL_SENDER=billing@example.com\n")
    replace(
        service / "AGENTS.md",
        "| `MAX_BODY_BYTES` | largest request body |\n",
        "| `MAX_BODY_BYTES` | largest request body |\n| `MAIL_SENDER` | who mails come from |\n",
    )


def own_section(service: Path) -> None:
    append(service / "AGENTS.md", "\n## Words of the trade\n\nAn invoice is sent once and never changed.\n")


def recent_change(service: Path) -> None:
    replace(
        service / "AGENTS.md", "uv (not poetry).\n", "uv (not poetry).\n- 2026-12-01: Invoices can be read by number.\n"
    )


def local_env(service: Path) -> None:
    append(service / ".env", "MAIL_SENDER=me@example.com\n")


def own_readme(service: Path) -> None:
    write(service / "README.md", "# Billing\n\nOur own words.\n")


def changelog(service: Path) -> None:
    append(service / "CHANGELOG.md", "\nInvoices.\n")


def new_module(service: Path) -> None:
    write(service / "app/mailer.py", '"""Sends mail."""\n')
    row = "| `app/deps.py` | reusable dependencies (auth, db session) |\n"
    replace(service / "AGENTS.md", row, f"{row}| `app/mailer.py` | sends mail |\n")


def lint_rule(service: Path) -> None:
    replace(at(service, "ruff.toml"), 'known-third-party = ["alembic"]', 'known-third-party = ["alembic", "acme"]')


def coverage(service: Path) -> None:
    replace(service / "pyproject.toml", "fail_under = 95", "fail_under = 97")


def idle_timeout(service: Path) -> None:
    replace(
        service / "app/db.py", "IDLE_IN_TRANSACTION_TIMEOUT_MS = 30_000\n", "IDLE_IN_TRANSACTION_TIMEOUT_MS = 60_000\n"
    )


def git_ignored(service: Path) -> None:
    append(service / ".gitignore", "*.pdf\n")


HEALTH_TEST = """

async def test_no_health_of_that_name(client: AsyncClient) -> None:
    assert (await client.get("/health")).status_code == 404
"""


def edited_plumbing(service: Path) -> None:
    """In files that a later template moves: a constant with its import, and a test."""
    lifespan = at(service, "app/lifespan.py")
    replace(lifespan, "from types import FrameType", "from math import tau\nfrom types import FrameType")
    append(lifespan, "\n\nSLACK_SECONDS = tau\n")
    append(at(service, "tests/test_health.py"), HEALTH_TEST)


TEST_OF_USE, LOGS = "tests/api/test_plumbing.py", "docs/logs.md"
USE = """from collections.abc import Callable

import pytest

import app.lifespan
from app import logging
from app.lifespan import lifespan
from app.middleware import RequestContextMiddleware
from app.schemas.money import CURRENCY
from app.settings import Settings


def test_plumbing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert app.lifespan.lifespan is lifespan
    monkeypatch.setattr("app.lifespan.lifespan", CURRENCY)
    assert app.lifespan.lifespan is not lifespan
    configure: Callable[[Settings], None] = logging.configure_logging
    assert configure
    assert RequestContextMiddleware
"""


def used_plumbing(service: Path) -> None:
    """In files of the team's own: imports, the name of a module in a string, and a link; and between such imports."""
    write(service / "app/schemas/money.py", '"""Money."""\n\nCURRENCY = "EUR"\n')
    write(service / "tests/api/__init__.py", "")
    logs = "# Logs\n\nThey are made in [logging](../app/logging.py).\n"
    has_moved = at(service, "app/logging.py") != service / "app/logging.py"
    use, logs = (MOVES.rewrite(path, text) if has_moved else text for path, text in ((TEST_OF_USE, USE), (LOGS, logs)))
    write(service / TEST_OF_USE, use)
    main = service / "app/main.py"
    replace(main, "from app.settings import", "from app.schemas.money import CURRENCY\nfrom app.settings import")
    append(main, "CURRENCIES = (CURRENCY,)\n")
    write(service / LOGS, logs)


def platform_file(service: Path) -> None:
    append(service / "fly.toml", "\n# The region is a decision of the data protection officer.\n")


def rows_beside_reworded_ones(service: Path) -> None:
    """Conflicts for whoever merges lines; `svcgen update` knows rows."""
    add_resource(service, "order", "number:str:unique", "--no-migration")
    rows = (service / "AGENTS.md").read_text().splitlines(keepends=True)
    reworded = next(row for row in rows if row.startswith("| `app/middleware.py` |"))
    write(service / "app/mailer.py", '"""Sends mail."""\n')
    replace(service / "AGENTS.md", reworded, f"{reworded}| `app/mailer.py` | sends mail |\n")


EDITS: tuple[Callable[[Path], None], ...] = (
    new_resource,
    added_resource,
    extra_dependency,
    changed_dockerfile_line,
    deleted_file,
    renamed_module,
    reformatted_file,
    edited_ci_step,
    new_env_key,
    own_section,
    recent_change,
    local_env,
    own_readme,
    changelog,
    new_module,
    lint_rule,
    coverage,
    idle_timeout,
    git_ignored,
    platform_file,
)
# Where a later template has moved files.
MOVED_EDITS = (edited_plumbing, used_plumbing)


def at(service: Path, path: str) -> Path:
    """Return where the release of the service has a file that a later one has moved."""
    return service / path if (service / path).exists() else service / MOVES.files.get(path, path)


def write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")


def append(path: Path, content: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + content, encoding="utf-8")


def replace(path: Path, old: str, new: str) -> None:
    content = path.read_text(encoding="utf-8")
    assert old in content, f"{path.name} has no {old!r}"
    path.write_text(content.replace(old, new, 1), encoding="utf-8")
