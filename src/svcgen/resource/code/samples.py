"""What the tests of a resource try it with."""

from collections.abc import Mapping
from typing import Any

from svcgen.resource.code.layout import Layout, Target
from svcgen.resource.spec import Field, Resource


def context_of_tests(resource: Resource, layout: Layout, targets: Mapping[str, Target]) -> dict[str, Any]:
    """Return what the tests of a resource are rendered with."""
    fields = resource.fields
    return {
        "required": [field.column for field in fields if field.required],
        "defaults": [(field.column, field.default_json or "None") for field in fields if not field.required],
        "never_null": [field.column for field in fields if not field.optional and field.kind.annotation != "JsonValue"],
        "required_references": [field for field in resource.references if not field.optional],
        "unique": [field.column for field in fields if field.unique],
        "unique_references": "".join(
            f", {field.column}=(await make_{field.kind.target}(session)).id"
            for field in resource.references
            if field.unique and field.optional
        ),
        "accepted": [(field.column, *pair) for field in fields for pair in _accepted(field)],
        "refused": [(field.column, value) for field in fields for value in field.kind.refused],
        "different": _different(resource),
        "deletable": {name for name, target in targets.items() if _has_route(layout, name, target)},
        "refuses_if_none_match": _refuses_if_none_match(layout),
    }


def _accepted(field: Field) -> tuple[tuple[str, str], ...]:
    if field.unique or field.kind.target:
        return field.kind.accepted
    other = (field.kind.other, field.kind.other)
    return tuple(dict.fromkeys((other, *field.kind.accepted)))


def sample_of(field: Field) -> str:
    """Return the source of a valid value; empty where a request leaves it out."""
    if field.kind.target:
        return "" if field.optional else f"(await make_{field.kind.target}(session)).id"
    return field.kind.unique if field.unique else field.kind.sample


def _different(resource: Resource) -> str:
    """Return the source of a change that really changes something, whatever is stored."""
    ranked = sorted(resource.fields, key=lambda field: (bool(field.kind.target), field.unique))
    field = ranked[0]
    if field.kind.target:
        value = f"(await make_{field.kind.target}(session)).id"
    elif field.unique:
        value = f'(await {resource.name}_body(session))["{field.column}"]'
    else:
        value = field.kind.other
    return f'{{"{field.column}": {value}}}'


def _has_route(layout: Layout, name: str, target: Target) -> bool:
    router = layout.root / layout.api / f"{target.table}.py"
    return target.coming or (router.is_file() and f"def delete_{name}(" in router.read_text(encoding="utf-8"))


def _refuses_if_none_match(layout: Layout) -> bool:
    """Tell whether app/etag.py knows If-None-Match; that of 0.2.0, which older resources depend on, does not."""
    module = layout.root / "app" / "etag.py"
    return not module.is_file() or "If-None-Match" in module.read_text(encoding="utf-8")
