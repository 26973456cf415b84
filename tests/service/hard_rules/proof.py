"""Which mutations are noticed, by the static checks and by the tests of a service."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from service.conftest import Service
from service.hard_rules.edit import Insert
from service.hard_rules.mutation import CHECK, Mutation
from service.hard_rules.mutations import MUTATIONS
from service.hard_rules.workspace import branch, check, copy

STATIC = [mutation for mutation in MUTATIONS if mutation.by == CHECK]
RUNNING = [mutation for mutation in MUTATIONS if mutation.by != CHECK]


@dataclass(frozen=True)
class Outcome:
    mutation: Mutation
    caught: bool
    output: str

    def __str__(self) -> str:
        return f"missed: {self.mutation.name} ({self.mutation.file}): {self.mutation.rule}\n{self.output}"


def statically(service: Service, folder: Path, *, alone: bool = False) -> Iterator[Outcome]:
    """Run the command of all static checks: a message has to have the rule, the file, the line and the fix."""
    for number, batch in enumerate(batches(STATIC, alone=alone)):
        copied = branch(service, folder / str(number))
        for mutation in batch:
            mutation.edit.make(copied.path)
        verdict = check(copied)
        yield from (Outcome(mutation, verdict.names(mutation), verdict.output) for mutation in batch)


def at_run_time(service: Service, folder: Path, postgres: str, *, alone: bool = False) -> Iterator[Outcome]:
    """Run the tests that have to notice what only the running app shows: a message has to have rule and file."""
    for number, batch in enumerate(batches(RUNNING, alone=alone)):
        copied = copy(service, folder / str(number))
        for mutation in batch:
            mutation.edit.make(copied.path)
        modules = sorted({mutation.by for mutation in batch})
        result = copied.test(
            *("-p", "no:cacheprovider", "-o", "truncation_limit_lines=0", *modules), TEST_DATABASE_URL=postgres
        )
        for mutation in batch:
            said = f"FAILED {mutation.by}" in result.stdout and says(result.stdout, mutation)
            yield Outcome(mutation, said, result.stdout)


def says(output: str, mutation: Mutation) -> bool:
    return any(mutation.rule in line and mutation.file in line for line in output.splitlines())


def batches(mutations: Iterable[Mutation], *, alone: bool) -> Iterator[list[Mutation]]:
    """Put together what can be wrong at the same time: a run of the checks costs a second, one of the tests more."""
    together: list[list[Mutation]] = []
    for mutation in mutations:
        if alone or mutation.alone:
            yield [mutation]
            continue
        fitting = (batch for batch in together if not any(touched(mutation) & touched(other) for other in batch))
        if batch := next(fitting, None):
            batch.append(mutation)
        else:
            together.append([mutation])
    yield from together


def touched(mutation: Mutation) -> set[str]:
    changed = {str(getattr(step, "file", "")) for step in mutation.edit.steps if not isinstance(step, Insert)}
    return {mutation.file, *mutation.edit.files, *changed} - {""}
