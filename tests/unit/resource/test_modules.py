import sys
from pathlib import Path

import pytest

from svcgen.errors import ServiceError
from svcgen.resource.code.modules import assigned, parse, read


def test_syntax_that_is_newer_than_the_running_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service's Python can be newer than svcgen's, so its code may be right."""
    (tmp_path / "deps.py").write_text("type Names = list[str] ~\n")
    monkeypatch.setattr(sys, "version_info", (3, 11, 7))
    with pytest.raises(ServiceError, match=r"deps\.py can't be read as Python: .*line 1") as caught:
        parse(tmp_path, Path("deps.py"))
    assert "newer than Python 3.11, uv tool upgrade --python 3.14 svcgen" in caught.value.hint

    monkeypatch.setattr(sys, "version_info", (3, 14, 0))
    with pytest.raises(ServiceError) as caught:
        parse(tmp_path, Path("deps.py"))
    assert caught.value.hint == "fix it first"


@pytest.mark.parametrize("content", [b"\xff\n", b"a = 1\x00", b"(" * 3000])
def test_what_is_not_python(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "deps.py").write_bytes(content)
    with pytest.raises(ServiceError, match=r"^deps\.py can't be read"):
        parse(tmp_path, Path("deps.py"))


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ServiceError, match=r"there is no app/deps\.py"):
        read(tmp_path, Path("app/deps.py"))


def test_assigned(tmp_path: Path) -> None:
    (tmp_path / "api.py").write_text("def routers(): ...\nx.routers = 1\nrouters: list[int] = [7]\nother = ()\n")
    tree = parse(tmp_path, Path("api.py"))
    value, other = assigned(tree, "routers"), assigned(tree, "other")
    assert [value and value.lineno, other and other.lineno] == [3, 4]
    assert assigned(tree, "missing") is None
