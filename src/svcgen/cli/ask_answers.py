"""Prompt for the answers that `svcgen new` was not given."""

from collections.abc import Callable, Mapping, Sequence

from svcgen.cli.prompts import ask_choice, ask_text, can_move_cursor
from svcgen.cli.typed_command import TypedCommand
from svcgen.template.answers import check, every_value
from svcgen.template.questions import NAME, Question


def ask_answers(
    questions: Sequence[Question],
    given: Mapping[str, str],
    defaults: Mapping[str, str],
    check_name: Callable[[str], None],
    command: TypedCommand,
) -> dict[str, str]:
    """Prompt for the answers that are not given, and return all of them.

    Args:
        questions: The questions of copier.yml.
        given: Valid answers.
        defaults: The user's own valid defaults.
        check_name: Raises SvcgenError if no service of that name can be created.
        command: Records the input.

    Raises:
        UsageError: Standard input ended.
        KeyboardInterrupt: Ctrl-C.
    """
    answers = dict(given)

    def ask(question: Question) -> str:
        def read(value: str) -> str:
            check(questions, {**answers, question.name: value})
            if question.name == NAME:
                check_name(value)
            return value

        default = defaults.get(question.name) or str(every_value(questions, answers)[question.name])
        if question.choices and can_move_cursor():
            return ask_choice(question.help, question.choices, default)
        choices = f" ({', '.join(question.choices)})" if question.choices else ""
        return ask_text(f"{question.help}{choices}", read, default)

    for question in questions:
        if question.computed or question.name in answers:
            continue
        answers[question.name] = value = ask(question)
        if question.name == NAME:
            command.word(value)
        else:
            command.option(question.flag, value)
    return answers
