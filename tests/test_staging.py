from pathlib import Path

import pytest

from svcgen.errors import DestinationError
from svcgen.staging import Staging


def test_a_directory_that_can_not_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    for destination in (tmp_path, tmp_path / "a" / "b"):
        staging = Staging(destination)
        with pytest.raises(PermissionError):
            staging.open()
        staging.undo()
    assert list(tmp_path.iterdir()) == []


def test_what_appears_in_an_empty_directory_is_kept(tmp_path: Path) -> None:
    staging = Staging(tmp_path)
    staging.open()
    (staging.project / "file").write_text("made")
    (tmp_path / "file").write_text("theirs")
    with pytest.raises(DestinationError, match="is not empty"):
        staging.publish()
    staging.undo()
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("file", "theirs")]


def test_a_move_that_fails_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git = tmp_path / ".git"
    git.mkdir()
    (git / "HEAD").write_text("theirs")
    staging = Staging(tmp_path)
    staging.open()
    (staging.project / "zzz").touch()
    (staging.project / ".git" / "HEAD").write_text("made")
    rename = Path.rename

    def fail_at_last(source: Path, target: Path) -> Path:
        if source.name == "zzz":
            raise OSError("no")
        return rename(source, target)

    monkeypatch.setattr(Path, "rename", fail_at_last)
    with pytest.raises(OSError, match="no"):
        staging.publish()
    staging.undo()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".git"]
    assert (git / "HEAD").read_text() == "theirs"
