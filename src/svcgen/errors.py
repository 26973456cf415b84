"""Define the exit codes, and the errors that are not bugs.

SvcgenError            1  something to fix
├── UsageError         2  the command line can't be carried out as written
│   ├── AnswerError    2  an answer is missing, unknown or not allowed
│   └── SpecError      2  the words of a resource are not understood, or contradict each other
│       └── CollisionError  1  a name of the resource is already taken in the service
├── DestinationError   1  the service can't be created at that path
├── ExistsError        5  the destination is already a service
├── ServiceError       1  the directory is not a service, or its state does not allow the command
│   └── UnfinishedError  1  an update of the service is unfinished
├── TemplateError      1  the template is missing or can't be rendered
└── ToolError          1  uv or git is missing or failed
    └── NoRepositoryError  1  the directory is not in a git repository
"""

from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """The exit codes of all commands; `--json` repeats them as `exit_code`.

    Attributes:
        meaning: The explanation in `svcgen --help` and the README.
    """

    meaning: str

    def __new__(cls, value: int, meaning: str) -> Self:
        """Return a member that is an int and explains itself."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    DONE = 0, "done"
    FAILED = 1, "something to fix: a directory in the way, a conflict, a failed step, a missing tool"
    USAGE = 2, "the command line can't be carried out as written; nothing was started"
    BUG = 3, "a bug in svcgen; the message names a log to report"
    BEHIND = 4, "--check found a service behind its template"
    EXISTS = 5, "new: the destination already holds this service; nothing was changed"
    HANGUP = 129, "the terminal was closed (SIGHUP)"
    INTERRUPTED = 130, "Ctrl-C (SIGINT)"
    TERMINATED = 143, "SIGTERM"


class SvcgenError(Exception):
    """A mistake or a situation that the user can fix.

    Args:
        message: The problem and its place, in one line without a final period.
        hint: How to fix it; empty if the message is enough.
    """

    exit_code: int = ExitCode.FAILED

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(SvcgenError):
    """The command line can't be carried out as written."""

    exit_code: int = ExitCode.USAGE


class AnswerError(UsageError):
    """An answer is missing, unknown or not allowed."""


class SpecError(UsageError):
    """The words of a resource are not understood, or contradict each other."""


class CollisionError(SpecError):
    """A name of the resource is already taken in the service."""

    exit_code: int = ExitCode.FAILED


class DestinationError(SvcgenError):
    """The service can't be created at that path."""


class ExistsError(SvcgenError):
    """The destination is already a service."""

    exit_code = ExitCode.EXISTS


class ServiceError(SvcgenError):
    """The directory is not a service, or its state does not allow the command."""


class UnfinishedError(ServiceError):
    """An update of the service is unfinished."""


class TemplateError(SvcgenError):
    """The template is missing or can't be rendered."""


class ToolError(SvcgenError):
    """uv or git is missing or failed."""


class NoRepositoryError(ToolError):
    """The directory is not in a git repository. A repository that git refuses to read is a ToolError."""
