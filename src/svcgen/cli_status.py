"""The command line of `svcgen status`."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from svcgen.screen import Screen
from svcgen.template import find_template

if TYPE_CHECKING:
    from svcgen.commands.status import ServiceStatus

_BROKEN = 1
_BEHIND = 2


def status(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]...", help="Services to look at; by default this directory.")
    ] = None,
    *,
    repos: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Read more paths from a file: one a line, # before a comment.")
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Exit with 2 if a service is behind.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Show how far services are from their template: releases behind, files changed, hard rules broken.

    Writes nothing. Exits with 1 if a path is no service that can be looked at.
    """
    from svcgen.commands.status import read_repos, survey
    from svcgen.report_status import show_statuses, status_object

    places = _places(paths or [], read_repos(repos) if repos else None)
    screen = Screen(quiet=as_json)
    found: list[ServiceStatus] = []
    try:
        screen.progress(f"0 of {len(places)} services")
        for one in survey(places, find_template(None)):
            found.append(one)
            screen.progress(f"{len(found)} of {len(places)} services")
    finally:
        screen.close()
    code = _exit_code(found, check=check)
    if as_json:
        screen.json({"ok": code == 0, "exit_code": code, "services": [status_object(one) for one in found]})
    show_statuses(screen, found)
    raise typer.Exit(code)


def _places(paths: list[Path], listed: list[Path] | None) -> list[Path]:
    given = [*paths, *listed] if listed is not None else paths or [Path()]
    # Not resolve(): a symbolic link stays what the user called it.
    return [Path(path) for path in dict.fromkeys(map(os.path.abspath, given))]


def _exit_code(found: "list[ServiceStatus]", *, check: bool) -> int:
    if any(one.problem for one in found):
        return _BROKEN
    return _BEHIND if check and any(one.behind for one in found) else 0
