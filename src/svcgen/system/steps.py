"""Runs the steps of a command and records how each ended."""

from collections.abc import Callable
from time import perf_counter

from svcgen.errors import ToolError
from svcgen.system.events import Notify, Started, Step
from svcgen.system.signals import check


class Steps:
    """The steps of one command, in order.

    Args:
        notify: Receives each step, when it starts and when it ends.
    """

    def __init__(self, notify: Notify) -> None:
        self.taken: list[Step] = []
        self.notify = notify

    def require(self, name: str, action: Callable[[], object]) -> None:
        """Run a step that the command needs: an error in it ends the command."""
        start = self._start(name)
        action()
        self._add(Step(name, "done", perf_counter() - start))

    def attempt(self, name: str, command: str, action: Callable[[], object]) -> bool:
        """Run a step that a person can run later, and return whether it is done."""
        start = self._start(name)
        try:
            action()
        except ToolError as error:
            self.fail(name, command, error, perf_counter() - start)
            return False
        self._add(Step(name, "done", perf_counter() - start))
        return True

    def outcome(self, name: str) -> str:
        """Return the outcome of a step that has ended."""
        return next(step.outcome for step in self.taken if step.name == name)

    def fail(self, name: str, command: str, error: ToolError, seconds: float = 0) -> None:
        """Record a step that failed, and the command that runs it."""
        self._add(Step(name, "failed", seconds, command, f"{error.message}\n{error.hint}".strip()))

    def skip(self, name: str, reason: str) -> None:
        """Record a step that was not wanted."""
        self._add(Step(name, "skipped", reason=reason))

    def postpone(self, name: str, command: str, reason: str) -> None:
        """Record a step that can't run yet, and the command that runs it."""
        self._add(Step(name, "pending", command=command, reason=reason))

    def _start(self, name: str) -> float:
        check()
        self.notify(Started(name))
        return perf_counter()

    def _add(self, step: Step) -> None:
        self.taken.append(step)
        self.notify(step)
