"""A running service that callers attack, with less patience than in production.

`PYTHONPATH=../other/src` in the environment makes it by another svcgen: an attack that its service withstands proves
nothing.
"""

from collections.abc import Iterator

import pytest

from faults.conftest import cluster, log, name, service
from faults.postgres import Postgres
from faults.server import Server, running
from generated.conftest import Service

__all__ = ["cluster", "log", "name", "service", "target"]
IMPATIENT = "app.protocol:HEAD_TIMEOUT_SECONDS=1 app.server:KEEP_ALIVE_SECONDS=1"


@pytest.fixture(scope="session")
def target(service: Service, cluster: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The one server that withstands all attacks."""
    log = tmp_path_factory.mktemp("hostile") / "log"
    with running(service, cluster, log, FAULTS_CONSTANTS=IMPATIENT) as server:
        yield server
        assert server.get("/readyz").status == 200
