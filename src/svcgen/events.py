"""What a command tells while it works; the caller shows it or not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Outcome = Literal["done", "failed", "skipped", "pending"]


@dataclass(frozen=True)
class Started:
    """A step has begun."""

    name: str


@dataclass(frozen=True)
class CommandRun:
    """A child process has ended."""

    command: str
    output: str


@dataclass(frozen=True)
class Step:
    """A step has ended.

    Attributes:
        name: One word, the same in every run.
        outcome: `pending` where an earlier failure left it undone, `skipped` where it was not wanted.
        seconds: Wall time.
        command: What to run by hand, in the service's directory, for a step that is failed or pending.
        reason: Why it is not done.
    """

    name: str
    outcome: Outcome
    seconds: float = 0.0
    command: str = ""
    reason: str = ""


Notify = Callable[[Started | CommandRun | Step], None]


def ignore(_event: Started | CommandRun | Step) -> None:
    """Notify nobody."""
