"""Print what is proved of the hard rules: rule x mutation x caught, and each correct edit.

``uv run python tests/service/hard_rules/table.py`` makes a service, breaks each rule in each way and exits with 1 if
any is missed. It uses what the tests use. With ``--alone`` each wrong and each correct edit is made in a service of its
own: that takes some minutes more, and proves that none is caught, or passes, thanks to another.
"""

import sys
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[2]))

from service.conftest import Service, make, running_postgres
from service.hard_rules import proof, workspace
from service.hard_rules.correct import CORRECT
from service.hard_rules.mutation import CHECK
from service.hard_rules.rules import RULES


class Row(NamedTuple):
    rule: str
    edit: str
    by: str
    outcome: str

    @property
    def is_right(self) -> bool:
        return self.outcome in {"caught", "green"}


def prove(service: Service, folder: Path, postgres: str, *, alone: bool) -> Iterator[Row]:
    wrong = chain(
        proof.statically(service, folder / "static", alone=alone),
        proof.at_run_time(service, folder / "running", postgres, alone=alone),
    )
    for outcome in wrong:
        mutation = outcome.mutation
        yield Row(mutation.rule, mutation.name, mutation.by, "caught" if outcome.caught else "MISSED")
    for name, edits in {edit.name: [edit] for edit in CORRECT}.items() if alone else [("all together", CORRECT)]:
        verdict = workspace.check(workspace.edited(service, folder / name, *edits))
        yield Row("What a good team writes", name, CHECK, "green" if verdict.returncode == 0 else "RED")


def show(console: Console, rows: list[Row]) -> None:
    table = Table("Noticed by", "Edit", "Outcome", box=SIMPLE)
    for rule in (*RULES, "What a good team writes"):
        of_rule = [row for row in rows if row.rule == rule]
        table.add_section()
        table.add_row("", f"[bold]{rule}", f"{sum(row.is_right for row in of_rule)} of {len(of_rule)}")
        for row in of_rule:
            table.add_row(row.by, escape(row.edit), row.outcome, style="" if row.is_right else "bold red")
    console.print(table)


def main(*, alone: bool) -> int:
    console = Console(width=120)
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        service = make(folder, "fly", "3.13")
        with running_postgres(service) as postgres:
            rows = list(prove(service, folder, postgres, alone=alone))
    show(console, rows)
    return 0 if all(row.is_right for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(alone="--alone" in sys.argv[1:]))
