"""What a command reports while it works. The caller decides what to show."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

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
        outcome: `pending` if it waits for a failed step, `skipped` if it was not wanted.
        seconds: Wall-clock time.
        command: For a failed or pending step, the command that runs it in the service's directory.
        reason: Why it is not done.
    """

    name: str
    outcome: Outcome
    seconds: float = 0.0
    command: str = ""
    reason: str = ""


Notify = Callable[[Started | CommandRun | Step], None]


def ignore(_event: Started | CommandRun | Step) -> None:
    """Ignore an event."""
