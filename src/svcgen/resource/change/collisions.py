"""Check a new resource against those of the service."""

import re
import shlex
from collections.abc import Collection
from pathlib import Path

from svcgen.errors import CollisionError, ServiceError, SpecError
from svcgen.resource.code.generate import SUFFIXES, new_files
from svcgen.resource.code.layout import FACTORIES, Layout
from svcgen.resource.code.modules import read
from svcgen.resource.code.relations import names_of
from svcgen.resource.spec import AND, Field, Resource
from svcgen.resource.syntax import reserved
from svcgen.resource.syntax.names import LONGEST_IDENTIFIER

_OTHER_NAME = "choose another name, or another plural with --plural"


def check_free(resource: Resource, layout: Layout, shared: Collection[Path]) -> None:
    """Reject a resource that would overwrite something, or share a name in the database.

    Args:
        resource: What is to be added.
        layout: The service, with the resources that are added before it.
        shared: The files that all resources share, whether they are there or not.

    Raises:
        CollisionError: One of its files, its class, its table or what belongs to the table has a name that is taken.
    """
    for file in new_files(resource, layout).values():
        if file in shared:
            raise CollisionError(f"{resource.name} would overwrite {file}, which all resources share", hint=_OTHER_NAME)
        if (layout.root / file).exists() or (layout.root / file.with_suffix("")).is_dir():
            raise CollisionError(f"{resource.name} would overwrite {file}", hint=_OTHER_NAME)
    for target in layout.targets.values():
        if target.table == resource.plural or target is layout.target(resource.name):
            raise CollisionError(
                f"{resource.name} collides with {target.model} in {target.module}, whose table is {target.table}",
                hint=_OTHER_NAME,
            )
    taken = {name: target.model for target in layout.targets.values() for name in target.names}
    for name in names_of(resource):
        if name in taken:
            raise CollisionError(
                f"{resource.name}: {taken[name]} already has a table, index, sequence or type named {name}",
                hint="rename the resource or the field",
            )
        taken[name] = resource.model


def check_references(resource: Resource, layout: Layout) -> None:
    """Reject references to missing resources, and to those that the generated code can't import or create.

    Args:
        resource: The resource.
        layout: The service.

    Raises:
        SpecError: A reference is not possible.
        ServiceError: The generated tests can't create a row to refer to.
    """
    for reference in resource.references:
        _check_target(resource, reference, layout)


def _check_target(resource: Resource, reference: Field, layout: Layout) -> None:
    name = reference.kind.target
    target = layout.target(name)
    if target is None:
        known = ", ".join(sorted(other.model for other in layout.targets.values() if not other.coming)) or "none"
        words = shlex.join(resource.words)
        raise SpecError(
            f"field {reference.name}: there is no resource {name}",
            hint=f"existing resources: {known}; to add both at once: svcgen add resource {words} {AND} {name} name:str",
        )
    if target.model in {f"{resource.model}{suffix}" for suffix in SUFFIXES} | reserved.CLASSES:
        raise SpecError(
            f"field {reference.name}: the code of {resource.name} has another {target.model} than {target.module}",
            hint=f"rename {resource.name}, or leave {reference.name} out and add the column by hand",
        )
    constraint = f"fk_{resource.plural}_{reference.column}_{target.table}"
    if len(constraint) > LONGEST_IDENTIFIER:
        raise SpecError(
            f"field {reference.name}: the constraint name {constraint} exceeds the {LONGEST_IDENTIFIER} characters"
            " that Postgres allows",
            hint="choose a shorter name",
        )
    if target.coming:
        return
    if target.id_type != "int":
        raise SpecError(
            f"field {reference.name}: the id of {target.model} is {target.id_type or 'missing'}, not an int",
            hint=f"leave {reference.name} out, and add the column by hand",
        )
    factory = FACTORIES / f"{name}.py"
    path = layout.root / factory
    defined = re.compile(rf"^async def make_{name}\(session\b", re.MULTILINE)
    if not path.is_file() or not defined.search(read(layout.root, factory)):
        raise ServiceError(
            f"{factory} does not define make_{name}, which the generated tests need for {reference.name}",
            hint=f"define it: `async def make_{name}(session: AsyncSession, **changes: Any) -> {target.model}`",
        )
