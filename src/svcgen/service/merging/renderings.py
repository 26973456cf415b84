"""Prepare two renderings of a template and a service so that git can merge them."""

import posixpath
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from svcgen.service.merging.line_endings import adapt, with_line_endings
from svcgen.service.merging.moves import Mention, Moves, imports
from svcgen.service.vcs.filters import Filters
from svcgen.service.vcs.tree import LINK, Entry, Tree


class Renderings:
    """The three sides of a merge.

    Attributes:
        base: The rendering that the service was created from.
        ours: The service.
        theirs: The new rendering.
        replaced: Files of the template that the service has replaced with something else, such as a link or a folder.
        news: The changed files of the new rendering in these places.
        moves: The moves of the new rendering that apply to the service.
        extended: Files to whose renderings rows or imports of the service were added.
        rewritten: Files that only the service has, in which the names of moved files were updated.
    """

    def __init__(
        self,
        filters: Filters,
        ours: Tree,
        renderings: tuple[Path, Path],
        apart: Collection[str],
        moved: Mapping[str, str],
    ) -> None:
        """Read the renderings.

        Args:
            filters: The filters of the service's repository, and the store of its files.
            ours: The files of the service's commit.
            renderings: The directories of the old and the new rendering.
            apart: Files to exclude from the merge.
            moved: The files that the template has moved, from and to.
        """
        self._store = filters.store
        self._service = ours
        self.ours = dict(ours)
        self.base, self.theirs = (
            filters.as_committed(self._store.add_directory(directory)) for directory in renderings
        )
        for path in apart:
            if path in self.base or path in ours:
                self._leave_out(path)
        for old, new in moved.items():
            # Tools may read the team's version under either name, so a second file would replace it.
            if old in apart and old in ours:
                self._leave_out(new)
        self._links = dict(self._followed_links())
        self.replaced = tuple(sorted(path for path in {**self.base, **self.theirs} if self._is_something_else(path)))
        changed = [path for path in self.replaced if self.base.get(path) != self.theirs.get(path)]
        self.news = {path: self.theirs[path] for path in changed if path in self.theirs}
        for path in self.replaced:
            self._leave_out(path)
        first = {new: old for old, new in reversed(list(moved.items())) if self._can_move(old, new)}
        self.moves = Moves({old: new for old, new in moved.items() if first.get(new) == old})
        self.rewritten: list[str] = []
        self.extended: set[str] = set()
        self._move()
        self._rename(apart)
        self._adapt()

    def restore_links(self, tree: dict[str, Entry]) -> None:
        """Move content that was merged in the place of a link to the target of the link."""
        for path, target in self._links.items():
            tree[target] = tree.pop(path, self._service[target])
            tree[path] = self._service[path]

    def place(self, path: str) -> str:
        """Return the path of a file's content in the service."""
        return self._links.get(path, path)

    def mentions(self, tree: Tree, ours: Collection[str]) -> Iterator[Mention]:
        """Find lines of a merge that still name a moved file.

        Args:
            tree: The result.
            ours: Files to skip, because svcgen created them.
        """
        found = self._store.grep(tree, self.moves.words) - set(ours)
        oids = {side[path].oid for side in (tree, self.theirs) for path in found if path in side}
        texts = {oid: content.decode(errors="replace") for oid, content in self._store.contents(oids).items()}
        for path in sorted(found):
            template = texts[self.theirs[path].oid] if path in self.theirs else ""
            yield from self.moves.mentions(path, texts[tree[path].oid], set(template.splitlines()))

    def used(self, tree: Tree) -> set[str]:
        """Return the modules that the template has dropped and that the team's own lines import."""
        dropped = {path for path in self.base.keys() - self.theirs.keys() if path.endswith(".py") and path in self.ours}
        found = self._store.grep(
            {**tree, **{path: self.ours[path] for path in dropped}}, {Path(path).stem for path in dropped}
        )
        texts = self._own_lines(tree, {path for path in found - dropped if path.endswith(".py")})
        used: set[str] = set()
        while more := {path for path in dropped - used if any(imports(text, path) for text in texts)}:
            used |= more
            contents = self._store.contents(self.ours[path].oid for path in more)
            texts = [content.decode(errors="replace") for content in contents.values()]
        return used

    def _own_lines(self, tree: Tree, paths: Collection[str]) -> list[str]:
        oids = {side[path].oid for side in (tree, self.base, self.theirs) for path in paths if path in side}
        lines = {oid: text.decode(errors="replace").splitlines() for oid, text in self._store.contents(oids).items()}
        known = {
            path: {line for side in (self.base, self.theirs) if path in side for line in lines[side[path].oid]}
            for path in paths
        }
        return ["\n".join(line for line in lines[tree[path].oid] if line not in known[path]) for path in paths]

    def _leave_out(self, path: str) -> None:
        for rendering in (self.base, self.theirs):
            rendering.pop(path, None)

    def _followed_links(self) -> Iterator[tuple[str, str]]:
        """Use the target of a link in place of the link, as an editor does."""
        links = {path: entry for path, entry in self._service.items() if entry.mode == LINK}
        texts = self._store.contents(entry.oid for entry in links.values())
        for path, entry in links.items():
            text = texts[entry.oid].decode(errors="surrogateescape")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(path), text))
            if path in {**self.base, **self.theirs} and target in self.ours and self.ours[target].is_file:
                self.ours[path] = self.ours.pop(target)
                self._leave_out(target)
                yield path, target

    def _is_something_else(self, path: str) -> bool:
        entry = self.ours.get(path)
        if entry is not None:
            return not entry.is_file
        is_folder = any(other.startswith(f"{path}/") for other in self.ours)
        return is_folder or any(str(folder) in self.ours for folder in Path(path).parents)

    def _can_move(self, old: str, new: str) -> bool:
        is_moved = old in self.base and new in self.theirs and not (old in self.theirs or new in self.base)
        return is_moved and not (old in self.ours and new in self.ours)

    def _move(self) -> None:
        for old, new in self.moves.files.items():
            self.base[new] = self.base.pop(old)
            if old in self.ours:
                self.ours[new] = self.ours.pop(old)

    def _rename(self, apart: Collection[str]) -> None:
        """Replace old names of moved files in the old rendering and the service."""
        for side in (self.base, self.ours):
            found = self._store.grep(side, self.moves.words)
            contents = self._store.contents(side[path].oid for path in found)
            for path in sorted(found - set(apart)):
                content = contents[side[path].oid]
                if (renamed := _renamed(self.moves, path, content)) != content:
                    side[path] = Entry(side[path].mode, self._store.add(renamed))
                    if path not in {**self.base, **self.theirs}:
                        self.rewritten.append(path)

    def _adapt(self) -> None:
        """Apply the rows, imports and line endings of the service's files to both renderings."""
        edited = [path for path, entry in self.base.items() if path in self.ours and self.ours[path].oid != entry.oid]
        for path in edited:
            sides = [side for side in (self.base, self.theirs) if path in side]
            oids = [side[path].oid for side in sides]
            contents = self._store.contents([*oids, self.ours[path].oid])
            texts = adapt(path, [contents[oid] for oid in oids], contents[self.ours[path].oid])
            if path in self.base and texts[0] != with_line_endings(contents[oids[0]], contents[self.ours[path].oid]):
                self.extended.add(path)
            for side, oid, text in zip(sides, oids, texts, strict=True):
                if text != contents[oid]:
                    side[path] = Entry(side[path].mode, self._store.add(text))


def _renamed(moves: Moves, path: str, content: bytes) -> bytes:
    text = content.decode(errors="surrogateescape")
    is_windows = content.count(b"\r\n") == content.count(b"\n")
    renamed = moves.rewrite(path, text.replace("\r\n", "\n") if is_windows else text)
    return with_line_endings(renamed.encode(errors="surrogateescape"), content)
