"""The files of a service as its template made them, without copier, which would take a third of a second for each."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING

from svcgen.system.bounded import read_bounded
from svcgen.template.answers import every_value, jinja_environment
from svcgen.template.find import Template
from svcgen.template.recorded import ANSWERS_FILE

if TYPE_CHECKING:
    from jinja2 import Template as Text

_SUFFIX = ".jinja"
# No file of a template is nearly as large, but for a lock.
_LARGEST = 8 << 20
# Documents begin with the day on which they were rendered.
_DAY = re.compile(rb"\d{4}-\d\d-\d\d")


class Pristine:
    """Renders one version of the template for many services.

    It does what copier does for this template, and no more: names and contents in Jinja, computed values, exclusions.
    """

    def __init__(self, template: Template) -> None:
        """Read and compile every file.

        Raises:
            OSError: The template can't be read.
            jinja2.TemplateError: It has an error.
        """
        self._questions = template.config.questions
        # Made anew by each lock, or written once and never merged again.
        self._team_owned = {ANSWERS_FILE, "requirements.txt", *template.config.team_owned}
        environment = jinja_environment()
        self._files: list[tuple[Text, Text | bytes]] = []
        for path in _files(template.root / "template", template.config.excluded):
            name = environment.from_string(
                path.relative_to(template.root / "template").as_posix().removesuffix(_SUFFIX)
            )
            rendered = path.name.endswith(_SUFFIX)
            found = read_bounded(path, _LARGEST)
            content = environment.from_string(found.decode()) if rendered else found
            self._files.append((name, content))

    def files(self, answers: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
        """Yield the path and the content of each file that the template still owns after a service was made."""
        values = every_value(self._questions, answers) | {"_copier_conf": {"answers_file": ANSWERS_FILE}}
        for name, content in self._files:
            path = name.render(values)
            if not {"", ".", ".."} & set(path.split("/")) and path not in self._team_owned:
                yield path, content if isinstance(content, bytes) else content.render(values).encode()

    def compare(self, service: Path, answers: Mapping[str, str]) -> tuple[list[str], list[str]]:
        """Return the files of the template that a service has changed, and those that it has deleted.

        Args:
            service: The service's directory.
            answers: The answers by name.
        """
        changed, deleted = [], []
        for path, content in self.files(answers):
            file = service / path
            if not file.is_file():
                deleted.append(path)
            elif _is_larger(file) or without_days(read_bounded(file, _LARGEST)) != without_days(content):
                changed.append(path)
        return sorted(changed), sorted(deleted)


def _files(directory: Path, excluded: Sequence[str]) -> Iterator[Path]:
    for path in sorted(directory.rglob("*")):
        parts = path.relative_to(directory).parts
        if path.is_file() and not any(fnmatch(part, pattern) for part in parts for pattern in excluded):
            yield path


def _is_larger(file: Path) -> bool:
    return file.stat().st_size > _LARGEST


def without_days(content: bytes) -> bytes:
    """Return a document in which neither the day nor the line endings tell it from another rendering."""
    return _DAY.sub(b"", content.replace(b"\r\n", b"\n"))
