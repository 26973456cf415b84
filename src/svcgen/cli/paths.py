"""Find the services that a command line names."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from svcgen.cli.screen import Screen

Repos = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Read more paths from a file, one per line; # starts a comment.")
]


def find(screen: Screen, paths: Sequence[Path] | None, repos: Path | None = None) -> list[Path]:
    """Return the services of a command line, and print each that is found above the given path.

    Args:
        screen: The screen to print on.
        paths: The given paths; by default the working directory, unless there is a list.
        repos: A file that lists further paths.
    """
    from svcgen.service.places import find_services, read_list

    listed = read_list(repos) if repos else []
    given = [*(paths or []), *listed] or ([] if repos else [Path()])
    services = find_services(given)
    for service, path in services.items():
        if service != path:
            screen.note(f"using the service {service}, which contains {path}")
    return list(services)
