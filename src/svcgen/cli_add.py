"""The command line of `svcgen add resource`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from svcgen.errors import SpecError, UsageError
from svcgen.screen import Screen, ask, can_ask, error, print_json

if TYPE_CHECKING:
    from svcgen.resource.spec import Resource


def add_application() -> typer.Typer:
    """Return the sub-commands of `svcgen add`."""
    application = typer.Typer(rich_markup_mode=None, help="Add to a service.")
    application.command("resource")(add_resource)
    # Otherwise Typer takes the only command for the application itself.
    application.callback()(lambda: None)
    return application


def add_resource(  # noqa: PLR0913  (one for each flag)
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME FIELD", help="Name in the singular, then fields: due:date:optional. `and` adds another one."
        ),
    ] = None,
    *,
    plural: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="Its plural, where English has another one; of several: person=persons, repeatable."
        ),
    ] = None,
    no_migration: Annotated[bool, typer.Option("--no-migration", help="Make no migration.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the change but its migration; run and write nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object; ask nothing.")] = False,
    allow_dirty: Annotated[
        bool, typer.Option("--allow-dirty", help="Work among changes that are not committed.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the commands run and their output.")] = False,
) -> None:
    """Add a resource, down to its migration and tests; or several that refer to each other.

    They are added to the service in this directory, by running its own ruff, Alembic and app. In a terminal it prompts
    for a name and its fields if there are none.

    svcgen add resource customer name:str main_invoice:ref:invoice:optional and invoice due:date customer:ref:customer
    """
    from svcgen.commands.add import add_resources, check_service, find_service
    from svcgen.report_add import added_object, show_added
    from svcgen.resource.added import AddRequest
    from svcgen.resource.parse import parse_resources

    service = find_service(Path.cwd())
    if words or as_json or not can_ask():
        resources = parse_resources(words or [], plural or [])
    else:
        check_service(service, allow_dirty=allow_dirty)
        resources = (_ask((plural or [""])[0]),)
    request = AddRequest(service, resources, not no_migration, allow_dirty, dry_run)
    screen = Screen(quiet=quiet or as_json, verbose=verbose)
    try:
        result = add_resources(request, screen.notify)
    finally:
        screen.close()
    if as_json:
        print_json(added_object(result))
    show_added(screen, result)
    raise typer.Exit(0 if result.complete else 1)


def _ask(plural: str) -> "Resource":
    """Ask for a resource word by word, each until it is right."""
    from svcgen.resource.parse import parse_field, parse_resource
    from svcgen.resource.plural import plural_of

    words: list[str] = []
    while True:
        word = _read("Field, such as due:date:optional (empty: that was all): " if words else "Name, singular: ")
        try:
            if not word and len(words) > 1:
                break
            if not words:
                parse_resource([word, "probe:str"], plural)
                plural = plural or _read(f"Plural [{plural_of(word)}]: ") or plural_of(word)
                parse_resource([word, "probe:str"], plural)
            else:
                parse_field(words[0], plural, word)
                parse_resource([*words, word], plural)
            words.append(word)
        except SpecError as problem:
            error(problem.message, problem.hint)
    return parse_resource(words, plural)


def _read(question: str) -> str:
    try:
        return ask(question).strip()
    except EOFError as problem:
        raise UsageError("the input ended", hint="give the resource as arguments") from problem
