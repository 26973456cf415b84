"""Define the command line of `svcgen update`."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from svcgen.cli.messages import error, print_json
from svcgen.cli.options import AsJson, Quiet, Verbose
from svcgen.cli.paths import Repos, find
from svcgen.cli.screen import Screen
from svcgen.errors import ExitCode, SvcgenError, UsageError
from svcgen.system.process import time_limit
from svcgen.template.find import find_template

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from svcgen.commands.update_result import Update, UpdateRequest
    from svcgen.service.vcs.repository import Head

    Action = Callable[["UpdateRequest", Screen], "Outcome"]

# In an untrusted checkout, even the configuration of git can be a pipe that blocks forever.
_SECONDS = 120.0


@dataclass(frozen=True)
class Outcome:
    """The outcome of one service.

    Attributes:
        code: The exit code if it were the only service.
        value: The JSON object.
        word: The word for it in the summary.
        preview: The update that a dry run found.
    """

    code: int
    value: dict[str, Any]
    word: str
    preview: "Update | None" = None


def update(  # noqa: PLR0913  (one for each flag)
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH", help="Services to update. [default: this directory]")
    ] = None,
    *,
    repos: Repos = None,
    to: Annotated[
        str | None, typer.Option(metavar="VERSION", help="Update to this release instead of the newest.")
    ] = None,
    in_place: Annotated[bool, typer.Option("--in-place", help="Update the current branch, without a commit.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit with 4 if a service is behind; change nothing.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print what would change; change nothing.")] = False,
    resume: Annotated[
        bool, typer.Option("--continue", help="Finish an update after you resolved its conflicts.")
    ] = False,
    abort: Annotated[bool, typer.Option("--abort", help="Undo an unfinished update.")] = False,
    test: Annotated[bool, typer.Option("--test", help="Run each service's tests after the update.")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Update services to a newer release of the template.

    The update is a commit on a new branch. Your changes are kept. Lines that both you and the template changed become
    conflicts for you to resolve. The command to undo the update is printed.

    It runs tools of the service: uv, scripts/check.py, filters of git such as Git LFS and, with --test, the tests.
    """
    from svcgen.commands.update_result import UpdateRequest

    _require_one_of({"--check": check, "--dry-run": dry_run, "--continue": resume, "--abort": abort})
    action = {check: _check, dry_run: _preview, resume: _resume, abort: _abort}.get(True, _update)
    template, screen = find_template(None), Screen(quiet=quiet or as_json, verbose=verbose)
    services = find(screen, paths, repos)
    branches: dict[tuple[Path, str], Head] = {}
    outcomes: list[Outcome] = []
    for number, path in enumerate(services, start=1):
        if services[1:]:
            screen.heading(f"[{number}/{len(services)}] {path}")
        request = UpdateRequest(path, template, to, in_place=in_place, test=test, branches=branches)
        outcomes.append(_one(action, request, screen))
    code = _worst([outcome.code for outcome in outcomes])
    if as_json:
        print_json({"ok": code == 0, "exit_code": code, "services": [outcome.value for outcome in outcomes]})
    else:
        _conclude(screen, outcomes)
    raise typer.Exit(code)


def _require_one_of(flags: "Mapping[str, bool]") -> None:
    given = [flag for flag, is_given in flags.items() if is_given]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} can't be combined", hint="run one after the other")


def _worst(codes: "Sequence[int]") -> int:
    failures = [code for code in codes if code not in {ExitCode.DONE, ExitCode.BEHIND}]
    return failures[0] if failures else max(codes, default=ExitCode.DONE)


def _conclude(screen: Screen, outcomes: "Sequence[Outcome]") -> None:
    """Show all diffs of a dry run in one call of the pager, and then the outcome of each service."""
    from svcgen.cli.report_update import show_total, show_update_preview

    previews = [outcome.preview for outcome in outcomes if outcome.preview]
    titled = previews[1:]
    screen.diff("".join(f"# {each.path}\n{each.diff}" if titled else each.diff for each in previews if each.diff))
    for each in previews:
        if titled:
            screen.heading(str(each.path))
        show_update_preview(screen, each)
    if outcomes[1:]:
        attention = {Path(each.value["path"]): each.word for each in outcomes if each.code != ExitCode.DONE}
        show_total(screen, [outcome.word for outcome in outcomes], attention)


def _one(action: "Action", request: "UpdateRequest", screen: Screen) -> Outcome:
    """Run an action on one service. Its error does not stop the following services."""
    from svcgen.cli.update_json import failed_object

    try:
        return action(request, screen)
    except SvcgenError as problem:
        screen.close()
        error(problem.message, problem.hint)
        return Outcome(problem.exit_code, failed_object(request.path, problem), "failed")
    finally:
        screen.close()


def _check(request: "UpdateRequest", screen: Screen) -> Outcome:
    from svcgen.cli.report_update import show_checked
    from svcgen.cli.update_json import update_object
    from svcgen.commands.update import plan

    with time_limit(_SECONDS):
        result = plan(request)
    show_checked(screen, result)
    code = ExitCode.DONE if result.up_to_date else ExitCode.BEHIND
    return Outcome(code, update_object(result), "up to date" if result.up_to_date else "behind")


def _preview(request: "UpdateRequest", screen: Screen) -> Outcome:
    from svcgen.cli.update_json import update_object
    from svcgen.commands.update import preview_update

    with time_limit(_SECONDS):
        result = preview_update(request, screen.notify)
    word = "up to date" if result.up_to_date else "to be updated"
    return Outcome(int(result.needs_a_look), update_object(result), word, result)


def _update(request: "UpdateRequest", screen: Screen) -> Outcome:
    from svcgen.commands.update import update_service

    return _shown(update_service(request, screen.notify), screen)


def _resume(request: "UpdateRequest", screen: Screen) -> Outcome:
    from svcgen.commands.resume import continue_update

    return _shown(continue_update(request.path, screen.notify), screen)


def _abort(request: "UpdateRequest", screen: Screen) -> Outcome:
    from svcgen.cli.report_update import show_aborted
    from svcgen.cli.update_json import aborted_object
    from svcgen.commands.resume import abort_update

    aborted = abort_update(request.path)
    show_aborted(screen, aborted)
    return Outcome(ExitCode.DONE, aborted_object(aborted), "undone")


def _shown(result: "Update", screen: Screen) -> Outcome:
    from svcgen.cli.report_update import show_update
    from svcgen.cli.update_json import update_object

    screen.close()
    show_update(screen, result)
    finished = "incomplete" if result.needs_a_look else "updated"
    word = "up to date" if result.up_to_date else "unfinished" if result.unfinished else finished
    return Outcome(int(result.needs_a_look), update_object(result), word)
