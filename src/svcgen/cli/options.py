"""Turn the questions of copier.yml into options of a Typer command."""

import inspect
import re
from collections.abc import Callable, Sequence
from functools import wraps
from typing import Annotated, Any, cast

import typer

from svcgen.template.questions import NAME, Question

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object; never prompt.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only errors.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Print the commands run and their output.")]


def with_options(command: Callable[..., None], questions: Sequence[Question]) -> Callable[..., None]:
    """Add one option for each question to a command, in place of its `**answers`.

    Args:
        command: The command; its `**answers` are the given answers, and None for the others.
        questions: The questions of copier.yml.
    """
    signature = inspect.signature(command)
    parameters = list(signature.parameters.values())
    positional = [parameter for parameter in parameters if parameter.kind is parameter.POSITIONAL_OR_KEYWORD]
    flags = [parameter for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]
    options = [_option(question) for question in questions if not question.computed and question.name != NAME]

    @wraps(command)
    def with_signature(*arguments: Any, **named: Any) -> None:
        command(*arguments, **named)

    # Typer reads the signature, and a function's own signature can't contain names from a file.
    cast("Any", with_signature).__signature__ = signature.replace(parameters=[*positional, *options, *flags])
    return with_signature


def _option(question: Question) -> inspect.Parameter:
    # A default can be a template itself, such as "The {{ service_name }} service".
    default = re.sub(r"{{ *(\w+) *}}", r"<\1>", question.default or "").replace(f"<{NAME}>", "NAME")
    option = typer.Option(
        question.flag,
        help=f"{question.help}  [default: {default}]" if default else question.help,
        metavar=f"[{'|'.join(question.choices)}]" if question.choices else "TEXT",
        autocompletion=lambda: list(question.choices),
    )
    return inspect.Parameter(
        question.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[str | None, option]
    )
