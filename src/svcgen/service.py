"""A service on disk, as its answers file describes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from svcgen.errors import ServiceError
from svcgen.questions import NAME, Loader

ANSWERS_FILE = ".copier-answers.yml"


@dataclass(frozen=True)
class Service:
    """A directory that svcgen, or Copier with svcgen's template, made.

    Attributes:
        path: The directory.
        answers: What was answered to each question.
        version: The version of the template that it is at: a tag, or what `git describe` said.
        source: The git URL that it updates from.
    """

    path: Path
    answers: Mapping[str, str]
    version: str
    source: str


def read_service(path: Path) -> Service:
    """Read what made the service in a directory.

    Raises:
        ServiceError: It is no service of this template.
    """
    file = path / ANSWERS_FILE
    try:
        content = yaml.load(file.read_bytes(), Loader)  # noqa: S506  (a safe loader)
    except FileNotFoundError as error:
        hint = "change to the directory of a service, or make one: svcgen new billing"
        raise ServiceError(f"{path} is not a service: it has no {ANSWERS_FILE}", hint=hint) from error
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise ServiceError(f"{file} can't be read: {error}", hint=f"git log -p -- {ANSWERS_FILE}") from error
    if not isinstance(content, dict) or not {NAME, "_commit", "_src_path"} <= content.keys():
        origin = content.get("_src_path") if isinstance(content, dict) else None
        raise ServiceError(f"{path} was made from another template: {origin or 'its answers name none'}")
    answers = {str(key): str(value) for key, value in content.items() if not str(key).startswith("_")}
    return Service(path, answers, str(content["_commit"]), str(content["_src_path"]))
