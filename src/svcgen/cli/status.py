"""Define the command line of `svcgen status`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from svcgen.cli.messages import print_json
from svcgen.cli.options import AsJson
from svcgen.cli.paths import Repos, find
from svcgen.cli.screen import Screen
from svcgen.errors import ExitCode
from svcgen.template.find import find_template

if TYPE_CHECKING:
    from svcgen.commands.status import ServiceStatus


def status(  # noqa: PLR0913  (one for each flag)
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH", help="Services to report on. [default: this directory]")
    ] = None,
    *,
    repos: Repos = None,
    check: Annotated[bool, typer.Option("--check", help="Exit with 4 if a service is behind.")] = False,
    rules: Annotated[
        bool,
        typer.Option(
            "--rules",
            help="Count broken hard rules too. This runs ruff and ast-grep from each service's .venv: use it only on "
            "services that you trust.",
        ),
    ] = False,
    timeout: Annotated[
        float,
        typer.Option(metavar="SECONDS", min=0.1, help="Time limit for each source, template and service."),
    ] = 30,
    long: Annotated[
        bool, typer.Option("--long", "-l", help="List the edited files and the answers of each service.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show how far services are behind the template.

    Prints how many releases each service is behind and which of the template's files its team has edited. It writes
    nothing and, without --rules, runs nothing from the services.
    """
    from svcgen.cli.report_status import show_statuses, status_object
    from svcgen.commands.status import survey

    screen = Screen(quiet=as_json)
    places = find(screen, paths, repos)
    found: list[ServiceStatus] = []
    try:
        screen.progress(f"0 of {len(places)} services")
        for one in survey(places, find_template(None), rules=rules, seconds=timeout):
            found.append(one)
            screen.progress(f"{len(found)} of {len(places)} services")
    finally:
        screen.close()
    code = _exit_code(found, check=check)
    if as_json:
        print_json({"ok": code == 0, "exit_code": code, "services": [status_object(one) for one in found]})
    else:
        show_statuses(screen, found, rules=rules, long=long)
    raise typer.Exit(code)


def _exit_code(found: "list[ServiceStatus]", *, check: bool) -> int:
    if any(one.problem for one in found):
        return ExitCode.FAILED
    return ExitCode.BEHIND if check and any(one.behind for one in found) else 0
