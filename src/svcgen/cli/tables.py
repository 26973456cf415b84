"""Format tables for a terminal."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from svcgen.cli.messages import styled

if TYPE_CHECKING:
    from rich.table import Table


class Cell(NamedTuple):
    """A cell of a table.

    Attributes:
        text: The text.
        style: Its style in a terminal.
        below: A second line in a terminal.
    """

    text: str
    style: str = ""
    below: str = ""


def table_of(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> "Table":
    """Return a table without borders.

    Args:
        columns: The headings.
        rows: The cells of each row.
    """
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(styled(f"{cell.text}\n{cell.below}".rstrip("\n"), cell.style) for cell in row))
    return table
