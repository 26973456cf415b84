from pathlib import Path

import pytest

from support.helpers import git, tree
from svcgen.errors import ServiceError
from svcgen.service.workcopy import replace_files, work_copy

NEW = {Path("a"): b"changed", Path("new/deep/b"): b"new"}
BEFORE = {Path("a"): b"old", Path("new/deep/b"): None}


@pytest.fixture
def service(tmp_path: Path) -> Path:
    directory = tmp_path / "service"
    directory.mkdir()
    (directory / "a").write_bytes(b"old")
    (directory / "a").chmod(0o640)
    return directory


def test_publish(service: Path) -> None:
    replace_files(service, NEW, BEFORE)

    assert {name: content for name, (_mode, content) in tree(service).items()} == {
        "a": b"changed",
        "new/deep/b": b"new",
    }
    assert (service / "a").stat().st_mode & 0o777 == 0o640


def test_what_has_changed_meanwhile_is_kept(service: Path) -> None:
    (service / "a").write_bytes(b"mine")
    with pytest.raises(ServiceError, match="a was changed in the meantime"):
        replace_files(service, NEW, BEFORE)
    assert list(tree(service)) == ["a"]


@pytest.mark.parametrize("moves", [0, 1])
def test_a_failure_undoes_all_of_it(service: Path, monkeypatch: pytest.MonkeyPatch, moves: int) -> None:
    before = tree(service)
    replace = Path.replace
    done: list[Path] = []

    def fail(source: Path, target: Path) -> Path:
        if len(done) == moves:
            raise OSError("disk full")
        done.append(target)
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        replace_files(service, NEW, BEFORE)

    assert {name: content for name, (_mode, content) in tree(service).items()} == {"a": b"old"}
    assert sorted(path.name for path in service.rglob("*")) == sorted(before)


def test_work_copy_has_what_git_does_not_ignore(service: Path) -> None:
    git(service, "init", "-q")
    (service / ".gitignore").write_text("ignored\n")
    (service / "ignored").touch()
    (service / "gone").touch()
    git(service, "add", "-A")
    (service / "gone").unlink()
    with work_copy(service) as copy:
        assert sorted(tree(copy)) == [".gitignore", "a"]
    assert not copy.exists()
