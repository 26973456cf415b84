"""Read answers from a file, complete them with defaults, and validate them."""

import difflib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from svcgen.errors import AnswerError
from svcgen.system.bounded import load_yaml, read_bounded, yaml_loader
from svcgen.template.questions import Question

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

_SHOWN = 60


def read_data_file(path: Path, questions: Sequence[Question]) -> dict[str, str]:
    """Read answers from a YAML or JSON file. Numbers are read as text: `python: 3.13` is "3.13".

    Args:
        path: The file.
        questions: The questions of copier.yml.

    Raises:
        AnswerError: The file can't be read, or has an unknown key or a value that is not text.
    """
    try:
        content = load_yaml(read_bounded(path), _TextLoader)
    except OSError as error:
        raise AnswerError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise AnswerError(f"{path} is not YAML: {error}") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise AnswerError(f"{path} must be a mapping of questions to answers")
    for key, value in content.items():
        _check_key(path, key, [question.name for question in questions if not question.computed])
        if not isinstance(value, str):
            raise AnswerError(f"{key} in {path} must be text, not {value!r}", hint="put it in quotes")
    return content


def check(questions: Sequence[Question], given: Mapping[str, str]) -> None:
    """Validate the given answers, before the first prompt.

    Args:
        questions: The questions of copier.yml.
        given: The answers by name.

    Raises:
        AnswerError: One is not allowed.
    """
    _evaluate(questions, given, validated=given)


def complete(questions: Sequence[Question], given: Mapping[str, str]) -> dict[str, str]:
    """Return an answer to every question: the given one, or its default.

    Args:
        questions: The questions of copier.yml.
        given: The answers by name.

    Raises:
        AnswerError: One is missing or not allowed.
    """
    asked = [question.name for question in questions if not question.computed]
    values = _evaluate(questions, given, validated=asked)
    return {name: values[name] for name in asked}


def every_value(questions: Sequence[Question], answers: Mapping[str, str]) -> dict[str, Any]:
    """Return the answers, the defaults of missing ones and the computed values, without validating them.

    Args:
        questions: The questions of copier.yml.
        answers: The answers by name.
    """
    return _evaluate(questions, answers, validated=())


def _evaluate(questions: Sequence[Question], given: Mapping[str, str], *, validated: Collection[str]) -> dict[str, Any]:
    environment = jinja_environment()
    values: dict[str, Any] = {}
    for question in questions:
        default = question.default
        if isinstance(default, str) and question.name not in given:
            default = environment.from_string(default).render(values)
        values[question.name] = given.get(question.name, "" if default is None else default)
        if question.name in validated:
            _validate(question, values, environment)
    return values


def _validate(question: Question, context: Mapping[str, Any], environment: "SandboxedEnvironment") -> None:
    value = context[question.name]
    if question.choices and value not in question.choices:
        raise AnswerError(
            f"{question.label} {_shown(value)} is not one of: {', '.join(question.choices)}",
            hint=_nearest(value, question.choices),
        )
    complaint = environment.from_string(question.validator).render(context).strip()
    if complaint:
        what, _, hint = complaint.partition("; ")
        raise AnswerError(f"{question.label} {_shown(value) if value else ''}".rstrip() + f" {what}", hint=hint)


def jinja_environment() -> "SandboxedEnvironment":
    """Return an environment with the filters that copier gives to validators and templates."""
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(
        extensions=["jinja2_ansible_filters.AnsibleCoreFiltersExtension"], keep_trailing_newline=True
    )


def _check_key(path: Path, key: object, names: Sequence[str]) -> None:
    if key not in names:
        hint = _nearest(str(key), names) or f"allowed: {', '.join(names)}"
        raise AnswerError(f"{path}: {_shown(str(key))} is not a question", hint=hint)


def _nearest(word: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {near[0]}?" if near else ""


def _shown(value: str) -> str:
    # repr() escapes control characters.
    return repr(value if len(value) <= _SHOWN else value[:_SHOWN] + "…")


class _TextLoader(yaml_loader()):  # type: ignore[misc]
    """A safe YAML loader that reads numbers and dates as text."""


for _tag in ("int", "float", "timestamp"):
    _TextLoader.add_constructor(f"tag:yaml.org,2002:{_tag}", lambda _loader, node: node.value)
