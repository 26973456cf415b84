"""Schemathesis attacks a service with what its OpenAPI document allows and forbids.

A few examples for each operation here; every night more of them, with another seed:
`SVCGEN_EXAMPLES=200 SVCGEN_SEED=7 uv run pytest -n0 tests/faults/test_openapi.py`.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.declared import undeclared
from faults.postgres import Postgres
from faults.server import KEY, Server, running
from service.conftest import Service

HERE = Path(__file__).parent
EXAMPLES = os.environ.get("SVCGEN_EXAMPLES", "3")
SEED = os.environ.get("SVCGEN_SEED", "20261125")


@pytest.fixture
def documented(service: Service, cluster: Postgres, log: Path) -> Iterator[Server]:
    with running(service, cluster, log, module="app", DOCS_ENABLED="true") as server:
        yield server
    cluster.psql("TRUNCATE customers, invoices, parcels")


@pytest.mark.fault("All that the OpenAPI document allows, and what it forbids", "as it says: Schemathesis, all checks")
def test_openapi(documented: Server, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{documented.port}"
    result = subprocess.run(
        [
            *(sys.executable, "-W", "ignore", "-m", "schemathesis.cli", "--no-color"),
            *("--config-file", HERE / "schemathesis.toml", "run", f"{url}/openapi.json"),
            *("--header", f"X-API-Key: {KEY}", "--checks", "all", "--phases", "examples,coverage,fuzzing,stateful"),
            *("--max-examples", EXAMPLES, "--seed", SEED, "--generation-database", "none", "--continue-on-failure"),
            *("--exclude-path-regex", "^/invoices"),  # nothing that parcels have not
        ],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(HERE),
            "SCHEMATHESIS_HOOKS": "openapi_hooks",
            "SERVICE_KEY": KEY,
            "SERVICE_URL": url,
        },
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stdout + result.stderr
    assert all(phase in result.stdout for phase in ("✅ Coverage", "✅ Fuzzing", "✅ Stateful")), result.stdout
    lines = documented.lines()
    assert {line.get("status") for line in lines} >= {200, 201, 204, 401, 404, 405, 409, 412, 422}
    assert undeclared(documented.get("/openapi.json").json, lines) == set()
