"""Merge the difference between two renderings of the template into a service, as git merges two branches.

The old rendering is the base, the new one is theirs, and the service's commit is ours. git finds renames, keeps the
changes of only one side, and marks conflicts. Nothing is merged on disk: the result is a tree in an object store.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from svcgen.service.merging.merge_result import Conflict, Merged, MergeResult
from svcgen.service.merging.renderings import Renderings
from svcgen.service.vcs.filters import Filters
from svcgen.service.vcs.tree import Entry
from svcgen.template.pristine import without_days

_BASE, _OURS, _THEIRS = 1, 2, 3
_MARKER = b"<<<<<<< "


class TemplateMerge:
    """One merge.

    Args:
        filters: The filters of the service's repository, and the store of the result.
        version: The version of the template to merge.
    """

    def __init__(self, filters: Filters, version: str) -> None:
        """Read the files of the service's commit."""
        self._filters = filters
        self._repository, self._store = filters.repository, filters.store
        self._version = version
        self._ours = self._store.read(self._repository.tree("HEAD"))
        self._result: dict[str, Entry] = {}
        self._stages: dict[str, dict[int, Entry]] = {}
        self._removed: list[tuple[str, str]] = []
        self._beside: list[tuple[str, str]] = []
        self._left_out: list[str] = []

    def run(
        self, base: Path, theirs: Path, apart: Collection[str], moved: Mapping[str, str] | None = None
    ) -> MergeResult:
        """Merge.

        Args:
            base: The rendering that the service was created from or last updated to.
            theirs: The new rendering.
            apart: Files to exclude from the merge: files that the team owns, and files that are regenerated.
            moved: Files that the template has moved, from and to.

        Raises:
            ToolError: git fails.
        """
        sides = Renderings(self._filters, self._ours, (base, theirs), apart, moved or {})
        before = {new: old for old, new in sides.moves.files.items()}
        edited = {path for path in sides.base if path in sides.extended or self._is_edited(path, sides)}
        edited = {before.get(path, path) for path in (*edited, *sides.replaced)}
        merged = self._store.merge(sides.base, sides.ours, sides.theirs, f"template-{self._version}")
        self._result, self._stages = dict(merged.tree), dict(merged.stages)
        self._settle(sides)
        self._keep_what_is_used(sides)
        sides.restore_links(self._result)
        self._stages = {sides.place(path): stages for path, stages in self._stages.items()}
        for path, entry in sides.news.items():
            self._put_beside(path, entry)
        self._keep_what_git_does_not_see(sides)
        # A filter may apply to the new path of a file.
        self._result |= self._filters.as_committed({path: self._result[path] for path in self._written()})
        return MergeResult(self._report(sides, edited), self._result, frozenset(self._changed()), self._stages)

    def _settle(self, sides: Renderings) -> None:
        """Resolve conflicts in which one side deleted a file that the other changed."""
        for path, stages in sorted(self._stages.items()):
            if stages.keys() == {_BASE, _OURS}:
                # A file that the team renamed can stay where it is.
                kept = self._free_name(f"{path}.removed-in-{self._version}") if path in sides.base else path
                self._result[kept] = self._result.pop(path)
                self._removed.append((path, kept))
            elif stages.keys() == {_BASE, _THEIRS}:
                self._result.pop(path, None)
                self._left_out.append(path)
            else:
                continue
            del self._stages[path]

    def _keep_what_is_used(self, sides: Renderings) -> None:
        """Keep a module that the template has dropped if the team's own code imports it."""
        beside = dict(self._removed)
        for path in sorted(sides.used(self._result)):
            self._result.pop(beside.pop(path, path), None)
            self._result[path] = sides.ours[path]
            beside[path] = path
        self._removed = sorted(beside.items())

    def _keep_what_git_does_not_see(self, sides: Renderings) -> None:
        leaving = self._ours.keys() - self._result.keys()
        for path in sorted(self._result.keys() - self._ours.keys()):
            # A file that becomes a folder no longer blocks the files in that folder.
            has_room = any(str(folder) in leaving for folder in Path(path).parents)
            if not has_room and self._repository.in_the_way(path):
                self._put_beside(path, self._result.pop(path))
        for path in sorted(self._repository.unseen_edits(self._changed())):
            if path in self._result:
                self._put_beside(path, sides.theirs.get(path, self._result[path]))
            else:
                self._removed.append((path, path))
            self._result[path] = self._ours[path]

    def _put_beside(self, path: str, entry: Entry) -> None:
        self._stages.pop(path, None)
        if self._repository.is_blocked(path) or any(str(folder) in self._ours for folder in Path(path).parents):
            self._left_out.append(path)
            return
        name = self._free_name(f"{path}.new-in-{self._version}")
        self._result[name] = entry
        self._beside.append((path, name))

    def _free_name(self, name: str) -> str:
        names = [name, *(f"{name}-{number}" for number in range(2, 100))]
        taken = self._repository.in_the_way
        # If the parent folder is a file on disk, no name is free.
        return next((free for free in names if free not in self._result and not taken(free)), name)

    def _changed(self) -> set[str]:
        paths = self._ours.keys() | self._result.keys()
        return {path for path in paths if self._ours.get(path) != self._result.get(path)}

    def _written(self) -> set[str]:
        return (self._changed() & self._result.keys()) - self._stages.keys()

    def _is_edited(self, path: str, sides: Renderings) -> bool:
        """Return whether a file differs from its rendering in more than the date of rendering."""
        old, ours = sides.base[path], sides.ours.get(path)
        if ours is None or not ours.is_file or old == ours:
            return old != ours
        contents = self._store.contents([old.oid, ours.oid])
        return old.mode != ours.mode or without_days(contents[old.oid]) != without_days(contents[ours.oid])

    def _report(self, sides: Renderings, edited: set[str]) -> Merged:
        left_out = {path for path in self._left_out if not self._repository.in_the_way(path)}
        settled = {*self._stages, *self._left_out, *(path for path, _ in (*self._removed, *self._beside))}
        ours = {name for _, name in (*self._removed, *self._beside)}
        moved = {old: new for old, new in sides.moves.files.items() if new in self._result}
        settled |= {old for old, new in sides.moves.files.items() if new in settled}
        renamed = {**self._store.renames(sides.base, sides.theirs), **moved}
        renamed = {old: new for old, new in renamed.items() if old in edited}
        return Merged(
            updated=tuple(sorted(self._changed() - settled - ours)),
            kept=tuple(sorted(edited - settled - renamed.keys())),
            conflicts=tuple(Conflict(path, tuple(self._marked_lines(path))) for path in sorted(self._stages)),
            removed=tuple(self._removed),
            renamed=tuple((old, new) for old, new in sorted(renamed.items()) if new in self._result),
            left_out=tuple(sorted(left_out)),
            beside=tuple(self._beside),
            untracked=tuple(sorted(set(self._left_out) - left_out)),
            rewritten=tuple(sides.rewritten),
            mentions=tuple(sides.mentions(self._result, ours)),
        )

    def _marked_lines(self, path: str) -> Iterator[int]:
        entry = self._result.get(path)
        content = self._store.contents([entry.oid])[entry.oid] if entry and entry.is_file else b""
        yield from (number for number, line in enumerate(content.splitlines(), 1) if line.startswith(_MARKER))
