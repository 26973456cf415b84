"""Read copier.yml, the only definition of the questions, the moved files and the files that the team owns."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from svcgen.errors import TemplateError
from svcgen.system.bounded import load_yaml, read_bounded

NAME = "service_name"
# With any of them, Copier requires --trust.
_CODE = frozenset({"_jinja_extensions", "_migrations", "_tasks"})
_ALIASES = 20
_OTHER_VERSION = "fix it in the template, or update to a version without it: --to VERSION"


@dataclass(frozen=True)
class Question:
    """One question of copier.yml.

    Attributes:
        name: The answer's key.
        help: One line.
        default: A Jinja template, a computed value of any type, or None where an answer is required.
        choices: The values allowed; empty where any text is.
        validator: A Jinja template that renders to an error message, or to nothing.
        computed: Whether it is a value for templates and validators, which is never asked and never stored.
    """

    name: str
    help: str
    default: Any
    choices: tuple[str, ...]
    validator: str
    computed: bool

    @property
    def flag(self) -> str:
        """The command-line option."""
        return "--" + self.name.replace("_", "-")

    @property
    def label(self) -> str:
        """The name in a message."""
        return self.name.replace("_", " ")


@dataclass(frozen=True)
class Config:
    """The content of a template's copier.yml.

    Attributes:
        questions: The questions, in the order in which they are asked.
        moved: The files that the template has moved since its first release, from and to.
        team_owned: The files that the template writes once and never merges again.
        excluded: Patterns for names that are not rendered.
    """

    questions: tuple[Question, ...]
    moved: Mapping[str, str]
    team_owned: frozenset[str]
    excluded: tuple[str, ...]


def read_config(root: Path) -> Config:
    """Read copier.yml of a template.

    Args:
        root: The directory that contains `copier.yml`.

    Raises:
        TemplateError: It can't be read, a list of files is not one, or it configures the template to run code.
    """
    content = _read(root / "copier.yml")
    questions = (_question(str(name), details) for name, details in content.items() if not str(name).startswith("_"))
    return Config(
        questions=tuple(questions),
        moved=_moved(content.get("moved_files")),
        team_owned=frozenset(_texts(content, "_skip_if_exists")),
        excluded=_texts(content, "_exclude"),
    )


def _read(file: Path) -> dict[str, Any]:
    """Return the content of copier.yml.

    Raises:
        TemplateError: It can't be read, or it configures the template to run code.
    """
    try:
        content = load_yaml(read_bounded(file), aliases=_ALIASES)
    except (OSError, ValueError) as error:
        raise TemplateError(f"copier.yml of the template can't be read: {error}", hint=_OTHER_VERSION) from error
    if not isinstance(content, dict):
        raise TemplateError("copier.yml of the template is not a mapping of questions", hint=_OTHER_VERSION)
    runs = sorted(_CODE & content.keys())
    if runs:
        raise TemplateError(
            f"the template has {', '.join(runs)} in copier.yml, which run code; svcgen refuses to",
            hint="remove it from the template, or update with: copier update --trust",
        )
    return content


def _texts(content: Mapping[str, Any], name: str) -> tuple[str, ...]:
    texts = content.get(name) or ()
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        raise TemplateError(f"{name} in copier.yml of the template is not a list of texts", hint=_OTHER_VERSION)
    return tuple(texts)


def _moved(details: Any) -> dict[str, str]:
    moved = details.get("default") if isinstance(details, Mapping) else None
    return {str(old): str(new) for old, new in moved.items()} if isinstance(moved, Mapping) else {}


def _question(name: str, details: Any) -> Question:
    if not isinstance(details, Mapping):  # Copier's short form: name and default
        details = {"default": details}
    choices = details.get("choices") or ()
    return Question(
        name=name,
        help=str(details.get("help", "")),
        default=details.get("default"),
        choices=tuple(choices.values() if isinstance(choices, Mapping) else choices),
        validator=str(details.get("validator", "")),
        computed=details.get("when") is False,
    )
