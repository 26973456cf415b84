"""Swagger UI of a running service, in a real browser that reaches no other host."""

import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from faults.postgres import Postgres
from faults.server import KEY, Server, running
from service.conftest import Service

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
EMPTY = "TRUNCATE customers, invoices, parcels RESTART IDENTITY"
# Chromium's own sandbox refuses to run as root.
FLAGS = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]

pytestmark = pytest.mark.skipif(BROWSER is None, reason="needs a browser: apt-get install chromium")


@pytest.fixture
def server(service: Service, cluster: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server whose first rows have the id 1, as the examples say."""
    log = tmp_path_factory.mktemp("swagger") / "log"
    cluster.psql(EMPTY)
    with running(service, cluster, log, module="app", DOCS_ENABLED="true", ENVIRONMENT="development") as server:
        yield server
    cluster.psql(EMPTY)


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=BROWSER, args=FLAGS) as browser:
        yield browser.new_page()


def execute(page: Page, path: str) -> str:
    """Send the proposed body of a POST; return the status that Swagger UI shows."""
    operation = page.locator(".opblock-post", has=page.locator(f"[data-path='{path}']"))
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    return operation.locator(".live-responses-table tbody .response-col_status").inner_text().split()[0]


@pytest.mark.fault("A browser without internet", "Swagger UI works: authorize, then create each resource as proposed")
def test_swagger_ui(server: Server, page: Page) -> None:
    requests: list[str] = []
    problems: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if "Content Security Policy" in line.text else None)

    page.goto(f"http://127.0.0.1:{server.port}/")
    operations = [item for path in server.get("/openapi.json").json["paths"].values() for item in path]
    expect(page.locator(".opblock")).to_have_count(len(operations))
    page.get_by_role("button", name="Authorize").click()
    page.get_by_label("Value").fill(KEY)
    page.get_by_role("button", name="Apply credentials").click()
    page.reload()

    assert [execute(page, path) for path in ("/customers", "/invoices", "/parcels")] == ["201"] * 3
    assert {urlsplit(url).netloc for url in requests if url.startswith("http")} == {f"127.0.0.1:{server.port}"}
    assert problems == []
