import os
from pathlib import Path

import pytest

from svcgen.service.placement.staging import Staging, put


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
    for name in ("a", "file"):
        (staging.project / name).write_text("made")
    (tmp_path / "file").write_text("theirs")
    with pytest.raises(FileExistsError):
        staging.publish(["a", "file"])
    staging.undo()
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("file", "theirs")]


def test_a_file_that_can_not_be_written_undoes_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    staging = Staging(tmp_path)
    staging.open()
    (staging.project / "folder").mkdir()
    for name in ("folder/a", "zzz"):
        (staging.project / name).touch()
    link = os.link

    def fail_at_last(source: Path, target: Path, **options: bool) -> None:
        if source.name == "zzz":
            raise OSError("no")
        link(source, target, **options)

    monkeypatch.setattr(os, "link", fail_at_last)
    monkeypatch.setattr("svcgen.service.placement.staging._copy", fail_at_last)
    with pytest.raises(OSError, match="no"):
        staging.publish(["folder/a", "zzz"])
    staging.undo()
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "script").write_text("made")
    (tmp_path / "script").chmod(0o755)
    put(tmp_path / "script", tmp_path / "copy")
    assert ((tmp_path / "copy").read_text(), (tmp_path / "copy").stat().st_mode & 0o777) == ("made", 0o755)
    with pytest.raises(FileExistsError):
        put(tmp_path / "script", tmp_path / "copy")
