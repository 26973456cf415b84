"""Change a copy of a service, so that the service itself gets the whole change or none of it."""

import os
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from svcgen.errors import NoRepositoryError, ServiceError
from svcgen.system.git import git
from svcgen.system.links import leads_out, real_path
from svcgen.system.signals import held

# Not copied if the service is not in a git repository.
_IGNORED = {".git", ".venv", "__pycache__", ".mypy_cache", ".pytest_cache", ".ruff_cache", ".devdb"}


@contextmanager
def work_copy(service: Path, files: Collection[Path] = ()) -> Iterator[Path]:
    """Copy a service, and remove the copy afterwards.

    Args:
        service: The service's directory.
        files: Files to copy even if git ignores them, in addition to tracked and new files.
    """
    scratch = Path(tempfile.mkdtemp(prefix="svcgen-"))
    try:
        copy = scratch / service.name
        for file in {*unignored_files(service), *files}:
            _copy(service, copy, file)
        yield copy
    finally:
        with held():
            shutil.rmtree(scratch)


def _copy(service: Path, copy: Path, file: Path) -> None:
    """Copy a file, or a link to a file of the service; other links are omitted, because they point out of the copy."""
    target = copy / file
    if leads_out(service, file.parent) or leads_out(service, file):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    if (service / file).is_symlink():
        target.symlink_to(os.path.relpath(copy / real_path(service, file), copy / real_path(service, file.parent)))
    elif (service / file).is_file():
        shutil.copy2(service / file, target)


def unignored_files(service: Path) -> list[Path]:
    """Return the files of a service that git does not ignore, and the links."""
    try:
        listed = git(service, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    except NoRepositoryError:
        found = [path.relative_to(service) for path in service.rglob("*")]
        return sorted(path for path in found if not _IGNORED & set(path.parts) and _is_file_or_link(service / path))
    files = {Path(name) for name in listed.split("\0") if name}
    # A folder is a submodule, and a missing file is an uncommitted deletion.
    return sorted(file for file in files if _is_file_or_link(service / file))


def _is_file_or_link(path: Path) -> bool:
    return path.is_symlink() or path.is_file()


def contents(service: Path, files: Iterable[Path]) -> dict[Path, bytes | None]:
    """Return the content of each file of a service; None if it does not exist.

    Args:
        service: The service's directory.
        files: The files, relative to the service.
    """
    return {file: _content(service / file) for file in files}


def replace_files(service: Path, files: Mapping[Path, bytes], before: Mapping[Path, bytes | None]) -> None:
    """Write files into a service: all of them or none.

    Args:
        service: The service's directory.
        files: The new content of each file.
        before: The content of each file when the copy was created; None if it did not exist.

    Raises:
        ServiceError: One of them was changed in the meantime.
        OSError: One can't be written.
    """
    for file in files:
        if _content(service / file) != before[file]:
            raise ServiceError(f"{file} was changed in the meantime", hint="run the command again")
    made: list[Path] = []
    try:
        # A signal is raised at the end of this block, and then everything is undone.
        with held():
            _make_folders(service, list(files), made)
            waiting = {service / file: _write_beside(service / file, content, made) for file, content in files.items()}
            for target, source in waiting.items():
                source.replace(target)
    except BaseException:
        with held():
            _put_back(service, before, made)
        raise


def _make_folders(service: Path, files: Sequence[Path], made: list[Path]) -> None:
    for file in files:
        for folder in reversed([parent for parent in (service / file).parents if parent.is_relative_to(service)]):
            if not folder.exists():
                folder.mkdir()
                made.append(folder)


def _write_beside(target: Path, content: bytes, made: list[Path]) -> Path:
    """Write a temporary file beside the target, so that a full disk can still be undone."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.svcgen-", dir=target.parent)
    made.append(Path(name))
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    umask = os.umask(0)
    os.umask(umask)
    Path(name).chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~umask)
    return Path(name)


def _put_back(service: Path, before: Mapping[Path, bytes | None], made: Sequence[Path]) -> None:
    for file, content in before.items():
        path = service / file
        if content is None:
            path.unlink(missing_ok=True)
        elif _content(path) != content:
            path.write_bytes(content)
    for path in reversed(made):
        path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
