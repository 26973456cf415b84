"""Clone the template of a version from an untrusted repository."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from svcgen.errors import TemplateError, ToolError
from svcgen.system.git import ask_remote, git
from svcgen.system.links import leads_out
from svcgen.template.describe import PARTS, commit_of

CHANGELOG = "CHANGELOG.md"
_LARGEST = 64 << 20
# These override all other attributes: a template is used as committed, without the user's filters or line endings.
_RAW = "* -text -filter -ident -working-tree-encoding\n"


def clone_template(url: str, version: str, directory: Path, *how: str) -> bool:
    """Clone the template of a version into a directory, byte for byte. Return whether the repository has it.

    Args:
        url: The repository.
        version: A tag, or the output of `git describe`.
        directory: The directory; its content is deleted.
        how: Further options of `git clone`.

    Raises:
        TemplateError: It is too large, or contains a link that points out of it.
        ToolError: git can't clone it.
    """
    shutil.rmtree(directory, ignore_errors=True)
    ask_remote("clone", "--quiet", "--no-checkout", "--template=", *how, "--", url, str(directory.absolute()))
    commit = resolve(directory, version)
    listed = git(directory, "ls-tree", "--name-only", commit, "--", *PARTS, CHANGELOG).split() if commit else []
    if not set(PARTS) <= set(listed):
        return False
    _check_size(directory, commit, listed)
    (directory / ".git" / "info").mkdir(exist_ok=True)
    (directory / ".git" / "info" / "attributes").write_text(_RAW)
    git(directory, "checkout", "--quiet", commit, "--", *listed)
    _check_links(directory)
    return True


def _check_size(repository: Path, commit: str, names: Sequence[str]) -> None:
    sizes = git(repository, "ls-tree", "-r", "--format=%(objectsize)", commit, "--", *names).split()
    if sum(int(size) for size in sizes if size.isdecimal()) > _LARGEST:
        raise TemplateError(
            f"the template is larger than {_LARGEST >> 20} MiB", hint="remove the files that don't belong to it"
        )


def _check_links(directory: Path) -> None:
    """Refuse a link that would copy files of this machine into a service, or that Copier would follow endlessly."""
    for path in directory.rglob("*"):
        if not path.is_symlink():
            continue
        out = leads_out(directory, path.relative_to(directory))
        if out or path.parent.resolve().is_relative_to(path.resolve()):
            raise TemplateError(
                f"the template has a link that points {'outside of it' if out else 'to a parent folder'}: "
                f"{path.relative_to(directory)}",
                hint="replace it with a file",
            )


def resolve(repository: Path, version: str) -> str:
    """Return the commit of a version, which is a tag or the output of `git describe`; empty if it does not exist.

    Args:
        repository: A clone of the template.
        version: The version.
    """
    for name in (f"refs/tags/{version}", commit_of(version)):
        try:
            return git(repository, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").strip()
        except ToolError:
            continue
    return ""
