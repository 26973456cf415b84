"""The object store holds one tree of a repository and what is added to it, and asks nobody's configuration."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from support.helpers import fake_program, git
from svcgen.errors import ToolError
from svcgen.service.vcs.objects import ObjectStore
from svcgen.service.vcs.tree import EXECUTABLE, LINK, REGULAR, SUBMODULE, Entry
from svcgen.system.git import git_version


@pytest.fixture
def repository(tmp_path: Path, environ: Mapping[str, str]) -> Path:
    directory = tmp_path / "repository"
    directory.mkdir()
    git(directory, "init", "--quiet", "-b", "main")
    (directory / "kept.py").write_text("".join(f"{number}\n" for number in range(30)))
    (directory / "run.sh").write_text("#!/bin/sh\n")
    (directory / "run.sh").chmod(0o755)
    (directory / "näme 'and\ttab").symlink_to("kept.py")
    git(directory, "add", "--all")
    git(directory, "commit", "--quiet", "--message", "All", environ=environ)
    return directory


@pytest.fixture
def store(repository: Path, tmp_path: Path) -> ObjectStore:
    (tmp_path / "scratch").mkdir()
    return ObjectStore(repository, git(repository, "rev-parse", "HEAD^{tree}"), tmp_path / "scratch")


def test_a_tree_is_read_and_written_as_git_does(store: ObjectStore, repository: Path) -> None:
    name = git(repository, "rev-parse", "HEAD^{tree}")
    tree = store.read(name)

    assert {path: entry.mode for path, entry in tree.items()} == {
        "kept.py": REGULAR,
        "run.sh": EXECUTABLE,
        "näme 'and\ttab": LINK,
    }
    assert store.write(tree) == name
    assert store.write({}) == git(repository, "hash-object", "-t", "tree", os.devnull)


def test_a_directory_is_added_as_it_is(store: ObjectStore, tmp_path: Path) -> None:
    """No attribute, no configuration has a say in it."""
    directory = tmp_path / "rendering"
    directory.mkdir()
    (directory / ".gitattributes").write_text("* text eol=lf filter=none\n")
    (directory / "crlf.txt").write_bytes(b"a\r\n")
    (directory / "run.sh").write_text("#!/bin/sh\n")
    (directory / "run.sh").chmod(0o755)
    (directory / "link").symlink_to("crlf.txt")
    (directory / "folder").symlink_to(tmp_path)
    tree = store.add_directory(directory)

    assert {path: entry.mode for path, entry in tree.items()} == {
        ".gitattributes": REGULAR,
        "crlf.txt": REGULAR,
        "folder": LINK,
        "link": LINK,
        "run.sh": EXECUTABLE,
    }
    contents = store.contents(entry.oid for entry in tree.values())
    assert contents[tree["crlf.txt"].oid] == b"a\r\n"
    assert contents[tree["link"].oid] == b"crlf.txt"


@pytest.mark.parametrize("content", [b"", b"\n", b"a\nb", b"\0\xff\n\n"])
def test_contents(store: ObjectStore, content: bytes) -> None:
    oid, other = store.add(content), store.add(b"another\n")
    assert store.contents([oid, other, oid]) == {oid: content, other: b"another\n"}
    assert store.contents([]) == {}


def test_a_repository_with_longer_names(tmp_path: Path, environ: Mapping[str, str]) -> None:
    directory, scratch = tmp_path / "sha256", tmp_path / "scratch"
    scratch.mkdir()
    git(tmp_path, "init", "--quiet", "--object-format=sha256", str(directory))
    (directory / "a").write_text("a\n")
    git(directory, "add", "--all")
    git(directory, "commit", "--quiet", "--message", "All", environ=environ)
    store = ObjectStore(directory, git(directory, "rev-parse", "HEAD^{tree}"), scratch)
    assert store.add(b"a\n") == git(directory, "rev-parse", "HEAD:a")


def test_renames(store: ObjectStore, repository: Path) -> None:
    before = store.read(git(repository, "rev-parse", "HEAD^{tree}"))
    after = {("moved.py" if path == "kept.py" else path): entry for path, entry in before.items()}

    assert store.renames(before, after) == {"kept.py": "moved.py"}
    assert store.renames(before, before) == {}


def test_only_what_was_added_is_copied(store: ObjectStore, repository: Path) -> None:
    oid = store.add(b"added\n")
    store.copy_into(repository)

    assert git(repository, "cat-file", "blob", oid) == "added"
    assert len(list((store.directory / "objects").glob("[0-9a-f][0-9a-f]/*"))) == 1


def test_the_objects_of_the_repository_are_not_touched(repository: Path, tmp_path: Path) -> None:
    objects = [path for path in (repository / ".git").rglob("*") if path.is_file()]
    for path in objects:
        os.utime(path, (1, 1))
    (tmp_path / "scratch").mkdir()
    store = ObjectStore(repository, git(repository, "rev-parse", "HEAD^{tree}"), tmp_path / "scratch")
    store.add_directory(repository / ".git" / "hooks")
    store.add((repository / "kept.py").read_bytes())

    assert {path.stat().st_mtime for path in objects} == {1}


@pytest.mark.parametrize(
    ("mode", "is_file"), [(REGULAR, True), (EXECUTABLE, True), (LINK, False), (SUBMODULE, False), ("040000", False)]
)
def test_what_is_a_file(mode: str, is_file: bool) -> None:
    assert Entry(mode, "0" * 40).is_file is is_file


def test_the_version_of_git() -> None:
    assert git_version() == tuple(map(int, git(Path.cwd(), "version").split()[2].split(".")[:2]))


@pytest.mark.parametrize("version", [(2, 37), (2, 38), (3, 0)])
def test_a_merge(store: ObjectStore, version: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """By an older git in a work tree, with the same outcome."""
    monkeypatch.setattr("svcgen.service.vcs.objects.git_version", lambda: version)
    texts = ["".join(f"{number}{end}\n" for number in range(30)) for end in ("", "!", "?")]
    base, ours, theirs = (store.add(text.encode()) for text in texts)
    half = store.add((texts[0][:40] + texts[1][40:]).encode())
    merged = store.merge(
        {
            "both": Entry(REGULAR, base),
            "deleted": Entry(REGULAR, base),
            "dir/moved": Entry(EXECUTABLE, half),
            "same": Entry(LINK, base),
            "gone": Entry(REGULAR, ours),
        },
        {"both": Entry(REGULAR, ours), "dir/moved": Entry(EXECUTABLE, half), "same": Entry(LINK, base)},
        {
            "both": Entry(REGULAR, theirs),
            "deleted": Entry(REGULAR, theirs),
            "other/moved": Entry(EXECUTABLE, half),
            "same": Entry(LINK, base),
            "gone": Entry(REGULAR, ours),
            "new \té": Entry(EXECUTABLE, theirs),
        },
        "template-v2",
    )
    assert merged.stages == {
        "both": {1: Entry(REGULAR, base), 2: Entry(REGULAR, ours), 3: Entry(REGULAR, theirs)},
        "deleted": {1: Entry(REGULAR, base), 3: Entry(REGULAR, theirs)},
    }
    conflict = store.contents([merged.tree["both"].oid])[merged.tree["both"].oid].decode()
    assert conflict == f"<<<<<<< yours\n{texts[1]}=======\n{texts[2]}>>>>>>> template-v2\n"
    assert {path: entry for path, entry in merged.tree.items() if path != "both"} == {
        "deleted": Entry(REGULAR, theirs),
        "new \té": Entry(EXECUTABLE, theirs),
        "other/moved": Entry(EXECUTABLE, half),
        "same": Entry(LINK, base),
    }


@pytest.mark.parametrize("version", [(2, 37), (2, 38)])
def test_a_merge_without_conflicts(
    store: ObjectStore, version: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("svcgen.service.vcs.objects.git_version", lambda: version)
    one, two = (Entry(REGULAR, store.add(text)) for text in (b"1\n", b"2\n"))
    # A new file stays where the template puts it, though the team has renamed the folder.
    old = {f"old/{name}": Entry(REGULAR, store.add(name.encode() * 30)) for name in "abc"}
    new = {path.replace("old", "new"): entry for path, entry in old.items()}
    merged = store.merge({**old, "a": one}, {**new, "a": one}, {**old, "a": two, "old/d": two}, "template-v2")
    assert merged.stages == {}
    assert merged.tree == {**new, "a": two, "old/d": two}


def test_a_diff(store: ObjectStore, repository: Path) -> None:
    git(repository, "config", "diff.noprefix", "true")
    entry = Entry(REGULAR, store.add(b"1\n" * 20))
    changed = Entry(REGULAR, store.add(b"1\n" * 20 + b"2\n"))
    assert store.diff({"a": entry}, {"a": entry}) == ""
    shown = store.diff({"old": entry}, {"new": changed})
    assert shown.startswith("diff --git a/old b/new\nsimilarity index ")
    assert shown.endswith("\n+2\n")


def test_git_that_is_not_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", fake_program(tmp_path / "bin", "git", "echo hub"))
    with pytest.raises(ToolError) as caught:
        git_version()
    assert caught.value.message == "git does not print its version: hub"
