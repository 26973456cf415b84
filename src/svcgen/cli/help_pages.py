"""Define the help texts that are neither docstrings nor flags, and how help is formatted."""

import sys
from collections.abc import Sequence
from typing import Any

from typer.core import TyperCommand, TyperGroup

from svcgen.errors import ExitCode

# In a narrower terminal, an explanation is on the line below its flag.
_NARROW = 60
_SHORT = 8
_SETTINGS = f"~/{'Library/Application Support' if sys.platform == 'darwin' else '.config'}/copier/settings.yml"

FIRST_STEPS = """\
svcgen creates FastAPI services and keeps them up to date. First steps:

  svcgen new billing                     create a service
  svcgen add resource invoice due:date   inside a service: add a resource
  svcgen update                          inside a service: update it

svcgen --help lists all commands."""

SVCGEN = f"""
Prompts of svcgen new offer your own defaults, from {_SETTINGS}.
See svcgen new --help.
"""

NEW = f"""
\b
Examples:
  svcgen new
  svcgen new billing --platform railway --owner payments
  svcgen new billing --resource 'invoice number:str:unique due:date'
  svcgen new billing . --data-file ../answers.yml --json
  svcgen new billing --keep-existing

Prompts offer your own defaults, from {_SETTINGS} or the file that COPIER_SETTINGS_PATH names.
Without prompts that file is not read.

\b
  defaults:
    owner: payments
"""

ADD = """
\b
Example:
  svcgen add resource invoice number:str:unique due:date
"""

UPDATE = """
\b
Examples:
  svcgen update
  svcgen update --dry-run
  svcgen update --check ~/code/billing ~/code/catalog
  svcgen update --continue
"""

STATUS = """
\b
Examples:
  svcgen status
  svcgen status ~/code/billing ~/code/catalog
  svcgen status --repos services.txt --check --json
"""


class Command(TyperCommand):
    """A command whose flags are readable in a narrow terminal, and whose arguments have no Python types."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the arguments and the options."""
        for heading, kind in (("Arguments", "argument"), ("Options", "option")):
            found = (one.get_help_record(ctx) for one in self.get_params(ctx) if one.param_type_name == kind)
            write_table(formatter, heading, [(row[0].partition(" <")[0], row[1]) for row in found if row])


class Group(TyperGroup):
    """A group of commands whose help is readable in a narrow terminal."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options and the commands, each with its whole first sentence."""
        found = (one.get_help_record(ctx) for one in self.get_params(ctx))
        write_table(formatter, "Options", [row for row in found if row])
        write_table(formatter, "Commands", [(name, one.get_short_help_str(999)) for name, one in self.commands.items()])


class Program(Group):
    """`svcgen` itself, whose help ends with the exit codes."""

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Write the exit codes, and the place of the user's defaults."""
        write_table(formatter, "Exit codes", [(str(code.value), code.meaning) for code in ExitCode])
        super().format_epilog(ctx, formatter)


def write_table(formatter: Any, heading: str, rows: Sequence[tuple[str, str]]) -> None:
    """Write words and their explanations under a heading, if there are any.

    Args:
        formatter: Typer's formatter.
        heading: The heading.
        rows: Each word with its explanation.
    """
    if not rows:
        return
    widest = max(len(word) for word, _ in rows)
    with formatter.section(heading):
        formatter.write_dl(rows, col_max=30 if formatter.width >= _NARROW or widest <= _SHORT else 4)
