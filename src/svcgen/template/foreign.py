"""Compare services with an untrusted template, in a separate process.

A template is a program: it can loop forever or exhaust memory. The process has limits and can be ended. It does not get
svcgen's environment, and it can write no file.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from svcgen.errors import TemplateError, ToolError
from svcgen.system.limits import answer
from svcgen.system.process import execute
from svcgen.template.find import Template
from svcgen.template.recorded import Service

_MEMORY, _SECONDS = 1 << 30, 60
_KEPT = frozenset({"LANG", "LC_ALL", "PATH", "PYTHONHOME", "PYTHONPATH", "TMPDIR"})


class ForeignTemplate:
    """One version of a template from elsewhere, rendered for services."""

    def __init__(self, template: Template, services: Sequence[Service]) -> None:
        """Render the template, and compare each service with it.

        Raises:
            TemplateError: It can't be rendered within the limits.
        """
        request = {
            "template": [str(template.root), template.version, template.source],
            "services": [[str(service.path), dict(service.answers)] for service in services],
            "seconds": _SECONDS,
        }
        environ = {name: value for name, value in os.environ.items() if name in _KEPT}
        program = (sys.executable, "-B", "-P", "-m", "svcgen.template.foreign")
        try:
            found = json.loads(execute(*program, environ=environ, stdin=json.dumps(request)).output)
        except (ToolError, ValueError) as error:
            message = error.message if isinstance(error, ToolError) else str(error)
            reason = message.rpartition("svcgen.template.foreign: ")[2]
            raise TemplateError(f"{template.version} of {template.source} can't be rendered: {reason}") from error
        self._found = dict(zip([service.path for service in services], found, strict=True))

    def compare(self, service: Path, _answers: Mapping[str, str]) -> tuple[list[str], list[str]]:
        """Return the files of the template that a service has changed, and those that it has deleted.

        Args:
            service: The service.
            _answers: Unused; the process already has them.

        Raises:
            TemplateError: The template can't be rendered with the answers of the service.
        """
        found = self._found[service]
        if isinstance(found, str):
            raise TemplateError(found)
        changed, deleted = found
        return changed, deleted


def _compare(request: Mapping[str, Any]) -> list[Any]:
    from svcgen.template.pristine import Pristine

    root, version, source = request["template"]
    pristine = Pristine(Template(Path(root), version, source))
    found: list[Any] = []
    for path, answers in request["services"]:
        try:
            found.append(pristine.compare(Path(path), answers))
        except Exception as error:  # noqa: BLE001  (the next service may still be comparable)
            found.append(f"the template can't be rendered for it: {error!r}")
    return found


if __name__ == "__main__":
    answer(_compare, memory=_MEMORY, file=0)
