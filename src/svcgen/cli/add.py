"""Define the command line of `svcgen add resource`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from svcgen.cli.help_pages import ADD, Command, Group, write_table
from svcgen.cli.messages import can_ask, print_json
from svcgen.cli.options import AsJson, Quiet, Verbose
from svcgen.cli.paths import find
from svcgen.cli.screen import Screen
from svcgen.cli.typed_command import TypedCommand

if TYPE_CHECKING:
    from svcgen.resource.spec import Resource


class _FieldsHelp(Command):
    """A command whose help lists the types and modifiers of fields at its end."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the epilog, the types and the modifiers."""
        from svcgen.resource.fields.registry import FIELD_TYPES
        from svcgen.resource.vocabulary import MODIFIERS, explained

        super().format_epilog(ctx, formatter)
        for heading, words in (("Field types", FIELD_TYPES), ("Field modifiers", MODIFIERS)):
            write_table(formatter, heading, explained(words))


def add_application() -> typer.Typer:
    """Return the sub-commands of `svcgen add`."""
    application = typer.Typer(cls=Group, rich_markup_mode=None, help="Add a resource to a service.", epilog=ADD)
    application.command("resource", cls=_FieldsHelp)(add_resource)
    # Without a callback, Typer would merge a single command into its parent.
    application.callback()(lambda: None)
    return application


def add_resource(  # noqa: PLR0913  (one for each flag)
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME FIELD...",
            help="Name in the singular, then one or more fields. The word `and` starts another resource.",
        ),
    ] = None,
    *,
    plural: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Plural, if it is not the English one. For one of several: person=persons. Repeatable."
        ),
    ] = None,
    no_migration: Annotated[bool, typer.Option("--no-migration", help="Create no migration.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the diff, without the migration; run and write nothing.")
    ] = False,
    as_json: AsJson = False,
    allow_dirty: Annotated[bool, typer.Option("--allow-dirty", help="Accept uncommitted changes.")] = False,
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Add a resource with its model, migration, routes and tests.

    A field is NAME:TYPE followed by modifiers, separated by colons. The types and modifiers are listed below.
    Without arguments, svcgen prompts for the name and the fields.

    \b
    Examples:
      svcgen add resource invoice number:str:unique amount:decimal:12,2
      svcgen add resource customer name:str and order customer:ref:customer
    """  # noqa: D301  (the backspace keeps Typer from joining the lines)
    from svcgen.cli.report_add import added_object, show_added
    from svcgen.commands.add import add_resources, check_service
    from svcgen.resource.change.added import AddRequest
    from svcgen.resource.change.tools import require_environment
    from svcgen.resource.syntax.parse import parse_resources

    screen = Screen(quiet=quiet or as_json, verbose=verbose)
    (service,) = find(screen, [])
    with TypedCommand(context.command_path, context.obj) as command:
        if words or as_json or not can_ask():
            resources = parse_resources(words or [], plural or [])
        else:
            check_service(service, allow_dirty=allow_dirty)
            if not dry_run:
                require_environment(service)
            resources = _ask(service, plural or [], command, screen)
        request = AddRequest(service, resources, not no_migration, allow_dirty, dry_run)
        try:
            result = add_resources(request, screen.notify)
        finally:
            screen.close()
    if as_json:
        print_json(added_object(result))
    show_added(screen, result)
    raise typer.Exit(0 if result.complete else 1)


def _ask(service: Path, plural: list[str], command: TypedCommand, screen: Screen) -> "tuple[Resource, ...]":
    from svcgen.cli.ask_resource import ask_resource
    from svcgen.resource.code.layout import read_layout

    resource = ask_resource(read_layout(service), plural[0] if plural else "", command, screen.line)
    screen.same_command(command.finish())
    return (resource,)
