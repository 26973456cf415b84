"""Commit to an existing repository, which stays unchanged until everything else is done."""

import os
import shutil
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

from svcgen.errors import ToolError
from svcgen.service.placement.staging import put
from svcgen.system.git import FORCE_ADD, commit_settings, git, run_git
from svcgen.system.signals import held
from svcgen.system.steps import Notify

# With a split index, git would write the shared half of a copied index into the repository.
_WHOLE_INDEX = ("-c", "core.splitIndex=false")
# In a sparse checkout, git refuses to add files outside of it.
_OWN_INDEX = (*_WHOLE_INDEX, "-c", "core.sparseCheckout=false")


class Quarantine:
    """Commits whose objects and index are in a temporary directory, like those of a push until git accepts it.

    The user's own index is not committed: staged changes stay staged.

    Args:
        repository: The top of a work tree.
        scratch: A temporary directory on the file system of the repository.
    """

    def __init__(self, repository: Path, scratch: Path) -> None:
        """Store the paths, without touching the repository."""
        self._repository, self._scratch = repository, scratch
        self._objects, self._index = scratch / "objects", scratch / "index"
        self._commits: list[str] = []
        self._committed: set[str] = set()

    def commit(self, work_tree: Path, files: Iterable[str], message: str, notify: Notify) -> None:
        """Commit files on top of the previous commit.

        Args:
            work_tree: The directory of the files.
            files: Their paths, relative to it.
            message: The message of the commit.
            notify: Receives the commands.

        Raises:
            ToolError: git is missing or fails.
        """
        if not self._commits:
            self._begin()
        names = list(files)
        run = partial(git, work_tree, *_OWN_INDEX, environ=self._environ(work_tree), index=self._index, notify=notify)
        run(*FORCE_ADD, stdin="\0".join(names))
        tree, parent = run("write-tree").strip(), self._commits[-1]
        settings = commit_settings(self._repository)
        commit = run(*settings, "commit-tree", tree, *(("-p", parent) if parent else ()), "-m", message)
        self._commits.append(commit.strip())
        self._committed.update(names)

    def publish(self) -> None:
        """Add the commits to the repository, on top of what is checked out.

        Raises:
            ToolError: There is a new commit or a staged change, or git fails. The repository is unchanged.
            OSError: A file can't be written. The repository is unchanged.
        """
        if not self._commits:
            return
        index = self._git_path("index")
        made: list[Path] = []
        with held():
            try:
                self._copy_objects(made)
                self._replace_index(index, made)
                self._move_branch()
            except BaseException:
                self._put_back(index, made)
                raise

    def _begin(self) -> None:
        (self._objects / "info").mkdir(parents=True)
        borrowed = os.fsencode(self._git_path("objects").resolve())
        (self._objects / "info" / "alternates").write_bytes(borrowed + b"\n")
        environ = self._environ(self._repository)
        shown = ("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        commit = run_git(self._repository, *shown, environ=environ, accept=(0, 1)).text.strip()
        if commit:
            git(self._repository, *_OWN_INDEX, "read-tree", commit, environ=environ, index=self._index)
        self._commits.append(commit)

    def _replace_index(self, index: Path, made: list[Path]) -> None:
        before, after, lock = self._scratch / "index-before", self._scratch / "index-after", _lock(index)
        if index.exists():
            shutil.copy2(index, after)
        found = _content(index)
        self._add_committed(after)
        # As git itself does: nobody else writes the index while its lock is there.
        put(after, lock)
        made.append(lock)
        if _content(index) != found:
            raise ToolError(f"another program changed {index}", hint="run it again")
        if index.exists():
            put(index, before)
        lock.replace(index)

    def _add_committed(self, index: Path) -> None:
        environ = self._environ(self._repository)
        run = partial(git, self._repository, *_WHOLE_INDEX, environ=environ)
        entries = run("ls-files", "-z", "--stage", "--", *sorted(self._committed), index=self._index)
        run("update-index", "-z", "--index-info", index=index, stdin=entries)
        refresh = ("update-index", "-q", "--refresh")
        run_git(self._repository, *_WHOLE_INDEX, *refresh, environ=environ, index=index, accept=(0, 1))

    def _copy_objects(self, made: list[Path]) -> None:
        objects = self._git_path("objects")
        for file in sorted(self._objects.glob("[0-9a-f][0-9a-f]/*")):
            target = objects / file.parent.name / file.name
            if not target.parent.exists():
                target.parent.mkdir()
                made.append(target.parent)
            if not target.exists():
                put(file, target)
                made.append(target)

    def _move_branch(self) -> None:
        before, after = self._commits[0], self._commits[-1]
        message = f"svcgen new: {after[:7]}"
        command = ("update-ref", "-m", message, "HEAD", after, before or "0" * len(after))
        self._git(*commit_settings(self._repository), *command)

    def _put_back(self, index: Path, made: list[Path]) -> None:
        before, lock = self._scratch / "index-before", _lock(index)
        if lock in made and not lock.exists():
            before.replace(index) if before.exists() else index.unlink(missing_ok=True)
        for path in reversed(made):
            path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)

    def _environ(self, work_tree: Path) -> Mapping[str, str]:
        return {
            "GIT_DIR": str(self._repository / ".git"),
            "GIT_OBJECT_DIRECTORY": str(self._objects),
            "GIT_WORK_TREE": str(work_tree),
        }

    def _git_path(self, name: str) -> Path:
        return self._repository / self._git("rev-parse", "--git-path", name).removesuffix("\n")

    def _git(self, *arguments: str) -> str:
        return git(self._repository, *arguments, environ={"GIT_DIR": str(self._repository / ".git")})


def _lock(index: Path) -> Path:
    return index.with_name(f"{index.name}.lock")


def _content(index: Path) -> bytes:
    return index.read_bytes() if index.exists() else b""
