"""The command line of `svcgen update`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from svcgen.errors import ExitCode, SvcgenError, UsageError
from svcgen.options import AsJson, Quiet, Verbose
from svcgen.process import time_limit
from svcgen.screen import Screen, error, print_json
from svcgen.template import find_template

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from svcgen.commands.update import Update, UpdateRequest
    from svcgen.repository import Head

    Action = Callable[[UpdateRequest, Screen], tuple[int, dict[str, Any]]]

# Of a checkout that nobody vouches for, even the configuration of git can be a pipe that never ends.
_SECONDS = 120.0


def update(  # noqa: PLR0913  (one for each flag)
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH", help="Services to update. [default: this directory]")
    ] = None,
    *,
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
    from svcgen.commands.update import UpdateRequest

    _require_one_of({"--check": check, "--dry-run": dry_run, "--continue": resume, "--abort": abort})
    action = {check: _check, dry_run: _preview, resume: _resume, abort: _abort}.get(True, _update)
    template = find_template(None)
    screen = Screen(quiet=quiet or as_json, verbose=verbose)
    results: list[dict[str, Any]] = []
    branches: dict[tuple[Path, str], Head] = {}
    code = 0
    for path in paths or [Path()]:
        request = UpdateRequest(path.absolute(), template, to, in_place=in_place, test=test, branches=branches)
        one, found = _one(action, request, screen)
        results.append(found)
        code = one if code in {0, ExitCode.BEHIND} and one else code
    if as_json:
        print_json({"ok": code == 0, "exit_code": code, "services": results})
    raise typer.Exit(code)


def _require_one_of(flags: "Mapping[str, bool]") -> None:
    given = [flag for flag, is_given in flags.items() if is_given]
    if len(given) > 1:
        raise UsageError(f"{' and '.join(given)} can't be combined", hint="run one after the other")


def _one(action: "Action", request: "UpdateRequest", screen: Screen) -> tuple[int, dict[str, Any]]:
    """Run an action on one service; its error is no reason to leave out the next."""
    try:
        return action(request, screen)
    except SvcgenError as problem:
        screen.close()
        error(problem.message, problem.hint)
        return problem.exit_code, {
            "ok": False,
            "path": str(request.path),
            "error": problem.message,
            "hint": problem.hint,
        }
    finally:
        screen.close()


def _check(request: "UpdateRequest", screen: Screen) -> tuple[int, dict[str, Any]]:
    from svcgen.commands.update import plan
    from svcgen.report_update import update_object

    with time_limit(_SECONDS):
        result = plan(request)
    state = "is up to date at" if result.up_to_date else f"is at {result.before}; there is"
    screen.line(f"{result.path} {state} {result.after}")
    return 0 if result.up_to_date else ExitCode.BEHIND, update_object(result)


def _preview(request: "UpdateRequest", screen: Screen) -> tuple[int, dict[str, Any]]:
    from svcgen.commands.update import preview_update

    with time_limit(_SECONDS):
        previewed = preview_update(request, screen.notify)
    return _shown(previewed, screen, dry_run=True)


def _update(request: "UpdateRequest", screen: Screen) -> tuple[int, dict[str, Any]]:
    from svcgen.commands.update import update_service

    return _shown(update_service(request, screen.notify), screen)


def _resume(request: "UpdateRequest", screen: Screen) -> tuple[int, dict[str, Any]]:
    from svcgen.commands.resume import continue_update

    return _shown(continue_update(request.path, screen.notify), screen)


def _abort(request: "UpdateRequest", screen: Screen) -> tuple[int, dict[str, Any]]:
    from svcgen.commands.resume import abort_update
    from svcgen.report_update import aborted_object, show_aborted

    aborted = abort_update(request.path)
    show_aborted(screen, aborted)
    return 0, aborted_object(aborted)


def _shown(result: "Update", screen: Screen, *, dry_run: bool = False) -> tuple[int, dict[str, Any]]:
    from svcgen.report_update import show_update, update_object

    screen.close()
    show_update(screen, result, dry_run=dry_run)
    return int(result.needs_a_look), update_object(result)
