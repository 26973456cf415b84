"""A table of the tests that carry a marker: what each tries, what has to happen, and whether it did."""

import sys
from pathlib import Path

import pytest
from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

SEEN = {"passed": "as said", "failed": "[bold red]NOT SO[/]", "skipped": "[yellow]not tried[/]"}


def collected(marker: str, item: pytest.Item) -> None:
    """Pass the arguments of a test's marker on to the reports, which are all that `Marked` sees."""
    for mark in item.iter_markers(marker):
        parameters = item.callspec.id if isinstance(item, pytest.Function) and hasattr(item, "callspec") else ""
        item.user_properties.append((marker, (*mark.args, parameters)))


class Marked:
    """What pytest reports of each test that has the marker."""

    def __init__(self, marker: str, *columns: str) -> None:
        self.marker, self.columns = marker, columns
        self.cells: dict[str, list[str]] = {}
        self.seen: dict[str, str] = {}
        self.seconds: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the worst of set-up, test and teardown."""
        for name, value in report.user_properties:
            if name == self.marker:
                self.cells[report.nodeid] = list(map(str, value))  # type: ignore[call-overload]  # from `collected`
        if report.nodeid in self.cells and self.seen.get(report.nodeid) in {None, "passed"}:
            self.seen[report.nodeid] = report.outcome
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0) + report.duration

    def table(self) -> Table:
        table = Table(*self.columns, "Seen", "s", box=SIMPLE)
        for module in sorted({test.partition("::")[0] for test in self.cells}):
            table.add_section()
            table.add_row(f"[bold]{Path(module).stem.removeprefix('test_')}")
            for test in (test for test in self.cells if test.startswith(f"{module}::")):
                *cells, parameters = self.cells[test]
                cells[0] += f" ({parameters})" if parameters else ""
                table.add_row(*map(escape, cells), SEEN[self.seen[test]], f"{self.seconds[test]:.1f}")
        return table


def main(folder: Path, marker: str, *columns: str) -> int:
    """Run the tests of a folder, with whatever else is on the command line, and print the table."""
    marked = Marked(marker, *columns)
    code = pytest.main([str(folder), *sys.argv[1:]], [marked])
    Console(width=160).print(marked.table())
    return int(code)
