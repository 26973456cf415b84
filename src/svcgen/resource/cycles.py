"""Find cycles of references, in which one row must be stored first and one constraint created last."""

from collections.abc import Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from svcgen.errors import SpecError
from svcgen.resource.spec import Field, Resource


def mark_cycles(resources: Sequence[Resource]) -> tuple[Resource, ...]:
    """Mark the references that close a cycle: as few as possible, and only optional ones.

    Raises:
        SpecError: A cycle has no optional reference, so no first row can be stored.
    """
    steps = {(resource.name, target): fields for resource in resources for target, fields in _steps(resource).items()}
    optional = [step for step, fields in steps.items() if all(field.optional for field in fields)]
    kept = steps.keys() - optional
    if cycle := _find_cycle(resources, kept):
        raise _no_first_row(cycle, steps[cycle[0]][0])
    closing = set()
    for step in optional:
        if _find_cycle(resources, kept | {step}):
            closing.add(step)
        else:
            kept.add(step)
    return tuple(_marked(resource, closing) for resource in resources)


def _steps(resource: Resource) -> dict[str, list[Field]]:
    """Return the references of a resource by target, except those to itself."""
    targets = dict.fromkeys(field.kind.target for field in resource.references if field.kind.target != resource.name)
    return {target: [field for field in resource.references if field.kind.target == target] for target in targets}


def _find_cycle(resources: Sequence[Resource], steps: set[tuple[str, str]]) -> list[tuple[str, str]]:
    names = [resource.name for resource in resources]
    graph = {name: [target for target in names if (name, target) in steps] for name in names}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        # In the list of the error, each name is followed by a name that refers to it.
        return [(name, target) for target, name in pairwise(error.args[1])][::-1]
    return []


def _no_first_row(cycle: Sequence[tuple[str, str]], field: Field) -> SpecError:
    needs = ", ".join(f"{name} needs {target}" for name, target in cycle)
    word = f"{field.name}:ref:{field.kind.target}:optional"
    return SpecError(
        f"the references form a cycle, so no first row can be stored: {needs}",
        hint=f"make one of them optional, for example {word}",
    )


def _marked(resource: Resource, closing: set[tuple[str, str]]) -> Resource:
    fields = (replace(field, closes_cycle=(resource.name, field.kind.target) in closing) for field in resource.fields)
    return replace(resource, fields=tuple(fields))
