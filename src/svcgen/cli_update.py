"""The command line of `svcgen update`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from svcgen.errors import SvcgenError
from svcgen.screen import Screen, error
from svcgen.template import find_template

if TYPE_CHECKING:
    from svcgen.commands.update import Update, UpdateRequest

_BEHIND = 2


def update(  # noqa: PLR0913  (one for each flag)
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]...", help="Services to update; by default this directory.")
    ] = None,
    *,
    to: Annotated[str | None, typer.Option(metavar="VERSION", help="Update to this release, such as v0.2.0.")] = None,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Change the branch that is checked out; commit nothing.")
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Exit with 0 if up to date, with 2 if behind.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")] = False,
    test: Annotated[bool, typer.Option("--test", help="Run each service's suite afterwards.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the commands run and their output.")] = False,
) -> None:
    """Bring services to a newer template, on a branch of their own, and lose nothing.

    What you changed is kept, what both sides changed is marked, and the line that takes it all back is printed.
    """
    from svcgen.commands.update import UpdateRequest

    template = find_template(None)
    screen = Screen(quiet=quiet or as_json, verbose=verbose)
    results: list[dict[str, Any]] = []
    code = 0
    for path in paths or [Path()]:
        request = UpdateRequest(path.absolute(), template, to, in_place=in_place, test=test)
        one, found = _one(request, screen, check=check, dry_run=dry_run)
        results.append(found)
        code = one if code in {0, _BEHIND} and one else code
    if as_json:
        screen.json({"ok": code == 0, "exit_code": code, "services": results})
    raise typer.Exit(code)


def _one(request: "UpdateRequest", screen: Screen, *, check: bool, dry_run: bool) -> tuple[int, dict[str, Any]]:
    """Update one service; its error is no reason to leave out the next."""
    from svcgen.commands.update import plan, preview_update, update_service
    from svcgen.report_update import show_update, update_object

    try:
        if check:
            result = plan(request)
            return _report_check(screen, result), update_object(result)
        result = preview_update(request, screen.notify) if dry_run else update_service(request, screen.notify)
    except SvcgenError as problem:
        error(problem.message, problem.hint)
        return problem.exit_code, {
            "ok": False,
            "path": str(request.path),
            "error": problem.message,
            "hint": problem.hint,
        }
    finally:
        screen.close()
    show_update(screen, result, dry_run=dry_run)
    return int(result.needs_a_look), update_object(result)


def _report_check(screen: Screen, result: "Update") -> int:
    state = "is up to date at" if result.up_to_date else f"is at {result.before}; there is"
    screen.line(f"{result.path} {state} {result.after}")
    return 0 if result.up_to_date else _BEHIND
