"""Define the command line of `svcgen new`."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from svcgen.cli.messages import can_ask, print_json
from svcgen.cli.options import AsJson, Quiet, Verbose
from svcgen.cli.screen import Screen
from svcgen.cli.typed_command import TypedCommand
from svcgen.errors import ExitCode, UsageError
from svcgen.template.find import Template, find_template
from svcgen.template.questions import NAME

if TYPE_CHECKING:
    from collections.abc import Callable

    from svcgen.resource.spec import Resource


def new(  # noqa: PLR0913  (one for each flag)
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Name of the service, such as billing.")] = None,
    destination: Annotated[
        Path | None, typer.Argument(metavar="DEST", help="Directory to create it in. [default: ./NAME]")
    ] = None,
    *,
    data_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Read answers from a YAML file; flags override it.")
    ] = None,
    defaults: Annotated[bool, typer.Option("--defaults", help="Don't prompt; use the defaults.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the files and answers; write nothing.")] = False,
    as_json: AsJson = False,
    keep_existing: Annotated[
        bool, typer.Option("--keep-existing", help="Keep files that are in DEST, and create the service around them.")
    ] = False,
    no_git: Annotated[bool, typer.Option("--no-git", help="Create no git repository and no commit.")] = False,
    no_sync: Annotated[bool, typer.Option("--no-sync", help="Create neither uv.lock nor .venv.")] = False,
    source: Annotated[
        str | None,
        typer.Option(metavar="URL", envvar="SVCGEN_SOURCE", help="Git URL that updates of the service come from."),
    ] = None,
    resource: Annotated[
        list[str] | None,
        typer.Option(
            metavar="SPEC",
            help="Also add a resource, written as for svcgen add resource: 'invoice due:date'. Repeatable.",
        ),
    ] = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    **answers: str | None,
) -> None:
    """Create a service, locked, committed and ready to run.

    In a terminal it prompts for whatever the flags don't set. Elsewhere it uses the defaults.
    """
    from svcgen.cli.report_new import service_object, show_new_preview, show_service
    from svcgen.commands.new import NewRequest, make_service, preview
    from svcgen.service.placement.destination import check_destination

    resources = _resources(resource or [], sync=not no_sync)
    template = find_template(source)
    given = {key: value for key, value in {NAME: name, **answers}.items() if value is not None}
    check = partial(check_destination, keep_existing=keep_existing)
    screen = Screen(quiet=quiet or as_json, verbose=verbose)
    with TypedCommand(context.command_path, context.obj) as command:
        ask = None if defaults or as_json or not can_ask() else command
        complete = _answer(template, given, data_file, lambda name: check(_target(destination, name)), ask)
        screen.same_command(command.finish())
        target = _target(destination, complete[NAME])
        request = NewRequest(
            template,
            complete,
            target,
            git=not no_git,
            sync=not no_sync,
            resources=resources,
            keep_existing=keep_existing,
        )
        if dry_run:
            service = preview(request)
            print_json(service_object(request, service)) if as_json else show_new_preview(screen, request, service)
            return
        try:
            service = make_service(request, screen.notify)
        finally:
            screen.close()
    if as_json:
        print_json(service_object(request, service))
    show_service(screen, request, service)
    raise typer.Exit(ExitCode.DONE if service.complete else ExitCode.FAILED)


def _resources(lines: list[str], *, sync: bool) -> "tuple[Resource, ...]":
    if not lines:
        return ()
    from svcgen.resource.syntax.parse import parse_lines

    if not sync:
        raise UsageError("--resource needs the virtual environment, and --no-sync creates none", hint="leave one out")
    return parse_lines(lines)


def _answer(
    template: Template,
    given: dict[str, str],
    data_file: Path | None,
    check_name: "Callable[[str], None]",
    prompts: TypedCommand | None,
) -> dict[str, str]:
    """Complete the given answers, after checking as much as possible before the first prompt."""
    from svcgen.service.places import absolute
    from svcgen.template.answers import check, complete, read_data_file

    questions = template.config.questions
    if data_file:
        given = {**read_data_file(absolute(data_file), questions), **given}
    if prompts:
        from svcgen.cli.ask_answers import ask_answers
        from svcgen.template.render import user_defaults

        check(questions, given)
        if NAME in given:
            check_name(given[NAME])
        given = ask_answers(questions, given, user_defaults(questions, given), check_name, prompts)
    elif NAME not in given:
        raise UsageError("the name of the service is missing", hint="svcgen new billing")
    return complete(questions, given)


def _target(destination: Path | None, name: str) -> Path:
    from svcgen.service.places import absolute

    return absolute(destination or Path(name))
