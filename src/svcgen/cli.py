"""The command line: parses, calls and prints. The only module that prints."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from svcgen.errors import SvcgenError, UsageError
from svcgen.options import with_options
from svcgen.questions import NAME, Question, load_questions
from svcgen.template import find_root, find_template, installed_version

_BUG = 3
_BROKEN_PIPE = 141


def run(arguments: list[str]) -> int:
    """Run the command line.

    Args:
        arguments: Those after the program's name.

    Returns:
        The exit code: 0 done, 1 the user can put it right, 3 a bug, 130 Ctrl-C, 143 SIGTERM.
    """
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except SvcgenError as error:
        _print_error(error, as_json="--json" in arguments)
        return error.exit_code
    except BrokenPipeError:
        # Python flushes standard output once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    except Exception as error:
        _print_bug(error, arguments)
        return _BUG
    return code


def _run(arguments: list[str]) -> int:
    try:
        return int(_application()(arguments, prog_name="svcgen", standalone_mode=False) or 0)
    except typer.TyperException as error:
        raise UsageError(error.format_message(), hint="svcgen new --help shows every option") from error


def _application() -> typer.Typer:
    # Without rich, whose import would double the time of --help.
    application = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    application.callback()(_svcgen)
    application.command("new")(with_options(_new, load_questions(find_root())))
    return application


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"svcgen {installed_version()}")
        raise typer.Exit


def _svcgen(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Make complete, single-purpose FastAPI services."""


def _new(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Name of the service; asked where missing.")] = None,
    destination: Annotated[
        Path | None, typer.Argument(metavar="DEST", help="Directory to make it in.", show_default="./NAME")
    ] = None,
    *,
    data_file: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Read answers from a YAML file; options go before it.")
    ] = None,
    defaults: Annotated[bool, typer.Option("--defaults", help="Ask nothing: take the defaults.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the files and answers; write nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object; ask nothing.")] = False,
    no_git: Annotated[bool, typer.Option("--no-git", help="Make no git repository and no commit.")] = False,
    no_sync: Annotated[
        bool, typer.Option("--no-sync", help="Make neither uv.lock nor the virtual environment.")
    ] = False,
    source: Annotated[
        str | None,
        typer.Option(metavar="URL", envvar="SVCGEN_SOURCE", help="Git URL that the service is to be updated from."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the commands run and their output.")] = False,
    **answers: str | None,
) -> None:
    """Make a service."""
    from svcgen.answers import check, complete, read_data_file
    from svcgen.commands.new import NewRequest, make_service, preview
    from svcgen.staging import check_destination

    template = find_template(source)
    questions = load_questions(template.root)
    given = {key: value for key, value in {NAME: name, **answers}.items() if value is not None}
    if data_file:
        given = {**read_data_file(data_file, questions), **given}
    check(questions, given)
    if NAME in given:
        check_destination(_absolute(destination, given[NAME]))
    if not (defaults or as_json) and sys.stdin.isatty() and sys.stdout.isatty():
        from svcgen.render import prompt

        given = prompt(template, questions, given)
    complete_answers = complete(questions, given)
    request = NewRequest(
        template, complete_answers, _absolute(destination, complete_answers[NAME]), git=not no_git, sync=not no_sync
    )
    service = make_service(request, print)
    print(service)
    raise typer.Exit(0 if service.complete else 1)


def _absolute(destination: Path | None, name: str) -> Path:
    return Path(os.path.abspath(destination or name))


def _print_error(error: SvcgenError, *, as_json: bool) -> None:
    print(f"error: {error.message}", file=sys.stderr)
    if error.hint:
        print(f"hint: {error.hint}", file=sys.stderr)


def _print_bug(error: Exception, arguments: list[str]) -> None:
    from svcgen.bug import ISSUES, write_log

    log = write_log(arguments, error, installed_version())
    print(f"error: svcgen has a bug: {type(error).__name__}: {error}", file=sys.stderr)
    print(f"hint: report it at {ISSUES} with this log: {log}", file=sys.stderr)
