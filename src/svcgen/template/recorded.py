"""Read the answers file of a service."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from svcgen.errors import ServiceError
from svcgen.system.bounded import load_yaml, read_bounded, yaml_loader
from svcgen.system.urls import check_source, check_version
from svcgen.template.questions import NAME

ANSWERS_FILE = ".copier-answers.yml"
# The key of the answers file that lists files which existed before the service.
KEPT = "_kept"


@dataclass(frozen=True)
class Service:
    """A directory created by svcgen, or by Copier with svcgen's template.

    Attributes:
        path: The directory.
        answers: The answer to each question.
        version: Its version of the template: a tag, or the output of `git describe`.
        source: The git URL that it updates from.
        kept: Files of the template whose place was already taken by the team's; no update may touch them.
    """

    path: Path
    answers: Mapping[str, str]
    version: str
    source: str
    kept: frozenset[str] = frozenset()

    @property
    def python(self) -> str:
        """Its Python version, such as "3.13"; empty if the template of a fork does not ask for it."""
        return self.answers.get("python", "")


def read_service(path: Path) -> Service:
    """Read the answers file of the service in a directory.

    Raises:
        ServiceError: It is not a service of this template, or records an unsafe source or version.
    """
    content = _read_answers(path)
    if not isinstance(content, dict) or not {NAME, "_commit", "_src_path"} <= content.keys():
        origin = content.get("_src_path") if isinstance(content, dict) else None
        raise ServiceError(f"{path} was created from another template: {origin or 'its answers name none'}")
    answers = {str(key): str(value) for key, value in content.items() if not str(key).startswith("_")}
    version, source = check_version(str(content["_commit"])), check_source(str(content["_src_path"]))
    kept = content.get(KEPT)
    return Service(path, answers, version, source, frozenset(map(str, kept)) if isinstance(kept, list) else frozenset())


def _read_answers(path: Path) -> object:
    file = path / ANSWERS_FILE
    try:
        return load_yaml(read_bounded(file), yaml_loader(plain=True))
    except FileNotFoundError as error:
        hint = "change to the directory of a service, or create one: svcgen new billing"
        raise ServiceError(f"{path} is not a service: it has no {ANSWERS_FILE}", hint=hint) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ServiceError(f"{file} can't be read: {reason}", hint=f"git log -p -- {ANSWERS_FILE}") from error
