"""Render a service with two versions of its template: the current one, and the one to update to.

A template is a program: it can loop forever or exhaust memory. A template from elsewhere is rendered in a separate
process, which has limits and can be ended.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from svcgen.errors import AnswerError, ServiceError, SvcgenError, TemplateError, ToolError
from svcgen.system.limits import answer
from svcgen.system.process import execute
from svcgen.template.answers import complete
from svcgen.template.find import Template, blamed
from svcgen.template.recorded import Service
from svcgen.template.render import render

_MEMORY, _FILE, _SECONDS = 1 << 30, 64 << 20, 60


def render_both(old: Template, new: Template, service: Service, base: Path, theirs: Path) -> dict[str, str]:
    """Render both, and return the answers to the new version's questions.

    Args:
        old: The template of the current version.
        new: The template of the new version.
        service: The service; new questions get their defaults.
        base: The directory for the old rendering.
        theirs: The directory for the new one.

    Raises:
        ServiceError: The new version no longer allows an answer of the service.
        TemplateError: A template can't be rendered.
    """
    with blamed(new):
        questions = new.config.questions
        known = {question.name for question in questions if not question.computed}
        try:
            answers = complete(questions, {name: value for name, value in service.answers.items() if name in known})
        except AnswerError as error:
            raise ServiceError(f"the answer {error.message}", hint=error.hint) from error
    render(old, base, service.answers)
    render(new, theirs, answers)
    return answers


def render_both_apart(old: Template, new: Template, service: Service, base: Path, theirs: Path) -> dict[str, str]:
    """Do what `render_both` does in a separate process, within limits.

    Args:
        old: As for `render_both`.
        new: As for `render_both`.
        service: As for `render_both`.
        base: As for `render_both`.
        theirs: As for `render_both`.

    Raises:
        ServiceError: As `render_both`.
        TemplateError: As `render_both`; or it takes too much time or memory.
    """
    request = {
        "templates": [[str(template.root), template.version, template.source] for template in (old, new)],
        "service": [str(service.path), dict(service.answers), service.version, service.source],
        "directories": [str(base), str(theirs)],
        "seconds": _SECONDS,
    }
    program = (sys.executable, "-B", "-P", "-m", "svcgen.template.two_versions")
    try:
        found = json.loads(execute(*program, stdin=json.dumps(request), timeout=2 * _SECONDS).output)
    except (ToolError, ValueError) as error:
        message = error.message if isinstance(error, ToolError) else str(error)
        reason = message.rpartition("svcgen.template.two_versions: ")[2]
        raise TemplateError(f"the template of {new.source} can't be rendered: {reason}") from error
    if isinstance(found, list):
        kind, message, hint = found
        raise (ServiceError if kind == "ServiceError" else TemplateError)(message, hint=hint)
    return {str(name): str(value) for name, value in found.items()}


def _answer(request: Mapping[str, Any]) -> Any:
    old, new = (Template(Path(root), version, source) for root, version, source in request["templates"])
    path, answers, version, source = request["service"]
    base, theirs = map(Path, request["directories"])
    try:
        return render_both(old, new, Service(Path(path), answers, version, source), base, theirs)
    except SvcgenError as error:
        return [type(error).__name__, error.message, error.hint]


if __name__ == "__main__":
    answer(_answer, memory=_MEMORY, file=_FILE)
