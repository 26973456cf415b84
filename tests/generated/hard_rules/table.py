"""Print what is proved of the hard rules: rule x mutation x caught, and each correct edit.

``uv run python tests/generated/hard_rules/table.py`` makes a service, breaks each rule in each way and exits with 1 if
any is missed. It uses what the tests use. With ``--alone`` each wrong and each correct edit is made in a service of its
own: that takes some minutes more, and proves that none is caught, or passes, thanks to another.
"""

import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[2]))

from generated.conftest import Service, make, running_postgres
from generated.hard_rules import workspace
from generated.hard_rules.correct import CORRECT
from generated.hard_rules.mutation import CHECK, Mutation
from generated.hard_rules.mutations import MUTATIONS
from generated.hard_rules.rules import RULES

Row = tuple[str, str, str, bool]


def wrong(service: Service, folder: Path, postgres: str, *, alone: bool) -> Iterator[tuple[Mutation, bool]]:
    yield from workspace.checked(service, folder / "static", alone=alone)
    for number, mutation in enumerate(mutation for mutation in MUTATIONS if mutation.by != CHECK):
        yield mutation, workspace.tested(service, folder / "tests" / str(number), mutation, postgres).caught


def right(service: Service, folder: Path, *, alone: bool) -> Iterator[tuple[str, bool]]:
    for name, edits in {edit.name: [edit] for edit in CORRECT}.items() if alone else [("all together", CORRECT)]:
        verdict = workspace.check(workspace.edited(service, folder / name, *edits))
        yield name, verdict.returncode == 0


def rows(found: Iterable[tuple[Mutation, bool]], correct: Iterable[tuple[str, bool]]) -> list[Row]:
    rows = [(mutation.rule, mutation.name, mutation.by, caught) for mutation, caught in found]
    rows.sort(key=lambda row: RULES.index(row[0]))
    return [*rows, *(("Correct edits stay green", name, CHECK, green) for name, green in correct)]


def show(console: Console, rows: list[Row]) -> None:
    table = Table("Rule", "Edit", "Noticed by", "Caught", title="The hard rules of a service")
    previous = ""
    for rule, edit, by, caught in rows:
        if rule != previous:
            table.add_section()
        table.add_row(rule if rule != previous else "", edit, by, "[green]yes" if caught else "[bold red]NO")
        previous = rule
    console.print(table)
    console.print(f"{len(rows)} edits, {sum(not caught for *_row, caught in rows)} not as they should be")


def main(*, alone: bool) -> int:
    console = Console()
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        folder.chmod(0o755)  # as root, Postgres runs as another user
        service = make(folder, "fly", "3.13")
        with running_postgres(service) as postgres:
            found = list(track(wrong(service, folder, postgres, alone=alone), "Wrong edits", len(MUTATIONS)))
        proved = rows(found, right(service, folder / "correct", alone=alone))
    show(console, proved)
    return 0 if all(caught for *_row, caught in proved) else 1


if __name__ == "__main__":
    sys.exit(main(alone="--alone" in sys.argv[1:]))
