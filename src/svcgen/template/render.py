"""Render a template with copier. Only this module imports copier, lazily: the import takes longer than `--help`."""

import functools
import os
import stat
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from svcgen.errors import AnswerError, TemplateError
from svcgen.template.answers import check
from svcgen.template.find import Template
from svcgen.template.questions import Question

# A render changes what is global to this process: PATH, and how Jinja compiles.
_ALONE = threading.Lock()


def render(template: Template, destination: Path, answers: Mapping[str, str]) -> None:
    """Render a template into an empty or new directory, without reading user settings.

    Args:
        template: The template, and the version and source to record in the answers file.
        destination: The directory.
        answers: A valid answer to every question.

    Raises:
        TemplateError: The template has an error.
        OSError: A file can't be written.
    """
    from copier import Settings, run_copy
    from copier.errors import CopierError

    # These are not questions, so copier passes them to the answers file and stores them nowhere else.
    origin = {"template_source": template.source, "template_version": template.version}
    try:
        with _ALONE, _without_git(), _compiling_once():
            run_copy(
                str(template.root),
                destination,
                data={**answers, **origin},
                defaults=True,
                quiet=True,
                settings=Settings(),
            )
    except OSError:
        raise
    except CopierError as error:
        raise TemplateError(f"the template can't be rendered: {error}") from error
    except Exception as error:
        place = _place(error, template.root / "template")
        if place is None and not template.is_checkout:
            raise
        # An error in a template from elsewhere is never a bug of svcgen.
        raise TemplateError(f"the template can't be rendered: {place or template.source}: {error}") from error
    _follow_umask(destination)


def user_defaults(questions: tuple[Question, ...], given: Mapping[str, str]) -> dict[str, str]:
    """Read the user's default answers from copier's settings.

    Args:
        questions: The questions of copier.yml.
        given: Answers that need no default.

    Raises:
        AnswerError: The file can't be read, or a default in it is not allowed.
    """
    from copier import load_settings
    from copier.errors import CopierError

    where = os.environ.get("COPIER_SETTINGS_PATH") or "settings.yml of copier"
    hint = "correct that file, or use --defaults, which does not read it"
    try:
        settings = load_settings()
    except (CopierError, OSError, ValueError) as error:
        raise AnswerError(f"{where} can't be read: {' '.join(str(error).split())}", hint=hint) from error
    names = {question.name for question in questions if not question.computed} - given.keys()
    defaults = {name: value for name, value in settings.defaults.items() if name in names}
    for name, value in defaults.items():
        if not isinstance(value, (str, int, float)):
            raise AnswerError(f"{name} in {where} must be text, not {value!r}", hint=hint)
    texts = {name: str(value) for name, value in defaults.items()}
    try:
        check(questions, texts)
    except AnswerError as error:
        raise AnswerError(f"{where}: {error.message}", hint=hint) from error
    return texts


def _place(error: Exception, directory: Path) -> str | None:
    """Return the file and line of a template that raised an error; Jinja adds them to the traceback."""
    from jinja2 import TemplateSyntaxError

    if isinstance(error, TemplateSyntaxError):
        return f"{error.filename}:{error.lineno}"
    inside = [
        f"{frame.filename}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(directory.resolve())
    ]
    return inside[-1] if inside else None


def _follow_umask(destination: Path) -> None:
    """Apply the user's umask to the files; copier copies the modes of the installed template."""
    allowed = destination.stat().st_mode & 0o777
    for path in destination.rglob("*"):
        if path.is_file() and not path.is_symlink():
            executable = path.stat().st_mode & stat.S_IXUSR
            path.chmod(allowed if executable else allowed & ~0o111)


@contextmanager
def _without_git() -> Iterator[None]:
    """Hide git from copier.

    Copier would run git once for each rendered file, which takes half of the time. It would also clone a template that
    is a checkout, preferring tags, instead of rendering its files.
    """
    from plumbum import local

    # An empty PATH would mean the working directory, which can be an untrusted checkout.
    with local.env(PATH=os.devnull):
        yield


@contextmanager
def _compiling_once() -> Iterator[None]:
    """Compile each text of a template once.

    Copier compiles each part of each path again, and the name of the answers file with it. That takes 40 % of the time.
    """
    from jinja2 import Environment

    from_string: Any = Environment.from_string
    compiled = functools.cache(from_string)

    def remembered(environment: Environment, source: Any, *options: Any, **more: Any) -> Any:
        if options or more:  # not every option can be a key
            return from_string(environment, source, *options, **more)
        template = compiled(environment, source)
        # Each compilation resets the extensions: without that, copier refuses a path with its tag `yield`.
        environment.preprocess(source)
        return template

    setattr(Environment, "from_string", remembered)  # noqa: B010  (mypy refuses an assignment)
    try:
        yield
    finally:
        setattr(Environment, "from_string", from_string)  # noqa: B010
