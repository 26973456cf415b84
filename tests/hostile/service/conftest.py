"""A running service that callers attack, with less patience than in production.

`SVCGEN_OLD=../other/src` in the environment makes it by another svcgen: an attack that its service withstands proves
nothing.
"""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from faults.conftest import RESOURCES, cluster, log, name
from faults.postgres import Postgres
from faults.server import Server, running
from hostile.conftest import OLD
from service.conftest import Service, made_once

__all__ = ["cluster", "log", "name", "service", "target"]
IMPATIENT = "app.core.protocol:HEAD_TIMEOUT_SECONDS=1 app.core.server:KEEP_ALIVE_SECONDS=1"


@pytest.fixture(scope="session")
def service(testrun_uid: str) -> Iterator[Service]:
    """The service of tests/faults."""
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            if OLD:
                patch.setenv("PYTHONPATH", OLD)
            made = made_once(testrun_uid, "fly", "3.13", *RESOURCES, name="faults")
            service = stack.enter_context(made)
        yield service


@pytest.fixture(scope="session")
def target(service: Service, cluster: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The one server that withstands all attacks."""
    log = tmp_path_factory.mktemp("hostile") / "log"
    with running(service, cluster, log, FAULTS_CONSTANTS=IMPATIENT) as server:
        yield server
        assert server.get("/readyz").status == 200
