"""Prints fault, outcome, seen: PYTHONPATH=tests uv run python -m faults.table.

It runs the tests of this folder; what else is given goes to pytest: `-n0`, say, or `-k postgres`.
"""

import sys
from pathlib import Path

import pytest
from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

SEEN = {"passed": "as said", "failed": "[bold red]NOT SO[/]", "skipped": "[yellow]not tried[/]"}


class Faults:
    """What pytest reports of each test that has a fault."""

    def __init__(self) -> None:
        self.names: dict[str, tuple[str, str, str]] = {}
        self.seen: dict[str, str] = {}
        self.seconds: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take the worst of set-up, test and teardown, which finds a service that did not recover."""
        for name, value in report.user_properties:
            if name == "fault":
                self.names[report.nodeid] = value  # type: ignore[assignment]  # what conftest.py put there
        if report.nodeid in self.names and self.seen.get(report.nodeid) in {None, "passed"}:
            self.seen[report.nodeid] = report.outcome
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0) + report.duration

    def table(self) -> Table:
        table = Table("Fault", "Outcome", "Seen", "s", box=SIMPLE)
        for module in sorted({test.partition("::")[0] for test in self.names}):
            table.add_section()
            table.add_row(f"[bold]{Path(module).stem.removeprefix('test_')}")
            for test in (test for test in self.names if test.startswith(f"{module}::")):
                fault, outcome, case = self.names[test]
                named = f"{fault} ({case})" if case else fault
                seen = SEEN[self.seen[test]]
                table.add_row(escape(named), escape(outcome), seen, f"{self.seconds[test]:.1f}")
        return table


def main() -> int:
    faults = Faults()
    code = pytest.main([str(Path(__file__).parent), *sys.argv[1:]], [faults])
    Console(width=150).print(faults.table())
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
