"""Parse the command line, and report errors."""

import io
import os
import shutil
import sys
from typing import Annotated

import typer

from svcgen.cli.add import add_application
from svcgen.cli.help_pages import FIRST_STEPS, NEW, STATUS, SVCGEN, UPDATE, Command, Group, Program
from svcgen.cli.messages import error, print_json
from svcgen.cli.new import new
from svcgen.cli.options import with_options
from svcgen.cli.status import status
from svcgen.cli.update import update
from svcgen.errors import ExitCode, SvcgenError, UsageError
from svcgen.service.placement.staging import check_working_directory
from svcgen.system import signals
from svcgen.system.bundle import find_root
from svcgen.template.find import installed_version
from svcgen.template.questions import read_config
from svcgen.text import printable

_HELP_WIDTH = 80
_COMPLETION = "_SVCGEN_COMPLETE"


def run_command_line(arguments: list[str]) -> int:
    """Run the command line.

    Args:
        arguments: The arguments after the program's name.

    Returns:
        The exit code, one of `ExitCode`.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A character that the terminal can't encode is not an error, and a log should show each line immediately.
            stream.reconfigure(errors="backslashreplace", line_buffering=True)
    try:
        code = _run(arguments)
        if code == ExitCode.INTERRUPTED:
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        return _fail(arguments, signals.exit_code(), "interrupted")
    except SvcgenError as problem:
        return _fail(arguments, problem.exit_code, problem.message, problem.hint)
    except OSError as problem:
        # A problem of the machine, such as an unreadable file or a full disk.
        return _fail(
            arguments, ExitCode.FAILED, ": ".join(filter(None, (problem.filename, problem.strerror or str(problem))))
        )
    except Exception as problem:  # noqa: BLE001  (any other error is a bug)
        if signals.came():  # raised while a class is created, it becomes a RuntimeError
            return _fail(arguments, signals.exit_code(), "interrupted")
        return _fail(arguments, ExitCode.BUG, f"svcgen has a bug: {problem!r}", _report(arguments, problem))
    return code


def _run(arguments: list[str]) -> int:
    try:
        check_working_directory()
        if _COMPLETION in os.environ:
            return _complete(os.environ[_COMPLETION])
        if not arguments:
            print(FIRST_STEPS, file=sys.stderr)
            return ExitCode.USAGE
        # By default, help is at least 50 columns wide, and a narrower terminal would break words.
        width = max(min(shutil.get_terminal_size().columns, _HELP_WIDTH), 40) - 2
        command = _application(with_questions="new" in arguments)
        settings = {"standalone_mode": False, "terminal_width": width, "obj": arguments}
        return int(command(arguments, prog_name="svcgen", **settings) or 0)
    except typer.TyperException as problem:
        context = getattr(problem, "ctx", None)
        path = context.command_path if context else "svcgen"
        listed = "command" if context and isinstance(context.command, Group) else "flag"
        raise UsageError(problem.format_message(), hint=f"{path} --help lists every {listed}") from problem


def _application(*, with_questions: bool = True) -> typer.Typer:
    # Without rich, because its import would double the time of --help.
    application = typer.Typer(
        cls=Program,
        epilog=SVCGEN,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    application.callback()(_svcgen)
    # Only `new` has flags for the questions, and reading them takes a tenth of the time of --help.
    questions = read_config(find_root()).questions if with_questions else ()
    application.command("new", cls=Command, epilog=NEW)(with_options(new, questions))
    application.add_typer(add_application(), name="add")
    application.command("update", cls=Command, epilog=UPDATE)(update)
    application.command("status", cls=Command, epilog=STATUS)(status)
    return application


def _complete(line: str) -> int:
    from typer.main import get_command

    from svcgen.cli.completion import complete_line

    for candidate in complete_line(get_command(_application()), read_config(find_root()).questions, line):
        print(printable(candidate, but="\t"))
    return ExitCode.DONE


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"svcgen {installed_version()}")
        raise typer.Exit


def _install_completion(wanted: bool) -> None:
    if wanted:
        from svcgen.cli.shells import detect_shell, install_completion

        shell = detect_shell()
        print(f"completion for {shell} is in {install_completion(shell)}; start a new {shell} to use it")
        raise typer.Exit


def _show_completion(wanted: bool) -> None:
    if wanted:
        from svcgen.cli.shells import completion_script, detect_shell

        print(completion_script(detect_shell()), end="")
        raise typer.Exit


def _svcgen(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
    install_completion: Annotated[
        bool,
        typer.Option(
            "--install-completion",
            help="Install completion for this shell: bash, zsh or fish.",
            callback=_install_completion,
        ),
    ] = False,
    show_completion: Annotated[
        bool, typer.Option("--show-completion", help="Print the completion script.", callback=_show_completion)
    ] = False,
) -> None:
    """Create FastAPI services and keep them up to date."""


def _fail(arguments: list[str], code: int, message: str, hint: str = "") -> int:
    if "--json" in arguments:
        print_json({"ok": False, "exit_code": code, "error": message, "hint": hint})
    error(message, hint)
    return code


def _report(arguments: list[str], problem: Exception) -> str:
    from svcgen.cli.bug import ISSUES, write_log

    return f"report it at {ISSUES} with this log: {write_log(arguments, problem, installed_version())}"
