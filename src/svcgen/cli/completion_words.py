"""Complete words that depend on a service: fields, resources, and releases to update to."""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from svcgen.errors import SvcgenError
from svcgen.resource.fields.registry import FIELD_TYPES
from svcgen.resource.vocabulary import MODIFIERS

_Candidate = tuple[str, str]
_AND = "and"


def fields(before: Sequence[str], current: str, directory: Path) -> Iterator[_Candidate]:
    """Yield the completions of a field in `svcgen add resource`, and the word `and`.

    Args:
        before: The arguments before the cursor.
        current: The word at the cursor.
        directory: A directory in the service.
    """
    resource = [*before][len(before) - [*reversed(before), _AND].index(_AND) :]
    prefix, colon, _ = current.rpartition(":")
    if colon and resource:
        yield from ((f"{prefix}:{word}", meaning) for word, meaning in _parts(prefix.split(":")[1:], before, directory))
    elif len(resource) > 1:
        yield _AND, "add another resource"


def _parts(parts: list[str], before: Sequence[str], directory: Path) -> Iterator[_Candidate]:
    """Yield what can follow the parts of a field after its name."""
    kind = FIELD_TYPES.get(parts[0]) if parts else None
    if not parts:
        yield from ((f"{one.name}:" if one.arguments else one.name, one.meaning) for one in FIELD_TYPES.values())
    elif kind and len(parts) > kind.arguments:
        for modifier in MODIFIERS.values():
            if not any(part.startswith(modifier.name) for part in parts) and (
                kind.bounded or modifier.name not in {"min=", "max="}
            ):
                yield modifier.name, modifier.meaning
    elif parts == ["list"]:
        yield from ((one.name, one.meaning) for one in FIELD_TYPES.values() if one.listable)
    elif parts == ["ref"]:
        yield from ((name, "") for name in _resources(before, directory))


def _resources(before: Sequence[str], directory: Path) -> list[str]:
    """Return the resources that a reference can name: those in the service, and those on the command line."""
    from svcgen.resource.code.layout import find_targets
    from svcgen.service.places import find_service

    coming = [word for word, last in zip(before, [_AND, *before], strict=False) if last == _AND]
    try:
        models = [target.model for target in find_targets(find_service(directory)).values()]
    except (SvcgenError, OSError, RecursionError):
        models = []
    return sorted({*coming, *(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", model).lower() for model in models)})


def versions(directory: Path) -> Iterator[_Candidate]:
    """Yield the known releases that a service can be updated to, newest first.

    Args:
        directory: A directory in the service.
    """
    from svcgen.service.places import find_service
    from svcgen.template.find import find_template
    from svcgen.template.history import parse_version
    from svcgen.template.recorded import read_service
    from svcgen.template.source import same_source
    from svcgen.template.target import known_releases

    template, at = find_template(None), None
    with suppress(SvcgenError, OSError):
        service = read_service(find_service(directory))
        if not same_source(service.source, template.source):
            return  # only its source has them, and completion uses no network
        at = parse_version(service.version)
    for tag in reversed(known_releases(template)):
        version = parse_version(tag)
        if not at or (version and version >= at):
            yield tag, ""
