"""The repository that a service is in: what is checked out, and what of it git does not see. It changes nothing."""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from svcgen.errors import ServiceError, ToolError
from svcgen.service.tree import Entry
from svcgen.system.git import git
from svcgen.system.git_operation import operation_in_progress

_NOTHING = "000000"
_INIT = "git init -b main && git add -A && git commit -m 'Scaffold'"


@dataclass(frozen=True)
class Head:
    """What is checked out.

    Attributes:
        branch: Its name; empty where HEAD is detached.
        commit: Its commit.
    """

    branch: str
    commit: str


@dataclass(frozen=True)
class Repository:
    """The repository of a service.

    Attributes:
        service: The service's directory.
        prefix: That directory in the repository, ending in a slash; empty at the top.
        top: The root of the work tree.
        directory: Git's own directory of this work tree.
        common: Git's directory of all its work trees.
    """

    service: Path
    prefix: str
    top: Path
    directory: Path
    common: Path

    @classmethod
    def find(cls, service: Path) -> "Repository":
        """Find it.

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
        # The path of the service may lead through links and "..".
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
        """Return the name of the service's tree in a commit.

        Raises:
            ServiceError: The commit has none of its files.
        """
        try:
            return git(self.service, "rev-parse", "--verify", "--quiet", f"{commit}:{self.prefix.rstrip('/')}").strip()
        except ToolError as error:
            raise ServiceError(
                f"no file of {self.service} is committed in the repository {self.top}, which may ignore that folder",
                hint=f"make it a repository of its own: {_INIT}",
            ) from error

    def commit_of(self, branch: str) -> str:
        """Return the commit of a branch; empty where there is none."""
        found = git(self.service, "for-each-ref", "--format=%(refname) %(objectname)", f"refs/heads/{branch}")
        commits = dict(line.split() for line in found.splitlines())
        return commits.get(f"refs/heads/{branch}", "")

    def changes(self, start: str, end: str) -> tuple[dict[str, Entry], dict[str, Entry]]:
        """Return what changes between two commits: the entries that the first has, and those that the second has.

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
        """Return what an index holds, by the path in the repository; of a conflict, one of its sides."""
        lines = git(self.top, "ls-files", "-z", "--stage", index=index).split("\0")
        return {
            path: Entry(*details.split()[:2]) for details, _, path in (line.partition("\t") for line in lines if line)
        }

    def unmerged(self) -> list[str]:
        """Return the paths in the repository that conflict."""
        return sorted(
            set(git(self.top, "diff", "--name-only", "--diff-filter=U", "-z", "--no-ext-diff").split("\0")) - {""}
        )

    def branches(self) -> set[str]:
        """Return the names of all branches."""
        return set(git(self.service, "for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads").split())

    def require_ready(self, *, filters: bool = True) -> None:
        """Refuse a service in which something is not committed, or while git is in the middle of something.

        Args:
            filters: Whether git may run the filters that the repository names, to compare files.

        Raises:
            ServiceError: One of these.
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
        """Return the files, of those given, whose changes git was told not to look at.

        These are marked assume-unchanged or skip-worktree and are on disk with other bytes than in HEAD.
        """
        listed = git(self.service, "ls-files", "-v", "-z", "--", ".").split("\0")
        flagged = {path for tag, _, path in (line.partition(" ") for line in listed) if tag.islower() or tag == "S"}
        return {path for path in flagged & set(paths) if self._is_edited(path)}

    def in_the_way(self, path: str) -> bool:
        """Tell whether something is on disk where a file that HEAD does not have would be written."""
        return os.path.lexists(self.service / path) or self.is_blocked(path)

    def is_blocked(self, path: str) -> bool:
        """Tell whether there is something on disk that is no folder where a file's folder would be."""
        folders = (self.service / path).parents[: path.count("/")]
        return any(os.path.lexists(folder) and (folder.is_symlink() or not folder.is_dir()) for folder in folders)

    def _is_edited(self, path: str) -> bool:
        place = self.service / path
        if not os.path.lexists(place):
            return False
        if place.is_symlink() or not place.is_file():
            return True
        # Without filters, which are programs: a filtered file is taken for an edited one, which does no harm.
        on_disk = git(self.service, "hash-object", "--no-filters", "--", path).strip()
        return on_disk != git(self.service, "rev-parse", "--verify", "--quiet", f"HEAD:./{path}").strip()


def require_clean(service: Path) -> None:
    """Refuse a service in which something is not committed, without running anything that its repository names.

    Raises:
        ServiceError: Something is not committed, or there is no repository with a commit.
    """
    repository = Repository.find(service)
    repository.head()
    repository.require_ready(filters=False)


def _present(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    return {path: entry for path, entry in entries.items() if entry.mode != _NOTHING}
