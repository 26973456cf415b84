"""Prompt for the name, the plural and the fields of a resource, and check each of them immediately."""

import shlex
import shutil
import textwrap
from collections.abc import Callable, Sequence

from svcgen.cli.prompts import ask_text
from svcgen.cli.typed_command import TypedCommand
from svcgen.errors import SpecError
from svcgen.resource.change.change import plan_change
from svcgen.resource.code.layout import Layout
from svcgen.resource.fields.registry import FIELD_TYPES
from svcgen.resource.plural import plural_of
from svcgen.resource.spec import AND, Resource
from svcgen.resource.syntax.parse import parse_resource
from svcgen.resource.vocabulary import MODIFIERS, explained

# Placeholders for input that is still missing.
_NAME, _PLURAL, _FIELD = "probe", "probes", "probe:str"


def ask_resource(layout: Layout, plural: str, command: TypedCommand, show: Callable[[str], None]) -> Resource:
    """Prompt for a resource.

    Args:
        layout: The service to add it to.
        plural: Its plural; empty to prompt for it.
        command: Records the input.
        show: Prints text.

    Raises:
        SpecError: The plural given is not allowed.
        UsageError: Standard input ended.
        KeyboardInterrupt: Ctrl-C.
    """

    def check(name: str, plural: str, words: Sequence[str] = (_FIELD,)) -> Resource:
        resource = parse_resource([name, *words], plural)
        plan_change([resource], layout)
        return resource

    def read_fields(line: str) -> list[str]:
        words = _split(line)
        if words or not fields:
            check(name, plural, [*fields, *words])
        return words

    if plural:
        check(_NAME, plural)
    fields: list[str] = []
    name = ask_text("Resource name, singular", lambda text: check(text, plural or _PLURAL).name)
    command.word(name)
    if not plural:
        plural = ask_text("Plural", lambda text: check(name, text).plural, plural_of(name))
        if plural != plural_of(name):
            command.option("--plural", plural)
    question = "Field, such as due:date:optional (? for help)"
    while words := ask_text(question, read_fields, explain=lambda: show(_explanation())):
        fields += words
        command.word(*words)
        question = "Next field (? for help, empty to finish)"
    return parse_resource([name, *fields], plural)


def _split(line: str) -> list[str]:
    """Return the words of a line, as a shell reads them."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise SpecError(f"a quote in {line} is not closed", hint="close it, or put a backslash before it") from error
    if AND in words:
        example = f"svcgen add resource customer name:str {AND} order customer:ref:customer"
        raise SpecError(f"`{AND}` adds another resource only on the command line", hint=example)
    return words


def _explanation() -> str:
    """Return the types and modifiers, with the meanings beside the examples or, in a narrow terminal, below them."""
    width = shutil.get_terminal_size().columns
    lines = textwrap.wrap(
        "A field is NAME:TYPE and modifiers, separated by colons. Quote a default with spaces.", width
    )
    for heading, words in (("Types", FIELD_TYPES), ("Modifiers", MODIFIERS)):
        rows = explained(words)
        column = max(len(example) for example, _ in rows) + 4
        has_room = column + max(len(meaning) for _, meaning in rows) < width
        lines += ["", f"{heading}:"]
        for example, meaning in rows:
            below = textwrap.wrap(meaning, width, initial_indent=" " * 4, subsequent_indent=" " * 4)
            lines += [f"  {example}".ljust(column) + meaning] if has_room else [f"  {example}", *below]
    return "\n".join(lines)
