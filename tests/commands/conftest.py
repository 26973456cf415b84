from pathlib import Path

import pytest

from helpers import git
from svcgen.render import render
from upstream import FILES, Upstream


@pytest.fixture
def upstream(tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Upstream:
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"):
        monkeypatch.setenv(name, environ[name])
    repository, service = tmp_path / "upstream", tmp_path / "billing"
    for directory in (repository, service):
        directory.mkdir()
        git(directory, "init", "--quiet", "-b", "main")
    upstream = Upstream(repository, service, environ)
    template = upstream.release("v1.0.0", **FILES)
    render(template, service, {"service_name": "billing", "python": "3.13", "size": "small"})
    upstream.commit(service, "Scaffold")
    return upstream
