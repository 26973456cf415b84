"""Renders the files of a resource."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from svcgen.resource.code.examples import example_of
from svcgen.resource.code.imports import with_imports
from svcgen.resource.code.layout import FACTORIES, Layout, Target
from svcgen.resource.code.samples import context_of_tests, sample_of
from svcgen.resource.code.shared import types_in
from svcgen.resource.fields.kind import quoted
from svcgen.resource.spec import Field, Resource, class_name
from svcgen.resource.syntax import reserved

if TYPE_CHECKING:
    from jinja2 import Environment

SUFFIXES = ("Create", "Update", "Read", "Page")


def new_files(resource: Resource, layout: Layout) -> dict[str, Path]:
    """Return the files that each resource has, by the template that each is rendered from.

    Args:
        resource: The resource.
        layout: The service.
    """
    name, plural = resource.name, resource.plural
    return {
        "model": Path(f"app/models/{name}.py"),
        "schema": Path(f"app/schemas/{name}.py"),
        "router": layout.api / f"{plural}.py",
        "factory": FACTORIES / f"{name}.py",
        "test": Path(f"tests/api/test_{plural}.py"),
    }


def generate(resource: Resource, layout: Layout, prefix: str) -> dict[Path, str]:
    """Return the new files of a resource, by their paths in the service.

    Args:
        resource: What to render.
        layout: The service, with all that is added to it.
        prefix: What stands before the plural in the path of its routes.
    """
    name, model = resource.name, resource.model
    targets = _targets(resource, layout)
    schemas = {f"{model}{suffix}": f"app.schemas.{name}" for suffix in SUFFIXES}
    models = {target.model: target.module for target in targets.values()} | {model: f"app.models.{name}"}
    factories = {f"make_{target}": f"tests.factories.{target}" for target in targets}
    own = {f"make_{name}": f"tests.factories.{name}", f"{name}_body": f"tests.factories.{name}"}
    contract = dict.fromkeys(("Body", "Reference", "Resource", "ResourceContract"), "tests.core.resource_contract")
    imports = {
        "router": {**schemas, **models},
        "factory": {**schemas, **models, **factories},
        "test": {**own, **factories, **contract},
    }
    context = {**_context(resource, targets), **context_of_tests(resource, layout, targets), "prefix": prefix}
    return {
        file: _render(template, context, imports.get(template, {}))
        for template, file in new_files(resource, layout).items()
    }


def used_types(resource: Resource) -> set[str]:
    """Return the shared types that a resource needs."""
    words = " ".join(f"{field.kind.sent} {field.kind.read}" for field in resource.fields)
    return {"Id"} | types_in(words)


def column(field: Field) -> str:
    """Return the arguments of mapped_column, beside the target of a reference."""
    kind = field.kind
    arguments = [kind.column] if kind.column else []
    arguments += ["nullable=False"] if kind.nullable and not field.optional else []
    arguments += ["unique=True"] if field.unique else []
    arguments += ["index=True"] if field.index or (kind.target and not field.unique) else []
    return ", ".join(arguments)


def aliases(resource: Resource) -> dict[str, str]:
    """Return the types that the schemas name because they are more than one word, by the columns that have them."""
    named: dict[str, str] = {}
    for field in resource.fields:
        if any(word in field.kind.sent for word in ("Annotated", "Literal")):
            name = resource.model + class_name(field.column)
            taken = {"EXAMPLE", *reserved.CLASSES, *(resource.model + suffix for suffix in SUFFIXES), *named.values()}
            while name in taken:
                name += "Value"
            named[field.column] = name
    return named


def _targets(resource: Resource, layout: Layout) -> dict[str, Target]:
    names = [field.kind.target for field in resource.references]
    return {name: target for name in names if (target := layout.target(name))}


def _context(resource: Resource, targets: Mapping[str, Target]) -> dict[str, Any]:
    fields, named = resource.fields, aliases(resource)

    def sent(field: Field) -> str:
        return named.get(field.column, field.kind.sent) + (" | None" if field.optional else "")

    def read(field: Field) -> str:
        base = named[field.column] if field.kind.values else field.kind.read
        return base + (" | None" if field.optional else "")

    def mapped(field: Field) -> str:
        if not field.kind.target:
            return column(field)
        late = ", use_alter=True" if field.closes_cycle else ""
        key = f'ForeignKey("{targets[field.kind.target].table}.id"{late})'
        return f"{key}, {column(field)}".removesuffix(", ")

    return {
        "name": resource.name,
        "plural": resource.plural,
        "item": f"/{{{resource.name}_id}}",
        "words": resource.name.replace("_", " "),
        "plural_words": resource.plural.replace("_", " "),
        "model": resource.model,
        "fields": fields,
        "references": resource.references,
        "targets": targets,
        "aliases": {named[field.column]: field.kind.sent for field in fields if field.column in named},
        "checks": [(_check_name(field), field.kind.check.format(field.column)) for field in fields if field.kind.check],
        "column": mapped,
        "sent": sent,
        "read": read,
        "quoted": quoted,
        "sample": sample_of,
        "example": lambda field: example_of(field, resource),
        "numbered": any(field.unique and not field.kind.target for field in fields),
    }


def _check_name(field: Field) -> str:
    return f"{field.column}_{'length' if field.kind.limits_length else 'range'}"


def _render(template: str, context: Mapping[str, Any], imports: Mapping[str, str]) -> str:
    return with_imports(_environment().get_template(f"{template}.py.jinja").render(context), imports)


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  (Python, not HTML)
    )
