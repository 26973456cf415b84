"""Complete a command line for the shells, without running anything of a service."""

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from svcgen.template.questions import Question

# These tell the shell to complete paths itself.
FILES, DIRECTORIES = ":files", ":directories"
_PATHS = {"FILE": FILES, "PATH": DIRECTORIES, "DEST": DIRECTORIES}

# A word and its explanation.
Candidate = tuple[str, str]


def complete_line(program: Any, questions: Sequence[Question], line: str) -> list[str]:
    """Return the completions of a line: words with a tab before their explanations, or `FILES` or `DIRECTORIES`.

    Args:
        program: The command `svcgen`.
        questions: The questions of copier.yml.
        line: The text before the cursor, including the program's name.
    """
    words = _split(line)[1:]
    if not words:
        return []
    *before, current = words
    command, rest = program, list(before)
    while rest and rest[0] in getattr(command, "commands", {}):
        command = command.commands[rest.pop(0)]
    choices = {question.flag: question.choices for question in questions}
    found = _candidates(command, choices, rest, current)
    return ["\t".join(pair).rstrip() for pair in found if pair[0].startswith((current, ":"))]


def _split(line: str) -> list[str]:
    """Split a line as a shell does; the quotes of its last word may still be open."""
    lexer = shlex.shlex(line, posix=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    words: list[str] = []
    try:
        for word in lexer:
            words.append(word)  # noqa: PERF402  (keeps the words before an open quote)
    except ValueError:
        return [*words, lexer.token]
    return words if words and not line[-1:].isspace() else [*words, ""]


def _candidates(
    command: Any, choices: Mapping[str, Sequence[str]], rest: list[str], current: str
) -> Iterable[Candidate]:
    options = {flag: option for option in command.params for flag in option.opts if flag.startswith("-")}
    flag, equals, _ = current.partition("=")
    if equals and flag in options:
        values = _values(options[flag], choices.get(flag, ()))
        return ((value if value in {FILES, DIRECTORIES} else f"{flag}={value}", help_) for value, help_ in values)
    if rest and rest[-1] in options and not options[rest[-1]].is_flag:
        return _values(options[rest[-1]], choices.get(rest[-1], ()))
    if current.startswith("-"):
        return _flags(command, rest)
    given = _positional(options, rest)
    if hasattr(command, "commands"):
        return [] if given else [(name, one.get_short_help_str(999)) for name, one in command.commands.items()]
    return _arguments(command, given, current)


def _flags(command: Any, rest: list[str]) -> Iterator[Candidate]:
    for option in command.params:
        if option.param_type_name == "option" and (option.multiple or not {*option.opts} & {*rest}):
            yield option.opts[0], option.help or ""
    yield "--help", "Show this message and exit."


def _values(option: Any, choices: Sequence[str]) -> Iterable[Candidate]:
    if option.metavar == "VERSION":
        from svcgen.cli.completion_words import versions

        return versions(Path.cwd())
    if option.metavar in _PATHS:
        return [(_PATHS[option.metavar], "")]
    return [(choice, "") for choice in choices]


def _positional(options: Mapping[str, Any], rest: list[str]) -> list[str]:
    """Return the arguments among the words before the cursor: neither flags nor their values."""
    return [
        word
        for word, before in zip(rest, ["", *rest], strict=False)
        if not word.startswith("-") and (before not in options or options[before].is_flag)
    ]


def _arguments(command: Any, before: list[str], current: str) -> Iterable[Candidate]:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    if not arguments:
        return []
    argument = arguments[min(len(before), len(arguments) - 1)]
    if argument.name == "words":
        from svcgen.cli.completion_words import fields

        return fields(before, current, Path.cwd())
    return [(_PATHS[argument.metavar], "")] if argument.metavar in _PATHS else []
