"""What can go wrong that is not a bug.

SvcgenError            exit 1: the user can put it right
├── UsageError         the command line can't be understood
├── AnswerError        an answer is missing, unknown or not allowed
├── DestinationError   the service can't be made at that place
├── SpecError          a resource can't be made of these words
├── ServiceError       the directory is no service, or none that can be changed so
├── TemplateError      the template is missing or can't be rendered
└── ToolError          uv or git is missing or failed
    └── NoRepositoryError  the directory is in no git repository

Exit 130, 143 and 129 mean SIGINT, SIGTERM and SIGHUP (`signals.Interrupted`); exit 3 is any other exception: a bug.
"""


class SvcgenError(Exception):
    """A mistake or a circumstance that the user can put right.

    Args:
        message: What went wrong, and where, in one line without a closing full stop.
        hint: What to do about it; empty where the message says it all.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(SvcgenError):
    """The command line can't be understood."""


class AnswerError(SvcgenError):
    """An answer is missing, unknown or not allowed."""


class DestinationError(SvcgenError):
    """The service can't be made at that place."""


class SpecError(SvcgenError):
    """A resource can't be made of these words."""


class ServiceError(SvcgenError):
    """The directory is no service, or none that can be changed so."""


class TemplateError(SvcgenError):
    """The template is missing or can't be rendered."""


class ToolError(SvcgenError):
    """uv or git is missing or failed."""


class NoRepositoryError(ToolError):
    """The directory is in no git repository; a repository that git refuses to read is a ToolError."""
