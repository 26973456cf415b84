"""Takes the steps of a command and remembers how each ended."""

from collections.abc import Callable
from time import perf_counter

from svcgen.errors import ToolError
from svcgen.events import Notify, Started, Step
from svcgen.signals import check


class Steps:
    """The steps of one command, in order.

    Args:
        notify: Is told of each.
    """

    def __init__(self, notify: Notify) -> None:
        self.taken: list[Step] = []
        self.notify = notify

    def require(self, name: str, action: Callable[[], object]) -> None:
        """Take a step without which there is nothing: its errors are the command's."""
        start = self._start(name)
        action()
        self._add(Step(name, "done", perf_counter() - start))

    def attempt(self, name: str, command: str, action: Callable[[], object]) -> bool:
        """Take a step that a person can take later with a command, and tell whether it is done."""
        start = self._start(name)
        try:
            action()
        except ToolError as error:
            self.fail(name, command, error, perf_counter() - start)
            return False
        self._add(Step(name, "done", perf_counter() - start))
        return True

    def outcome(self, name: str) -> str:
        """Return how a step that was taken has ended."""
        return next(step.outcome for step in self.taken if step.name == name)

    def fail(self, name: str, command: str, error: ToolError, seconds: float = 0) -> None:
        """Record a step that failed, and the command that takes it."""
        self._add(Step(name, "failed", seconds, command, f"{error.message}\n{error.hint}".strip()))

    def skip(self, name: str, reason: str) -> None:
        """Leave out a step that is not wanted."""
        self._add(Step(name, "skipped", reason=reason))

    def postpone(self, name: str, command: str, reason: str) -> None:
        """Leave a step that can't be taken yet."""
        self._add(Step(name, "pending", command=command, reason=reason))

    def _start(self, name: str) -> float:
        check()
        self.notify(Started(name))
        return perf_counter()

    def _add(self, step: Step) -> None:
        self.taken.append(step)
        self.notify(step)
