"""Build, merge and compare git trees in a temporary store of objects.

The store starts with the objects of one tree of a repository. The repository's own configuration, attributes, filters
and merge drivers have no effect, so no program that they name runs.
"""

import os
import stat
from collections.abc import Collection, Iterable
from pathlib import Path

from svcgen.service.vcs.tree import EXECUTABLE, LINK, REGULAR, Entry, MergedTree, Tree, fields_of, lines_of, stages_of
from svcgen.system.git import git, git_version, run_git

# The first git with `merge-tree --write-tree`: https://github.com/git/git/blob/master/Documentation/RelNotes/2.38.0.txt
_MERGE_TREE = (2, 38)
_TEXT = 1 << 20
_IDENTITY = ("-c", "user.name=svcgen", "-c", "user.email=svcgen@localhost")
# A new file stays where the template puts it, even if the team has renamed that folder.
_MERGE = ("-c", "merge.directoryRenames=false", "-c", "merge.renameLimit=10000")
_UNCONFIGURED = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}


class ObjectStore:
    """A bare repository in a temporary directory.

    Args:
        repository: A directory of the repository that has the tree.
        tree: The tree to start with.
        scratch: A temporary directory.
    """

    def __init__(self, repository: Path, tree: str, scratch: Path) -> None:
        """Create it.

        Raises:
            ToolError: git fails.
        """
        self.scratch = scratch
        self.directory = scratch / "objects.git"
        format_ = git(repository, "rev-parse", "--show-object-format").strip()
        git(scratch, "init", "--quiet", "--bare", "--template=", f"--object-format={format_}", str(self.directory))
        # The objects are copied, because git changes the time stamps of objects in an alternate repository.
        objects, borrowed = self.directory / "objects", git(repository, "rev-parse", "--git-path", "objects")
        # git writes a temporary pack to the object directory of the repository, so another one is set.
        environ = {
            "GIT_OBJECT_DIRECTORY": str(objects),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str((repository / borrowed.removesuffix("\n")).resolve()),
        }
        command = ("pack-objects", "--quiet", "--revs", "--window=0", str(objects / "pack" / "pack"))
        git(repository, *command, stdin=f"{tree}\n", environ=environ)

    def read(self, tree: str) -> dict[str, Entry]:
        """Return the entries of a tree by path."""
        listed = self._git("ls-tree", "-r", "-z", "--full-tree", tree).split("\0")
        entries = (line.partition("\t")[::2] for line in listed if line)
        return {path: Entry(*details.split()[::2]) for details, path in entries}

    def write(self, tree: Tree) -> str:
        """Write a tree, and return its object name."""
        index = self.scratch / "index"
        index.unlink(missing_ok=True)
        lines = "".join(f"{entry.mode} {entry.oid}\t{path}\0" for path, entry in tree.items())
        self._git("update-index", "-z", "--index-info", index=index, stdin=lines)
        return self._git("write-tree", index=index).strip()

    def add_directory(self, directory: Path) -> dict[str, Entry]:
        """Store the files of a directory without filters, and return them as a tree."""
        files = sorted(path for path in directory.rglob("*") if path.is_symlink() or path.is_file())
        names = [path.relative_to(directory).as_posix() for path in files]
        regular = [path for path in files if not path.is_symlink()]
        hashed = self._git("hash-object", "-w", "--no-filters", "--stdin-paths", stdin=lines_of(map(str, regular)))
        oids = dict(zip(regular, hashed.split(), strict=True))
        return {name: self._entry(path, oids.get(path)) for name, path in zip(names, files, strict=True)}

    def add(self, content: bytes) -> str:
        """Store a file, and return its object name."""
        return self._git("hash-object", "-w", "--stdin", stdin=content).strip()

    def contents(self, oids: Iterable[str]) -> dict[str, bytes]:
        """Return the contents of files by object name."""
        wanted = sorted(set(oids))
        output = run_git(self.directory, "cat-file", "--batch", stdin=lines_of(wanted)).output if wanted else b""
        found, position = {}, 0
        for oid in wanted:
            end = output.index(b"\n", position)
            size = int(output[position:end].split()[-1])
            found[oid] = output[end + 1 : end + 1 + size]
            position = end + size + 2
        return found

    def merge(self, base: Tree, ours: Tree, theirs: Tree, label: str) -> MergedTree:
        """Merge two trees with a common base.

        Args:
            base: The base.
            ours: The service.
            theirs: The template.
            label: The name of the template in conflict markers.
        """
        root = self._commit(self.write(base))
        sides = [self._commit(self.write(tree), "-p", root) for tree in (ours, theirs)]
        names = ("yours", label)
        for name, commit in zip(names, sides, strict=True):
            self._git("update-ref", f"refs/heads/{name}", commit)
        if git_version() < _MERGE_TREE:
            return self._merge_in_work_tree(root, sides, names)
        output = self._git(*_MERGE, "merge-tree", "--write-tree", "-z", "--no-messages", *names, accept=(0, 1))
        tree, *conflicted = output.rstrip("\0").split("\0")
        return MergedTree(self.read(tree), stages_of(conflicted))

    def renames(self, before: Tree, after: Tree) -> dict[str, str]:
        """Return the paths that were renamed between two trees, from and to.

        Args:
            before: The tree to start from.
            after: The tree to end with.
        """
        found = self._git(
            *("diff-tree", "-r", "-z", "--name-status", "--find-renames", "-l0", "--diff-filter=R"),
            *(self.write(before), self.write(after)),
        ).split("\0")
        return dict(zip(found[1::3], found[2::3], strict=False))

    def grep(self, tree: Tree, words: Collection[str]) -> set[str]:
        """Return the paths of text files of at most 1 MiB that contain one of the words.

        Args:
            tree: The tree.
            words: The words.
        """
        if not words:
            return set()
        patterns = [argument for word in words for argument in ("-e", word)]
        command = ("grep", "-z", "-l", "-I", "-F", "-w", *patterns, self.write(tree))
        found = self._git(*command, accept=(0, 1)).split("\0")
        paths = [path.partition(":")[2] for path in found if path]
        names = lines_of(tree[path].oid for path in paths)
        sizes = self._git("cat-file", "--batch-check=%(objectsize)", stdin=names).split()
        return {path for path, size in zip(paths, sizes, strict=True) if tree[path].is_file and int(size) <= _TEXT}

    def diff(self, before: Tree, after: Tree) -> str:
        """Return a change as a patch, independent of the user's configuration.

        Args:
            before: The tree to start from.
            after: The tree to end with.
        """
        return self._git("diff", "--find-renames", self.write(before), self.write(after))

    def copy_into(self, repository: Path) -> None:
        """Copy all added objects into a repository."""
        objects = self.directory / "objects"
        oids = [folder.name + file.name for folder in objects.glob("[0-9a-f][0-9a-f]") for file in folder.iterdir()]
        pack = run_git(self.directory, "pack-objects", "--quiet", "--stdout", stdin=lines_of(oids))
        git(repository, "unpack-objects", "-q", stdin=pack.output)

    def _entry(self, path: Path, oid: str | None) -> Entry:
        if oid is None:
            return Entry(LINK, self.add(os.fsencode(path.readlink())))
        return Entry(EXECUTABLE if path.stat().st_mode & stat.S_IXUSR else REGULAR, oid)

    def _add_from(self, path: Path) -> Entry:
        return self._entry(path, None if path.is_symlink() else self.add(path.read_bytes()))

    def _commit(self, tree: str, *parent: str) -> str:
        return self._git(*_IDENTITY, "commit-tree", tree, "-m", "svcgen", *parent).strip()

    def _merge_in_work_tree(self, base: str, sides: list[str], names: tuple[str, str]) -> MergedTree:
        """Merge in a work tree, for a git that has no `merge-tree --write-tree`."""
        work, index = self.scratch / "merge", self.scratch / "merge-index"
        work.mkdir()
        labels = {f"GITHEAD_{commit}": name for commit, name in zip(sides, names, strict=True)}
        environ = {"GIT_DIR": str(self.directory), "GIT_WORK_TREE": str(work), **_UNCONFIGURED, **labels}
        for command, codes in (
            (("read-tree", sides[0]), (0,)),
            (("checkout-index", "--all", "--index", "--quiet"), (0,)),
            ((*_MERGE, "merge-recursive", base, "--", *sides), (0, 1)),
        ):
            run_git(work, *command, index=index, environ=environ, accept=codes)
        listed = git(work, "ls-files", "-z", "--stage", index=index, environ=environ).rstrip("\0").split("\0")
        merged = {path: Entry(*details.split()[:2]) for details, path in fields_of(listed) if details.endswith(" 0")}
        stages = stages_of([line for line in listed if not line.partition("\t")[0].endswith(" 0")])
        there = {path: self._add_from(work / path) for path in stages if os.path.lexists(work / path)}
        return MergedTree({**merged, **there}, stages)

    def _git(
        self,
        *arguments: str,
        index: Path | None = None,
        stdin: str | bytes | None = None,
        accept: Collection[int] = (0,),
    ) -> str:
        done = run_git(self.directory, *arguments, index=index, environ=_UNCONFIGURED, stdin=stdin, accept=accept)
        return done.text
