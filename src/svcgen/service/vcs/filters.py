"""Store files as a repository commits them. With Git LFS or git-crypt, that differs from the files on disk."""

from dataclasses import dataclass

from svcgen.service.vcs.objects import ObjectStore
from svcgen.service.vcs.repository import Repository
from svcgen.service.vcs.tree import Entry, Tree
from svcgen.system.git import git

_NONE = frozenset({"set", "unset", "unspecified"})


@dataclass(frozen=True)
class Filters:
    """The filters of a repository.

    Attributes:
        repository: The repository, whose attributes name the filters.
        store: The store of the files, which also receives the filtered content.
        own: Whether to run filters that the repository's own configuration defines. The user's filters always run.
    """

    repository: Repository
    store: ObjectStore
    own: bool

    def as_committed(self, files: Tree) -> dict[str, Entry]:
        """Return files, by the path in the service, with the content that git would commit for each.

        Raises:
            ToolError: A filter that is required fails.
        """
        paths = "".join(f"{path}\0" for path, entry in files.items() if entry.is_file)
        listed = git(self.repository.service, "check-attr", "-z", "--stdin", "filter", stdin=paths).split("\0")
        filtered = [path for path, name in zip(listed[::3], listed[2::3], strict=False) if name not in _NONE]
        contents = self.store.contents(files[path].oid for path in filtered)
        hashed = {path: self._hash(path, contents[files[path].oid]) for path in filtered}
        return {**files, **{path: Entry(files[path].mode, oid) for path, oid in hashed.items()}}

    def _hash(self, path: str, content: bytes) -> str:
        command = ("hash-object", "-w", "--stdin", "--path", path)
        environ = {"GIT_OBJECT_DIRECTORY": str(self.store.directory / "objects")}
        return git(self.repository.service, *command, environ=environ, stdin=content, filters=self.own).strip()
