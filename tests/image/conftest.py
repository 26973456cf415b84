"""Services rendered without a virtual environment, and the container engine that `SVCGEN_DOCKER` names, if any.

`SVCGEN_DOCKER=docker uv run pytest -n0 tests/image` builds and runs the images. Any command will do that takes docker's
arguments.
"""

import os
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from service.conftest import ANSWERS, Service
from support.svcgen import ROOT
from svcgen.template.find import Template
from svcgen.template.render import render

DOCKER = shlex.split(os.environ.get("SVCGEN_DOCKER", ""))
needs_docker = pytest.mark.skipif(not DOCKER, reason="needs: SVCGEN_DOCKER=docker")
Render = Callable[[str, str], Service]


def docker(*arguments: str | Path, check: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the engine's command line."""
    environ = {**os.environ, **more}
    result = subprocess.run([*DOCKER, *arguments], env=environ, capture_output=True, text=True, check=False)
    assert not check or result.returncode == 0, result.stdout + result.stderr
    return result


@pytest.fixture(scope="session")
def rendered() -> Iterator[Render]:
    """Renders a service once for each platform and Python."""
    made: dict[tuple[str, str], Service] = {}
    with TemporaryDirectory() as directory:

        def make(platform: str, python: str) -> Service:
            if (platform, python) not in made:
                path = Path(directory) / f"{platform}-{python}"
                name, description, owner = ANSWERS[platform]
                answers = {"service_name": name, "description": description, "owner": owner}
                render(Template(ROOT, "v0", "git+file:///"), path, {**answers, "platform": platform, "python": python})
                made[platform, python] = Service(path, platform, python)
            return made[platform, python]

        yield make


@pytest.fixture(scope="session")
def services(rendered: Render) -> list[Service]:
    """One for each platform and Python."""
    return [rendered(platform, python) for platform in ANSWERS for python in ("3.13", "3.14")]
