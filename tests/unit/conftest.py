from pathlib import Path

import pytest

from support.upstream import Upstream


@pytest.fixture
def upstream(tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Upstream:
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"):
        monkeypatch.setenv(name, environ[name])
    return Upstream.make(tmp_path, environ)
