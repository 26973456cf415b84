"""What `svcgen add resource` writes: each type alone, in a service that was moved about, and broken on purpose."""

import json
import random
import runpy
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.conftest import Service
from service.resources import CHECKS, FIELD_NAMES, NOUNS, RESOURCE_NAMES, SEED, assert_green, copy_of
from support.night import nightly
from support.svcgen import ROOT
from svcgen.commands.add import add_resources
from svcgen.resource.change.added import AddRequest
from svcgen.resource.syntax.parse import parse_resource, parse_resources
from svcgen.system.steps import ignore

# Each type with each modifier that it takes, alone.
ALONE = (
    *("str", "str:unique", "str:index", "str:min=2", "str:max=2:unique", "str:default=x", "str:optional:unique"),
    *(
        "text",
        "text:max=3:index",
        "text:optional",
        "int",
        "int:min=1:max=9",
        "int:unique",
        "int:index",
        "int:default=-1",
    ),
    *("bigint", "bigint:optional", "bigint:unique:min=-5000:max=900", "float", "float:min=0:max=1", "float:unique"),
    *(
        "float:default=0.5",
        "decimal:12,2",
        "decimal:3,3:unique:optional",
        "decimal:9,8",
        "decimal:5,0:min=-1:default=7",
    ),
    *("bool", "bool:default=true", "bool:optional", "date", "date:unique:min=2020-02-29", "date:max=2030-01-01:index"),
    *("date:default=2026-01-31", "datetime", "datetime:unique", "datetime:default=2026-01-31T12:00:00+02:00:optional"),
    *(
        "time",
        "time:unique",
        "time:default=08:30",
        "uuid",
        "uuid:unique",
        "uuid:index:optional",
        "json",
        "json:optional",
    ),
    *(
        "enum:a,b",
        "enum:a,b:default=b",
        "enum:a,b:optional:index",
        "list:str",
        "list:int:min=1:max=3",
        "list:uuid:optional",
    ),
    *("ref:thing_1", "ref:thing_1:optional", "ref:thing_1:unique", "ref:thing_1:optional:unique", "ref:self:optional"),
)


# The whole suite of the service is run by test_resource_sample.py.
QUICK = ("tests/api", "tests/core/test_migrations.py")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)


def add(service: Service, words: str, *, migration: bool = True) -> None:
    request = AddRequest(service.path, parse_resources(words.split()), migration=migration, allow_dirty=True)
    assert add_resources(request, ignore).complete


def test_each_type(billing: Service, postgres: str, folder: Path) -> None:
    """All of them in one resource."""
    service = copy_of(billing, folder / "together")
    names = random.Random(SEED).sample(FIELD_NAMES, len(ALONE))  # noqa: S311  (no secret)
    fields = (f"{name}:{kind.replace('self', 'thing')}" for name, kind in zip(names, ALONE, strict=True))
    # A node can be changed by nothing but another node.
    add(service, f"thing {' '.join(fields)} and thing_1 x:str and node parent:ref:node:optional")

    for command in (*CHECKS[:2], ("mypy",), ("python", "scripts/check.py")):
        result = service.run(*command)
        assert result.returncode == 0, result.stdout + result.stderr
    tested = service.test("-q", *QUICK, TEST_DATABASE_URL=postgres)
    assert tested.returncode == 0, tested.stdout


def test_names_that_the_libraries_have_taken(billing: Service, open_directory: Path) -> None:
    script = runpy.run_path(str(ROOT / ".ci/names.py"))
    asked = billing.run("python", "-W", "ignore", "-c", script["ASK"], script["BASE"], open_directory)
    taken = json.loads(script["TAKEN"].read_text())

    assert json.loads(asked.stdout).items() <= taken.items(), "uv run .ci/names.py"


def test_long_migration(billing: Service, folder: Path) -> None:
    """A table with an index is two statements, and ruff allows 50 elsewhere."""
    service = copy_of(billing, folder / "long")
    lines = (f'    op.create_index("ix_{number}", "things", ["x"])' for number in range(60))
    migration = service.path / "alembic" / "versions" / "202611260000_add_indexes.py"
    migration.write_text(
        '"""Add indexes."""\n\nfrom alembic import op\n\n\ndef upgrade() -> None:\n' + "\n".join(lines) + "\n"
    )
    checked = service.run("ruff", "check")
    assert checked.returncode == 0, checked.stdout


@nightly
def test_resources_by_the_dozen(billing: Service, postgres: str, folder: Path) -> None:
    service = copy_of(billing, folder / "dozen")
    add(service, " and ".join(f"{noun} x:int:index" for noun in NOUNS))

    assert_green(service, postgres)


@nightly
def test_each_name(billing: Service, postgres: str, folder: Path) -> None:
    """As a field of one resource, and as a resource."""
    service = copy_of(billing, folder / "names")
    resources = (f"{name} x:enum:a,b:optional" for name in RESOURCE_NAMES if not is_there(service, name))
    add(service, " and ".join([f"thing {' '.join(f'{name}:int:min=1' for name in FIELD_NAMES)}", *resources]))

    assert_green(service, postgres)


def is_there(service: Service, name: str) -> bool:
    plural = parse_resource([name, "x:str"]).plural
    taken = ("app/models", name), ("app/schemas", name), ("app/api", plural)
    return name == "types" or any((service.path / folder / f"{module}.py").exists() for folder, module in taken)


@nightly
def test_each_type_alone(billing: Service, postgres: str, folder: Path) -> None:
    service = copy_of(billing, folder / "alone")
    for number, kind in enumerate(ALONE, start=1):
        name = f"thing_{number}"
        add(service, f"{name} x:{kind.replace('self', name)}", migration=False)
        if number % 20 == 0 or number == len(ALONE):  # one migration for each would take minutes
            migrated = service.run("python", "-W", "ignore", "scripts/makemigration.py", f"add things up to {number}")
            assert migrated.returncode == 0, migrated.stderr

    assert_green(service, postgres)


@pytest.fixture(scope="module")
def moved(billing: Service, folder: Path) -> Service:
    """Its routers are in a folder of their own, mounted below a prefix, and its team prefers other quotes."""
    service = copy_of(billing, folder / "moved")
    api = service.path / "app" / "api"
    (api / "v1").mkdir()
    (api / "__init__.py").rename(api / "v1" / "__init__.py")
    (api / "__init__.py").touch()
    main = service.path / "app" / "main.py"
    text = main.read_text(encoding="utf-8")
    text = text.replace("from app import api\nfrom app.api import health", "from app.api import health, v1")
    text = text.replace("in api.routers", "in v1.routers").replace(
        "app.include_router(router, ", 'app.include_router(router, prefix="/v1", '
    )
    main.write_text(text, encoding="utf-8")
    for test in (service.path / "tests").rglob("*.py"):
        text = test.read_text(encoding="utf-8")
        if "api.routers" in text:
            text = text.replace("from app import api\n", "from app.api import v1\n")
        test.write_text(
            text.replace("api.routers", "v1.routers")
            .replace('"/widgets', '"/v1/widgets')
            .replace('f"/widgets', 'f"/v1/widgets'),
            encoding="utf-8",
        )
    ruff = service.path / "hard-rules" / "ruff.toml"
    single = '[format]\nquote-style = "single"\n\n[lint.flake8-quotes]\ninline-quotes = "single"\n'
    ruff.write_text(f"{ruff.read_text(encoding='utf-8')}\n{single}", encoding="utf-8")
    service.run("ruff", "check", "--fix")
    service.run("ruff", "format")
    return service


def test_a_service_that_its_team_has_moved(moved: Service, postgres: str) -> None:
    """Two resources that refer to each other, the second to the first twice and to itself too."""
    add(
        moved,
        "customer name:str:unique last_invoice:ref:invoice:optional:unique"
        " and invoice state:enum:draft,sent customer:ref:customer payer:ref:customer:optional"
        " parent:ref:invoice:optional",
    )
    assert (moved.path / "app" / "api" / "v1" / "invoices.py").exists()
    assert "path='/v1/invoices'" in (moved.path / "tests" / "api" / "test_invoices.py").read_text(encoding="utf-8")

    for command in CHECKS[:2]:
        result = moved.run(*command)
        assert result.returncode == 0, result.stdout + result.stderr
    tested = moved.test("-q", *QUICK, TEST_DATABASE_URL=postgres)
    assert tested.returncode == 0, tested.stdout


@dataclass(frozen=True)
class Mutation:
    """A wrong edit of what was written, that its tests have to notice."""

    promise: str
    file: str
    right: str
    wrong: str


ROUTER, SCHEMA, MODEL = "app/api/orders.py", "app/schemas/order.py", "app/models/order.py"
ETAG, ROWS = "app/core/etag.py", "app/core/rows.py"
# fmt: off
MUTATIONS = [
    Mutation("a place to find it at", ROUTER, 'response.headers["Location"]', 'response.headers["Place"]'),
    Mutation("an ETag", ETAG, "f'\"{version}\"'", "'\"1\"'"),
    Mutation("If-Match", ROWS, "    require_match(if_match, row.version)\n", ""),
    Mutation("any of several ETags", ETAG, 'tags.split(",")', "[tags]"),
    Mutation("versions", MODEL, '"version_id_col": version', ""),
    Mutation("a page is capped", ROUTER, "le=100", "le=1000"),
    Mutation("a page is not empty", ROUTER, "Query(ge=1, le=100)", "Query(ge=0, le=100)"),
    Mutation("pages are in order", ROUTER, ".order_by(Order.id)", ".order_by(Order.id.desc())"),
    Mutation("no row is on two pages", ROUTER, "Order.id > (after or 0)", "Order.id >= (after or 0)"),
    Mutation("the last page is known", ROUTER, "if len(items) > limit", "if items"),
    Mutation("unknown", ROWS, "raise NotFoundError", "raise ValueError"),
    Mutation("ids have limits", "app/schemas/types.py", "le=2**63 - 1", "le=2**64"),
    Mutation("references exist", ROWS, "values.get(column) is not None and", "False and"),
    Mutation("a body is checked", SCHEMA, 'model_config = ConfigDict(extra="forbid", ', "model_config = ConfigDict("),
    Mutation("the example can be sent", SCHEMA, '"amount": "49.90"', '"amount": "49.901"'),
    Mutation("a text is limited", SCHEMA, "max_length=9", "max_length=10"),
    Mutation("what is left out stays", ROUTER, "save(order, body, ", 'save(order, {"note": None, **body}, '),
    Mutation("what is put replaces all", ROUTER, "(order, body.model_dump(", "(order, body.model_dump(exclude_unset=1"),
    Mutation("what is answered is stored", ROWS, "    await session.refresh(row)\n", ""),
    Mutation("statuses are declared", ROWS, "CHANGE = NOT_FOUND | CONFLICT", "CHANGE = NOT_FOUND"),
    Mutation("a long page costs no more", ROUTER, "s(query)]", "s(query) if not await session.refresh(row)]"),
]
# fmt: on


@pytest.fixture(scope="module")
def orders(billing: Service, folder: Path) -> Service:
    service = copy_of(billing, folder / "orders")
    add(service, "order number:str:max=9:unique amount:decimal:8,2 note:text:optional origin:ref:order:optional")
    return service


@pytest.mark.parametrize(
    "mutation",
    [
        pytest.param(mutation, id=mutation.promise, marks=[nightly] if number % 5 else [])
        for number, mutation in enumerate(MUTATIONS)
    ],
)
def test_its_tests_notice(orders: Service, postgres: str, mutation: Mutation) -> None:
    path = orders.path / mutation.file
    before = path.read_text(encoding="utf-8")
    assert mutation.right in before, "the mutation no longer fits"
    path.write_text(before.replace(mutation.right, mutation.wrong), encoding="utf-8")
    try:
        result = orders.test("-x", "-q", "-p", "no:cacheprovider", "tests/api", TEST_DATABASE_URL=postgres)
    finally:
        path.write_text(before, encoding="utf-8")

    assert result.returncode == 1, result.stdout
    assert "FAILED tests/" in result.stdout
