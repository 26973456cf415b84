"""What the tests of a resource try it with."""

from collections.abc import Mapping
from typing import Any

from svcgen.resource.code.layout import Layout, Target
from svcgen.resource.spec import Field, Resource, class_name


def context_of_tests(resource: Resource, layout: Layout, targets: Mapping[str, Target]) -> dict[str, Any]:
    """Return what the tests of a resource are rendered with.

    Args:
        resource: What is tested.
        layout: The service.
        targets: What the resource refers to, by name.
    """
    fields = resource.fields
    accepted = {field.column: _accepted(field) for field in fields}
    refused = {field.column: _refused(field) for field in fields}
    plain = [field for field in fields if not field.unique and not field.kind.target]
    return {
        "tests": class_name(resource.plural),
        "defaults": [(field.column, field.default_json or "None") for field in fields if not field.required],
        "unique": [field.column for field in fields if field.unique],
        "accepted": {name: read for name, values in accepted.items() if (read := [a for a, b in values if a == b])},
        "normalized": [(name, *pair) for name, values in accepted.items() for pair in values if pair[0] != pair[1]],
        "refused": {name: values for name, values in refused.items() if values},
        "constant_change": f'{{"{plain[0].column}": {plain[0].kind.other}}}' if plain else "",
        "change": f'{{"{fields[0].column}": {_fresh(resource)}}}',
        "deletable": {name for name, target in targets.items() if _has_route(layout, name, target)},
    }


def _accepted(field: Field) -> list[tuple[str, str]]:
    other = [] if field.unique or field.kind.target else [(field.kind.other, field.kind.other)]
    return list(dict.fromkeys([*other, *field.kind.accepted]))


def _refused(field: Field) -> list[str]:
    is_nullable = field.optional or field.kind.nullable
    # The contract has what no reference accepts.
    return [*([] if is_nullable else ["None"]), *(() if field.kind.target else field.kind.refused)]


def sample_of(field: Field) -> str:
    """Return the source of a valid value; empty where a request leaves it out."""
    if field.kind.target:
        return "" if field.optional else f"(await make_{field.kind.target}(session)).id"
    return field.kind.unique if field.unique else field.kind.sample


def _fresh(resource: Resource) -> str:
    """Return the source of a value of the first field that no row has, where no field takes any value twice."""
    first = resource.fields[0]
    if first.kind.target:
        return f"(await make_{first.kind.target}(self.session)).id"
    return f'(await self.body())["{first.column}"]'


def _has_route(layout: Layout, name: str, target: Target) -> bool:
    router = layout.root / layout.api / f"{target.table}.py"
    return target.coming or (router.is_file() and f"def delete_{name}(" in router.read_text(encoding="utf-8"))
