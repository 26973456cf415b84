"""Turns the questions of copier.yml into options of a Typer command."""

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
    """Give a command one option for each question that is asked, in place of its `**answers`.

    Args:
        command: Takes `**answers`: the answers given, None for those that are not.
        questions: Those of copier.yml.
    """
    signature = inspect.signature(command)
    parameters = list(signature.parameters.values())
    positional = [parameter for parameter in parameters if parameter.kind is parameter.POSITIONAL_OR_KEYWORD]
    flags = [parameter for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]
    options = [_option(question) for question in questions if not question.computed and question.name != NAME]

    @wraps(command)
    def with_signature(*arguments: Any, **named: Any) -> None:
        command(*arguments, **named)

    # Typer reads the signature; a function's own can't hold names that stand in a file.
    cast("Any", with_signature).__signature__ = signature.replace(parameters=[*positional, *options, *flags])
    return with_signature


def _option(question: Question) -> inspect.Parameter:
    # A default may be a template of its own, such as "The {{ service_name }} service".
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
