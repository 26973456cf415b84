"""Read the repository of a service: what is checked out, and what git does not see. Nothing is changed."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from svcgen.errors import ServiceError, ToolError
from svcgen.service.vcs.tree import Entry
from svcgen.system.git import git
from svcgen.system.git_operation import operation_in_progress

_NOTHING = "000000"
_INIT = "git init -b main && git add -A && git commit -m 'Scaffold'"


@dataclass(frozen=True)
class Head:
    """What is checked out.

    Attributes:
        branch: The name of the branch; empty if HEAD is detached.
        commit: Its commit.
    """

    branch: str
    commit: str


@dataclass(frozen=True)
class Repository:
    """The repository of a service.

    Attributes:
        service: The service's directory.
        prefix: That directory in the repository, with a final slash; empty at the top.
        top: The root of the work tree.
        directory: The git directory of this work tree.
        common: The git directory that all its work trees share.
    """

    service: Path
    prefix: str
    top: Path
    directory: Path
    common: Path

    @classmethod
    def find(cls, service: Path) -> "Repository":
        """Find the repository of a service.

        Raises:
            ServiceError: There is none.
            ToolError: git refuses to read it.
        """
        try:
            asked = ("--show-prefix", "--show-cdup", "--absolute-git-dir", "--git-common-dir", "--is-inside-work-tree")
            prefix, up, directory, common, inside, *_ = git(service, "rev-parse", *asked).split("\n")
        except ToolError as error:
            if "not a git repository" in error.message:
                raise ServiceError(
                    f"{service} is not in a git repository, so the change could not be undone", hint=_INIT
                ) from error
            raise
        if inside != "true":
            raise ServiceError(
                f"{service} is not in the work tree of its own repository, so an update would change another directory",
                hint="let git find it: git config --unset core.worktree",
            )
        # The path of the service may contain links and "..".
        return cls(service, prefix, (service / up).resolve(), Path(directory), (service / common).resolve())

    def head(self) -> Head:
        """Return what is checked out.

        Raises:
            ServiceError: There is no commit yet.
        """
        branch = git(self.service, "branch", "--show-current").strip()
        try:
            return Head(branch, git(self.service, "rev-parse", "--verify", "--quiet", "HEAD^{commit}").strip())
        except ToolError as error:
            message = f"{self.service} is not in a git repository with a commit, so the change could not be undone"
            raise ServiceError(message, hint=_INIT) from error

    def tree(self, commit: str) -> str:
        """Return the object name of the service's tree in a commit.

        Raises:
            ServiceError: The commit has no files of the service.
        """
        try:
            return git(self.service, "rev-parse", "--verify", "--quiet", f"{commit}:{self.prefix.rstrip('/')}").strip()
        except ToolError as error:
            raise ServiceError(
                f"no file of {self.service} is committed in the repository {self.top}, which may ignore that folder",
                hint=f"make it a repository of its own: {_INIT}",
            ) from error

    def commit_of(self, branch: str) -> str:
        """Return the commit of a branch; empty if the branch does not exist."""
        found = git(self.service, "for-each-ref", "--format=%(refname) %(objectname)", f"refs/heads/{branch}")
        commits = dict(line.split() for line in found.splitlines())
        return commits.get(f"refs/heads/{branch}", "")

    def changes(self, start: str, end: str) -> tuple[dict[str, Entry], dict[str, Entry]]:
        """Return the paths that differ between two commits: their entries in the first and in the second.

        Args:
            start: The first commit.
            end: The second commit.
        """
        fields = git(self.top, "diff-tree", "-r", "-z", "--no-renames", start, end).split("\0")
        before, after = {}, {}
        for details, path in zip(fields[::2], fields[1::2], strict=False):
            modes_and_oids = details.lstrip(":").split()
            before[path], after[path] = (Entry(*modes_and_oids[side : side + 3 : 2]) for side in (0, 1))
        return _present(before), _present(after)

    def index_entries(self, index: Path | None = None) -> dict[str, Entry]:
        """Return the entries of an index by path; for a conflict, one of its sides."""
        lines = git(self.top, "ls-files", "-z", "--stage", index=index).split("\0")
        return {
            path: Entry(*details.split()[:2]) for details, _, path in (line.partition("\t") for line in lines if line)
        }

    def unmerged(self) -> list[str]:
        """Return the unmerged paths of the repository."""
        return sorted(
            set(git(self.top, "diff", "--name-only", "--diff-filter=U", "-z", "--no-ext-diff").split("\0")) - {""}
        )

    def branches(self) -> set[str]:
        """Return the names of all branches."""
        return set(git(self.service, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads").split())

    def require_ready(self, *, filters: bool = True) -> None:
        """Refuse a service with uncommitted changes, or with a git operation in progress.

        Args:
            filters: Whether git may run the repository's filters to compare files.

        Raises:
            ServiceError: It has one of these.
        """
        operation = operation_in_progress(self.directory)
        if operation:
            message = f"a {operation} is in progress in {self.top}"
            raise ServiceError(message, hint=f"finish it, or: git {operation} --abort")
        status = git(self.service, "status", "--porcelain", "--", ".", filters=filters).rstrip()
        if status:
            raise ServiceError(
                f"{self.service} has changes that are not committed:\n{status}",
                hint="commit them, or stash them: git stash --include-untracked",
            )

    def unseen_edits(self, paths: Collection[str]) -> set[str]:
        """Return those of the given files whose changes git is configured to ignore.

        These are marked assume-unchanged or skip-worktree, and differ on disk from HEAD.
        """
        listed = git(self.service, "ls-files", "-v", "-z", "--", ".").split("\0")
        flagged = {path for tag, _, path in (line.partition(" ") for line in listed) if tag.islower() or tag == "S"}
        return {path for path in flagged & set(paths) if self._is_edited(path)}

    def in_the_way(self, path: str) -> bool:
        """Return whether a new file can't be written because its place on disk is taken."""
        return os.path.lexists(self.service / path) or self.is_blocked(path)

    def is_blocked(self, path: str) -> bool:
        """Return whether a parent folder of a file is something other than a folder on disk."""
        folders = (self.service / path).parents[: path.count("/")]
        return any(os.path.lexists(folder) and (folder.is_symlink() or not folder.is_dir()) for folder in folders)

    def _is_edited(self, path: str) -> bool:
        place = self.service / path
        if not os.path.lexists(place):
            return False
        if place.is_symlink() or not place.is_file():
            return True
        # Filters are programs, so they don't run. A filtered file then counts as edited, which is harmless.
        on_disk = git(self.service, "hash-object", "--no-filters", "--", path).strip()
        return on_disk != git(self.service, "rev-parse", "--verify", "--quiet", f"HEAD:./{path}").strip()


def require_clean(service: Path) -> None:
    """Refuse a service with uncommitted changes, without running programs that its repository names.

    Raises:
        ServiceError: It has uncommitted changes, or is not in a repository with a commit.
    """
    repository = Repository.find(service)
    repository.head()
    repository.require_ready(filters=False)


def _present(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    return {path: entry for path, entry in entries.items() if entry.mode != _NOTHING}
