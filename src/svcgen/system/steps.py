"""Run the steps of a command, and report how each step ended."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from time import perf_counter
from typing import Literal

from svcgen.errors import ToolError
from svcgen.system.signals import raise_if_interrupted

Outcome = Literal["done", "failed", "skipped", "pending"]


@dataclass(frozen=True)
class Started:
    """A step starts."""

    name: str


@dataclass(frozen=True)
class CommandRun:
    """A child process ended."""

    command: str
    output: str


@dataclass(frozen=True)
class Step:
    """A step ended.

    Attributes:
        name: One word, the same in every run.
        outcome: `pending` if it needs a failed step first, `skipped` if it was not requested.
        seconds: Wall-clock time.
        command: For a failed or pending step, the command that runs it in the service's directory.
        reason: Why it did not run or failed.
    """

    name: str
    outcome: Outcome
    seconds: float = 0.0
    command: str = ""
    reason: str = ""

    @property
    def is_left(self) -> bool:
        """Whether the user still has to run it."""
        return self.outcome in {"failed", "pending"}

    def as_json(self) -> dict[str, object]:
        """Return the step as docs/json.md describes it."""
        return {**asdict(self), "seconds": round(self.seconds, 3)}


Notify = Callable[[Started | CommandRun | Step], None]


def ignore(_event: Started | CommandRun | Step) -> None:
    """Ignore an event."""


class Steps:
    """The steps of one command, in order.

    Args:
        notify: Receives each step, when it starts and when it ends.
    """

    def __init__(self, notify: Notify) -> None:
        self.taken: list[Step] = []
        self.notify = notify

    def require(self, name: str, action: Callable[[], object]) -> None:
        """Run a step that the command requires: its error ends the command.

        Args:
            name: The name of the step.
            action: The function that runs it.
        """
        start = self._start(name)
        action()
        self._add(Step(name, "done", perf_counter() - start))

    def attempt(self, name: str, command: str, action: Callable[[], object]) -> bool:
        """Run a step that the user can run later, and return whether it succeeded.

        Args:
            name: The name of the step.
            command: The command that runs it.
            action: The function that runs it.
        """
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
        """Record a step that failed, and the command that runs it.

        Args:
            name: The name of the step.
            command: The command that runs it.
            error: Why.
            seconds: Wall-clock time.
        """
        self._add(Step(name, "failed", seconds, command, f"{error.message}\n{error.hint}".strip()))

    def skip(self, name: str, reason: str) -> None:
        """Record a step that was not requested.

        Args:
            name: The name of the step.
            reason: Why.
        """
        self._add(Step(name, "skipped", reason=reason))

    def postpone(self, name: str, command: str, reason: str) -> None:
        """Record a step that can't run yet, and the command that runs it.

        Args:
            name: The name of the step.
            command: The command that runs it.
            reason: Why.
        """
        self._add(Step(name, "pending", command=command, reason=reason))

    def _start(self, name: str) -> float:
        raise_if_interrupted()
        self.notify(Started(name))
        return perf_counter()

    def _add(self, step: Step) -> None:
        self.taken.append(step)
        self.notify(step)
