"""Update a service to a newer template, without losing changes of its team."""

import tempfile
from dataclasses import replace
from pathlib import Path

from svcgen.commands.update_result import Update, UpdateRequest
from svcgen.errors import ServiceError
from svcgen.service.merging.answers_file import merge_answers
from svcgen.service.merging.line_endings import with_line_endings
from svcgen.service.merging.merge import TemplateMerge
from svcgen.service.merging.merge_result import MergeResult
from svcgen.service.publishing.post_merge import PostMerge
from svcgen.service.publishing.publication import publish
from svcgen.service.publishing.unfinished import ABORT, CONTINUE, Unfinished, require_finished
from svcgen.service.vcs.commits import commit_tree, free_branch, undo_command, with_service
from svcgen.service.vcs.filters import Filters
from svcgen.service.vcs.objects import ObjectStore
from svcgen.service.vcs.repository import Repository
from svcgen.service.vcs.tree import REGULAR, Entry
from svcgen.system.steps import Notify, Steps
from svcgen.template.changelog import duties
from svcgen.template.find import Template, blamed
from svcgen.template.history import find_version, newest_tag, parse_version
from svcgen.template.questions import Config
from svcgen.template.recorded import ANSWERS_FILE, read_service
from svcgen.template.source import same_source
from svcgen.template.target import resolve_release, version_of
from svcgen.template.two_versions import render_both, render_both_apart


def plan(request: UpdateRequest) -> Update:
    """Return the versions of an update, without changing anything.

    Raises:
        ServiceError: It is not a service, has an unfinished update, or is newer than the requested version.
        TemplateError: The newest version of its template is unknown.
    """
    require_finished(request.path)
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
    """Merge in a temporary directory, and return what an update would change.

    Args:
        request: The request.
        notify: Receives each step.

    Raises:
        SvcgenError: As `update_service`.
    """
    planned = plan(request)
    if planned.up_to_date:
        return planned
    repository, steps = Repository.find(request.path), Steps(notify)
    repository.head()
    repository.require_ready(filters=False)
    with tempfile.TemporaryDirectory(prefix="svcgen-") as scratch:
        tree = repository.tree("HEAD")
        store = ObjectStore(request.path, tree, Path(scratch))
        update, result = _merge(request, planned, Filters(repository, store, own=False), steps)
        diff = store.diff(store.read(tree), result.tree)
    return replace(update, diff=diff, steps=tuple(steps.taken))


def update_service(request: UpdateRequest, notify: Notify) -> Update:
    """Update a service. After an error or an interrupt it is unchanged.

    Args:
        request: The request.
        notify: Receives each step.

    Raises:
        ServiceError: It is not a service, has uncommitted changes, is newer than the requested version, or has an
            answer that this version does not allow.
        TemplateError: A version of the template is not available, or can't be rendered.
        ToolError: git fails.
    """
    planned = plan(request)
    if planned.up_to_date:
        return planned
    repository, steps = Repository.find(request.path), Steps(notify)
    origin = repository.head()
    repository.require_ready()
    onto = request.branches.get((repository.common, origin.branch))
    branch = "" if request.in_place or onto else free_branch(repository, planned.after)
    with tempfile.TemporaryDirectory(prefix="svcgen-") as scratch:
        store = ObjectStore(request.path, repository.tree(origin.commit), Path(scratch))
        update, result = _merge(request, planned, Filters(repository, store, own=True), steps)
        merged = store.write(result.tree)
        store.copy_into(request.path)
        tree = with_service(repository, origin.commit, merged)
        post_merge = PostMerge(repository, update.python, steps, test=request.test)
        finished = None
        if result.stages:
            post_merge.postpone("resolve the conflicts first")
        else:
            finished = post_merge.run(tree, Path(scratch))
    record = Unfinished(
        service=repository.prefix,
        before=update.before,
        after=update.after,
        origin=origin,
        start=origin.commit,
        result=commit_tree(repository, finished or tree, message(update.after), origin.commit),
        branch=branch,
        whole=finished is not None,
        in_place=request.in_place,
        conflicts=tuple(result.stages),
        test=request.test,
    )

    def into_the_work_tree() -> None:
        publish(repository, record, result.changed, result.stages)

    if record.is_committed:
        steps.attempt("git", f"git switch {branch}", into_the_work_tree)
    else:
        steps.require("switch", into_the_work_tree)
    if not record.whole:
        steps.postpone("git", CONTINUE, "needs the steps before it")
    on = "" if request.in_place else branch or origin.branch
    if on:
        request.branches[repository.common, on] = onto or origin
    undo = undo_command(onto or origin, on) if record.is_committed else ABORT
    return replace(
        update,
        branch=on,
        undo=undo,
        notes=tuple(post_merge.notes),
        steps=tuple(steps.taken),
        unfinished=not record.whole,
    )


def message(version: str) -> str:
    """Return the commit message of an update."""
    return f"Update the template to {version}"


def _merge(request: UpdateRequest, planned: Update, filters: Filters, steps: Steps) -> tuple[Update, MergeResult]:
    service, store, scratch = read_service(request.path), filters.store, filters.store.scratch
    old = find_version(planned.before, service.source, request.template, scratch / "old-template")
    new = find_version(planned.after, service.source, request.template, scratch / "new-template")
    base, theirs = scratch / "base", scratch / "theirs"
    ours = same_source(service.source, request.template.source)
    answers: dict[str, str] = {}

    def rendered() -> None:
        answers.update((render_both if ours else render_both_apart)(old, new, service, base, theirs))

    steps.require("render", rendered)
    merging = TemplateMerge(filters, planned.after)
    apart = {ANSWERS_FILE, "requirements.txt", *_config(old).team_owned, *_config(new).team_owned, *service.kept}
    moved = _config(new).moved
    merged: list[MergeResult] = []
    steps.require("merge", lambda: merged.append(merging.run(base, theirs, apart, moved)))
    before, after = ((folder / ANSWERS_FILE).read_text(encoding="utf-8") for folder in (base, theirs))
    own = (request.path / ANSWERS_FILE).read_bytes()
    content = merge_answers(before, own.decode("utf-8-sig").replace("\r\n", "\n"), after)
    mode = merged[0].tree[ANSWERS_FILE].mode if merged[0].tree[ANSWERS_FILE].is_file else REGULAR
    answered = {ANSWERS_FILE: Entry(mode, store.add(with_line_endings(content.encode(), own)))}
    result = merged[0].with_file(ANSWERS_FILE, filters.as_committed(answered)[ANSWERS_FILE])
    update = replace(
        planned,
        merged=result.report,
        python=answers.get("python", ""),
        answers={
            name: (service.answers.get(name), value)
            for name, value in answers.items()
            if service.answers.get(name) != value
        },
        duties=duties(new.root / "CHANGELOG.md", version_of(old), version_of(new)),
    )
    return update, result


def _config(template: Template) -> Config:
    with blamed(template):
        return template.config
