"""`svcgen update`: brings a service to a newer template and loses nothing that its team wrote."""

import shlex
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import yaml

from svcgen.answers import complete
from svcgen.changelog import duties
from svcgen.errors import ServiceError
from svcgen.events import Notify, Step
from svcgen.git import commit_all, git
from svcgen.history import find_version, newest_tag, parse_version
from svcgen.lock import EXPORT, export
from svcgen.merge import Merged, TemplateMerge
from svcgen.questions import Loader, load_questions
from svcgen.render import render
from svcgen.service import ANSWERS_FILE, Service, read_service
from svcgen.signals import held
from svcgen.source import same_source
from svcgen.steps import Steps
from svcgen.target import resolve_release
from svcgen.template import Template
from svcgen.toolchain import Uv
from svcgen.worktree import checked_out, require_clean, restore, second_worktree, switch_to_new, undo_command

_NOTHING = Merged((), (), (), (), (), ())


@dataclass(frozen=True)
class UpdateRequest:
    """What to update, and how.

    Attributes:
        path: The service's directory; absolute.
        template: The template of this installation.
        to: The version to update to; by default the template's own.
        in_place: Whether to change the branch that is checked out instead of a new one.
        test: Whether to run the service's suite afterwards.
    """

    path: Path
    template: Template
    to: str | None = None
    in_place: bool = False
    test: bool = False


@dataclass(frozen=True)
class Update:
    """What an update did, or would do.

    Attributes:
        path: The service's directory.
        before: The version of the template that it was at.
        after: The version that it is at now.
        branch: The branch that was made for it; empty where it was done in place.
        undo: The command that takes it back.
        merged: What became of each file.
        answers: For each answer that is new or another than before: what it was, if anything, and what it is.
        duties: What the team has to do for the releases that were crossed.
        python: The Python version of the service.
        diff: What a dry run would change, as `git diff` shows it.
        steps: What was done, in order.
    """

    path: Path
    before: str
    after: str
    branch: str = ""
    undo: str = ""
    merged: Merged = _NOTHING
    answers: Mapping[str, tuple[str | None, str]] = field(default_factory=dict)
    duties: tuple[str, ...] = ()
    python: str = ""
    diff: str = ""
    steps: tuple[Step, ...] = ()

    @property
    def up_to_date(self) -> bool:
        """Whether there was nothing to do."""
        return self.before == self.after

    @property
    def needs_a_look(self) -> bool:
        """Whether a person must look at something."""
        changed = any(old is not None for old, _ in self.answers.values())
        undone = any(step.outcome in {"failed", "pending"} for step in self.steps)
        return bool(self.merged.conflicts or self.merged.removed or changed or undone)


def plan(request: UpdateRequest) -> Update:
    """Tell from which version to which a service would be updated, changing nothing.

    Raises:
        ServiceError: It is no service, or is at a newer version than the one asked for.
        TemplateError: The newest version of its template can't be found out.
    """
    service = read_service(request.path)
    ours = same_source(service.source, request.template.source)
    if request.to:
        target = resolve_release(request.to, service.version, service.source, request.template)
    else:
        target = request.template.version if ours else newest_tag(service.source)
    before, after = parse_version(service.version), parse_version(target)
    if before and after and before > after:
        raise ServiceError(
            f"{request.path} is at {service.version}, which is newer than {target}",
            hint="upgrade svcgen: uv tool upgrade svcgen",
        )
    return Update(request.path, service.version, target)


def preview_update(request: UpdateRequest, notify: Notify) -> Update:
    """Make the update in a work tree of its own, and return what it would change.

    Raises:
        SvcgenError: As `update_service`.
    """
    planned = plan(request)
    if planned.up_to_date:
        return planned
    require_clean(request.path)
    with tempfile.TemporaryDirectory() as scratch, second_worktree(request.path, Path(scratch)) as place:
        steps = Steps(notify)
        update = _merge(request, planned, place, Path(scratch), steps)
        diff = git(place, "diff", "--cached", "--relative", "HEAD")
    return replace(update, diff=diff, steps=tuple(steps.taken))


def update_service(request: UpdateRequest, notify: Notify) -> Update:
    """Update a service; an error or an interrupt leaves it as it was.

    Raises:
        ServiceError: It is no service, has changes that are not committed, or is at a newer version.
        TemplateError: A version of the template can't be had, or can't be rendered.
        AnswerError: An answer of the service is not allowed any more.
        ToolError: git fails.
    """
    planned = plan(request)
    if planned.up_to_date:
        return planned
    require_clean(request.path)
    steps = Steps(notify)
    origin = checked_out(request.path)
    branch = "" if request.in_place else f"svcgen/{planned.after}"
    if branch:
        switch_to_new(request.path, branch)
    try:
        with tempfile.TemporaryDirectory() as scratch:
            update = _merge(request, planned, request.path, Path(scratch), steps)
        finish(request, update, steps)
    except BaseException:
        with held():
            restore(request.path, origin, branch)
        raise
    return replace(update, branch=branch, undo=undo_command(origin, branch), steps=tuple(steps.taken))


def _merge(request: UpdateRequest, planned: Update, place: Path, scratch: Path, steps: Steps) -> Update:
    service = read_service(place)
    old = find_version(planned.before, service.source, request.template, scratch / "old-template")
    new = find_version(planned.after, service.source, request.template, scratch / "new-template")
    answers = _carry_over(service, new)
    base, theirs = scratch / "base", scratch / "theirs"

    def render_both() -> None:
        render(old, base, service.answers)
        render(new, theirs, answers)

    steps.require("render", render_both)
    apart = {ANSWERS_FILE, "requirements.txt", *_team_owned(old), *_team_owned(new)}
    merging = TemplateMerge(place, scratch, planned.after)
    merged: list[Merged] = []
    steps.require("merge", lambda: merged.append(merging.run(base, theirs, apart)))
    (place / ANSWERS_FILE).write_bytes((theirs / ANSWERS_FILE).read_bytes())
    git(place, "add", "--", ANSWERS_FILE)
    return replace(
        planned,
        merged=merged[0],
        python=answers["python"],
        answers={
            name: (service.answers.get(name), value)
            for name, value in answers.items()
            if service.answers.get(name) != value
        },
        duties=duties(new.root / "CHANGELOG.md", parse_version(planned.before), parse_version(planned.after)),
    )


def _carry_over(service: Service, template: Template) -> dict[str, str]:
    """Answer a template's questions with what the service answered, and with the default what it was not asked."""
    questions = load_questions(template.root)
    known = {question.name for question in questions if not question.computed}
    return complete(questions, {name: value for name, value in service.answers.items() if name in known})


def _team_owned(template: Template) -> set[str]:
    config = yaml.load((template.root / "copier.yml").read_bytes(), Loader)  # noqa: S506  (a safe loader)
    return set(config.get("_skip_if_exists", ()))


def finish(request: UpdateRequest, update: Update, steps: Steps) -> None:
    """Take the steps after the merge: relock without upgrades, export, check, commit."""
    path = request.path
    uv = Uv.find(update.python, steps.notify)
    message = f"Update the template to {update.after}"
    actions: list[tuple[str, str, Callable[[], object]]] = []
    if (path / "uv.lock").exists():
        actions += [("lock", "uv lock", lambda: uv.run(path, "lock")), ("export", EXPORT, lambda: export(path, uv))]
    if (path / "scripts" / "check.py").exists():
        check = ("run", "--frozen", "scripts/check.py")
        actions.append(("check", "uv run scripts/check.py", lambda: uv.run(path, *check)))
    if request.test:
        actions.append(("test", "uv run pytest", lambda: uv.run(path, "run", "--frozen", "pytest", "--quiet")))
    if not request.in_place:
        commit = f"git add --all && git commit --message {shlex.quote(message)}"
        actions.append(("git", commit, lambda: commit_all(path, message, steps.notify)))
    obstacle = "the conflicts come first" if update.merged.conflicts else ""
    for name, command, action in actions:
        if obstacle:
            steps.postpone(name, command, obstacle)
        elif not steps.attempt(name, command, action) and name == "lock":
            obstacle = "needs the lock"
