"""Circles of references: one of their rows has to be there first, and one of their constraints comes last."""

from collections.abc import Sequence
from dataclasses import replace
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from svcgen.errors import SpecError
from svcgen.resource.spec import Field, Resource


def mark_circles(resources: Sequence[Resource]) -> tuple[Resource, ...]:
    """Return the resources with what closes a circle marked: references that may be null, and none needlessly.

    Raises:
        SpecError: No first row of a circle could be stored, as each needs another one.
    """
    steps = {(resource.name, target): fields for resource in resources for target, fields in _steps(resource).items()}
    optional = [step for step, fields in steps.items() if all(field.optional for field in fields)]
    kept = steps.keys() - optional
    if circle := _find_circle(resources, kept):
        raise _no_first_row(circle, steps[circle[0]][0])
    closing = set()
    for step in optional:
        if _find_circle(resources, kept | {step}):
            closing.add(step)
        else:
            kept.add(step)
    return tuple(_marked(resource, closing) for resource in resources)


def _steps(resource: Resource) -> dict[str, list[Field]]:
    """Return the references of a resource by where they lead; those to itself need nothing else to be there."""
    targets = dict.fromkeys(field.kind.target for field in resource.references if field.kind.target != resource.name)
    return {target: [field for field in resource.references if field.kind.target == target] for target in targets}


def _find_circle(resources: Sequence[Resource], steps: set[tuple[str, str]]) -> list[tuple[str, str]]:
    names = [resource.name for resource in resources]
    graph = {name: [target for target in names if (name, target) in steps] for name in names}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        # Each name is followed by one that refers to it.
        return [(name, target) for target, name in pairwise(error.args[1])][::-1]
    return []


def _no_first_row(circle: Sequence[tuple[str, str]], field: Field) -> SpecError:
    needs = ", ".join(f"{name} needs {target}" for name, target in circle)
    word = f"{field.name}:ref:{field.kind.target}:optional"
    return SpecError(f"no first row could be stored: {needs}", hint=f"make one of them optional, such as {word}")


def _marked(resource: Resource, closing: set[tuple[str, str]]) -> Resource:
    fields = (replace(field, closes_circle=(resource.name, field.kind.target) in closing) for field in resource.fields)
    return replace(resource, fields=tuple(fields))
