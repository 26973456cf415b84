"""Run the steps after a merge, outside of the user's work tree: lock without upgrades, export, check and test."""

import functools
import posixpath
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from svcgen.errors import ToolError
from svcgen.service.lock import EXPORT, export
from svcgen.service.vcs.repository import Repository
from svcgen.service.vcs.worktree import stage_from_disk, temporary_work_tree
from svcgen.system.git import git
from svcgen.system.links import real_path
from svcgen.system.steps import Steps
from svcgen.system.uv import Uv

_PROJECT, _LOCK, _REQUIREMENTS, _CHECK = "pyproject.toml", "uv.lock", "requirements.txt", "scripts/check.py"
_COMMANDS = {"lock": "uv lock", "export": EXPORT, "check": f"uv run {_CHECK}", "test": "uv run pytest"}


@dataclass(frozen=True)
class PostMerge:
    """The steps after a merge.

    Attributes:
        repository: The service's repository.
        python: The Python version of the service.
        steps: Records the steps.
        test: Whether to run the tests.
        notes: Remarks for the team.
    """

    repository: Repository
    python: str
    steps: Steps
    test: bool
    notes: list[str] = field(default_factory=list)

    def postpone(self, reason: str) -> None:
        """Record all steps as pending."""
        for name, command in _COMMANDS.items():
            if name != "test" or self.test:
                self.steps.postpone(name, command, reason)

    def run(self, tree: str, scratch: Path) -> str | None:
        """Run the steps in a temporary work tree.

        Args:
            tree: The whole tree of the repository.
            scratch: A temporary directory.

        Returns:
            The tree with the generated files; None if the lock failed, so that the other steps are pending.

        Raises:
            ServiceError: A generated file is a link that points out of the repository.
            ToolError: git fails.
        """
        service = f"{tree}:{self.repository.prefix.rstrip('/')}"
        tracked = set(git(self.repository.top, "ls-tree", "-z", "--name-only", service).split("\0"))
        if _PROJECT not in tracked:
            return tree
        if _LOCK not in tracked:
            self.postpone(f"{_LOCK} is not committed")
            return tree
        with temporary_work_tree(self.repository, tree, scratch, set(self._folders(tree))) as place:
            top = scratch / "worktree"
            # uv would write through a link, wherever it points.
            generated = [Path(self.repository.prefix, name) for name in (_LOCK, _REQUIREMENTS) if name in tracked]
            written = [real_path(top, file).as_posix() for file in generated]
            if not self._take(place):
                return None
            stage_from_disk(top, written)
            return git(top, "write-tree").strip()

    def _take(self, place: Path) -> bool:
        actions = self._actions(place)
        for number, (name, action) in enumerate(actions.items(), 1):
            if not self.steps.attempt(name, _COMMANDS[name], action) and name == "lock":
                for later in list(actions)[number:]:
                    self.steps.postpone(later, _COMMANDS[later], "needs the lock")
                return False
        return True

    def _actions(self, place: Path) -> Mapping[str, Callable[[], object]]:
        uv = Uv.find(self.python, self.steps.notify)
        self._note_hand_edits(place, uv)
        tools = functools.cache(lambda: self._with_environment(uv, place))
        actions: dict[str, Callable[[], object]] = {
            "lock": lambda: uv.run(place, "lock"),
            "export": lambda: export(place, uv),
        }
        if (place / _CHECK).exists():
            actions["check"] = lambda: _outside_ci(tools()).run(place, "run", "--frozen", _CHECK)
        if self.test:
            actions["test"] = lambda: tools().run(place, "run", "--frozen", "pytest", "--quiet")
        return actions

    def _note_hand_edits(self, place: Path, uv: Uv) -> None:
        """Note the lines of requirements.txt that an export of the current lock does not contain."""
        requirements = place / _REQUIREMENTS
        if not requirements.is_file():
            return
        before = requirements.read_text(encoding="utf-8").splitlines()
        try:
            export(place, uv)
        except ToolError:
            return  # the lock is invalid, and the step that renews it reports that
        exported = {line.strip() for line in requirements.read_text(encoding="utf-8").splitlines()}
        lost = [line for line in before if line.strip() not in exported and not line.strip().startswith("--hash")]
        if lost:
            self.notes.append(
                f"{_REQUIREMENTS} is exported from {_LOCK}, which does not have these lines of it: {', '.join(lost)};"
                f" declare dependencies in {_PROJECT}"
            )

    def _with_environment(self, uv: Uv, place: Path) -> Uv:
        """Return uv with the service's virtual environment, if that has every locked package and not the app itself."""
        environment = self.repository.service / ".venv"
        project = tomllib.loads((place / _PROJECT).read_text(encoding="utf-8"))
        if not environment.is_dir() or project.get("tool", {}).get("uv", {}).get("package", True):
            return uv
        own = replace(uv, environ={**uv.environ, "UV_PROJECT_ENVIRONMENT": str(environment)})
        try:
            own.run(place, "sync", "--frozen", "--inexact", "--check")
        except ToolError:
            return uv
        return own

    def _folders(self, tree: str) -> Iterator[str]:
        """Yield the service's folder, and the folders of the repository that it uses as packages."""
        yield self.repository.prefix
        try:
            text = git(self.repository.top, "cat-file", "blob", f"{tree}:{self.repository.prefix}{_PROJECT}")
            sources = tomllib.loads(text)["tool"]["uv"]["sources"]
        except (ToolError, tomllib.TOMLDecodeError, KeyError, TypeError):
            return
        for path in _paths(sources):
            folder = posixpath.normpath(posixpath.join(self.repository.prefix, path))
            if not folder.startswith(("..", "/")):
                yield f"{folder}/"


def _outside_ci(uv: Uv) -> Uv:
    """Return uv without the variable CI: in CI the check compares with the last merge, which a shallow clone lacks."""
    return replace(uv, environ={name: value for name, value in uv.environ.items() if name != "CI"})


def _paths(sources: Any) -> Iterator[str]:
    for source in sources.values() if isinstance(sources, dict) else ():
        for choice in source if isinstance(source, list) else [source]:
            if isinstance(choice, dict) and isinstance(choice.get("path"), str):
                yield choice["path"]
