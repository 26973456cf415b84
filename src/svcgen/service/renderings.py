"""Two renderings of a template and a service, brought into a form in which git can compare them."""

import posixpath
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from svcgen.service.filters import Filters
from svcgen.service.objects import LINK, Entry, Tree
from svcgen.service.own_rows import with_own_rows


class Renderings:
    """The three sides of a merge.

    Attributes:
        base: The rendering that the service was made from.
        ours: The service.
        theirs: The new rendering.
        replaced: Files of the template that the service has as something else: a link that leads nowhere, a folder.
        news: What the new rendering has in these places, where it changed.
    """

    def __init__(self, filters: Filters, ours: Tree, base: Path, theirs: Path, apart: Collection[str]) -> None:
        """Read the renderings.

        Args:
            filters: Those of the service's repository, and the store where their files go.
            ours: The service's commit.
            base: The directory of the old rendering.
            theirs: The directory of the new one.
            apart: Files that are left as the service has them.
        """
        self._store = filters.store
        self._service = ours
        self.ours = dict(ours)
        self.base, self.theirs = (
            filters.as_committed(self._store.add_directory(directory)) for directory in (base, theirs)
        )
        for path in apart:
            if path in self.base or path in ours:
                self._leave_out(path)
        self._links = dict(self._followed_links())
        self.replaced = tuple(sorted(path for path in {**self.base, **self.theirs} if self._is_something_else(path)))
        changed = [path for path in self.replaced if self.base.get(path) != self.theirs.get(path)]
        self.news = {path: self.theirs[path] for path in changed if path in self.theirs}
        for path in self.replaced:
            self._leave_out(path)
        self._adapt()

    def restore_links(self, tree: dict[str, Entry]) -> None:
        """Put the content that was merged in the place of a link where the link leads."""
        for path, target in self._links.items():
            tree[target] = tree.pop(path, self._service[target])
            tree[path] = self._service[path]

    def place(self, path: str) -> str:
        """Return where the content of a file is in the service."""
        return self._links.get(path, path)

    def _leave_out(self, path: str) -> None:
        for rendering in (self.base, self.theirs):
            rendering.pop(path, None)

    def _followed_links(self) -> Iterator[tuple[str, str]]:
        """Take the file that a link leads to for the one in the link's place, as an editor does."""
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

    def _adapt(self) -> None:
        """Give both renderings the rows and the line endings that the service's files have."""
        edited = [path for path, entry in self.base.items() if path in self.ours and self.ours[path].oid != entry.oid]
        for path in edited:
            sides = [side for side in (self.base, self.theirs) if path in side]
            oids = [side[path].oid for side in sides]
            contents = self._store.contents([*oids, self.ours[path].oid])
            texts = adapt(path, [contents[oid] for oid in oids], contents[self.ours[path].oid])
            for side, oid, text in zip(sides, oids, texts, strict=True):
                if text != contents[oid]:
                    side[path] = Entry(side[path].mode, self._store.add(text))


def adapt(path: str, renderings: Sequence[bytes], service: bytes) -> list[bytes]:
    """Return renderings of a file with the service's own rows and line endings."""
    try:
        texts = with_own_rows(path, [text.decode() for text in renderings], service.decode().replace("\r\n", "\n"))
    except UnicodeDecodeError:
        return list(renderings)
    return [with_line_endings(text.encode(), service) for text in texts]


def with_line_endings(text: bytes, like: bytes) -> bytes:
    """Return a text with the line endings of another, if all of those are CRLF."""
    if b"\r" in text or not like.count(b"\n") or like.count(b"\r\n") != like.count(b"\n"):
        return text
    return text.replace(b"\n", b"\r\n")
