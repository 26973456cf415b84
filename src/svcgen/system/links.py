"""Resolve the symbolic links of a service, before anything is written through them."""

import os
from pathlib import Path

from svcgen.errors import ServiceError


def real_path(service: Path, file: Path) -> Path:
    """Return the path of a file, relative to the service, with its symbolic links resolved.

    Args:
        service: The service's directory.
        file: A path relative to it, which need not exist.

    Raises:
        ServiceError: A link points out of the service, into `.git`, or to itself.
    """
    top = Path(os.path.realpath(service))
    real = Path(os.path.realpath(service / file))
    if real.is_symlink():
        raise ServiceError(f"{file} is a link to itself", hint=f"remove it: rm {file}")
    if not real.is_relative_to(top) or ".git" in (part.lower() for part in real.relative_to(top).parts):
        raise ServiceError(
            f"{file} is a link to {real}, outside of the service, and svcgen doesn't write through it",
            hint="replace the link with its target, or point it at a file of the service",
        )
    return real.relative_to(top)


def leads_out(service: Path, file: Path) -> bool:
    """Return whether writing to a file would write outside of the service.

    Args:
        service: The service's directory.
        file: The file, relative to the service.
    """
    try:
        real_path(service, file)
    except ServiceError:
        return True
    return False
