"""The questions of copier.yml: names, help, defaults, choices and validators stand there and nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

# libyaml is ten times as fast, and not in every build of PyYAML.
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

NAME = "service_name"


@dataclass(frozen=True)
class Question:
    """One question of copier.yml.

    Attributes:
        name: The answer's key.
        help: One line.
        default: A Jinja template, a computed value of any type, or None where an answer is required.
        choices: The values allowed; empty where any text is.
        validator: A Jinja template that renders to what is wrong, or to nothing.
        computed: It is a value for templates and validators, never asked and never stored.
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


def load_questions(root: Path) -> tuple[Question, ...]:
    """Read the questions of a template, in the order in which they are asked.

    Args:
        root: The directory that holds `copier.yml`.
    """
    config = yaml.load((root / "copier.yml").read_bytes(), Loader)  # noqa: S506  (a safe loader)
    return tuple(_question(name, details) for name, details in config.items() if not name.startswith("_"))


def _question(name: str, details: Mapping[str, Any]) -> Question:
    choices = details.get("choices", ())
    return Question(
        name=name,
        help=details.get("help", ""),
        default=details.get("default"),
        choices=tuple(choices.values() if isinstance(choices, Mapping) else choices),
        validator=details.get("validator", ""),
        computed=details.get("when") is False,
    )
