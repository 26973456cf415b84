"""Find the template of this installation, its version, and the source that services update from."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from svcgen.errors import SvcgenError, TemplateError
from svcgen.system.bundle import find_root
from svcgen.template.describe import RELEASE, UNKNOWN, describe, is_checkout, is_dirty
from svcgen.template.questions import Config, read_config
from svcgen.template.source import find_source, git_install

# The build writes this file beside copier.yml (.ci/hatch_build.py).
BUILT = "VERSION"


@dataclass(frozen=True)
class Template:
    """The template of this installation.

    Attributes:
        root: The directory that contains `copier.yml` and `template/`.
        version: The `_commit` of the answers file: a tag, or the output of `git describe` in a checkout.
        source: The `_src_path` of the answers file: the git URL that `copier update` fetches.
    """

    root: Path
    version: str
    source: str

    @property
    def is_release(self) -> bool:
        """Whether the version is the tag of a release."""
        return RELEASE.fullmatch(self.version) is not None

    @property
    def is_rebuildable(self) -> bool:
        """Whether the version names a commit, so that a service created from it can be updated later."""
        return self.version != UNKNOWN and not is_dirty(self.version)

    @property
    def is_checkout(self) -> bool:
        """Whether it is in a clone, and not in a wheel or an archive that svcgen carries."""
        return is_checkout(self.root)

    @cached_property
    def config(self) -> Config:
        """The content of its copier.yml.

        Raises:
            TemplateError: As `read_config`.
        """
        return read_config(self.root)


@contextmanager
def blamed(template: Template) -> Iterator[None]:
    """Report an unexpected error in the body as an error of the template, unless svcgen carries that template.

    Args:
        template: The template that the body evaluates.

    Raises:
        TemplateError: The body failed unexpectedly.
    """
    try:
        yield
    except (SvcgenError, OSError):
        raise
    except Exception as error:
        if not template.is_checkout:
            raise
        reason = str(error) or type(error).__name__
        raise TemplateError(
            f"copier.yml of {template.version} of {template.source} has an error: {reason}",
            hint="fix it in the template, or update to a version without it: --to VERSION",
        ) from error


def find_template(source: str | None) -> Template:
    """Return the template of this installation.

    Args:
        source: The git URL to record instead of the one that svcgen was installed from.

    Raises:
        TemplateError: The template or the metadata of svcgen is missing, or the source is a path that does not exist.
    """
    root = find_root()
    return Template(root, _version(root), find_source(source, root))


def installed_version() -> str:
    """Return the version of the installed distribution.

    Raises:
        TemplateError: svcgen is not installed.
    """
    # Imported here because it would take a tenth of the time of --help.
    from importlib import metadata

    try:
        return metadata.version("svcgen")
    except metadata.PackageNotFoundError as error:
        raise TemplateError("svcgen runs without being installed", hint="run it with: uv run svcgen") from error


def _version(root: Path) -> str:
    if is_checkout(root):
        return describe(root)
    return _built_version(root)


def _built_version(root: Path) -> str:
    """Return the version that the build recorded, or else the one that the installer recorded (PEP 610)."""
    built = root / BUILT
    version = built.read_text(encoding="utf-8").strip() if built.is_file() else ""
    vcs = git_install().get("vcs_info", {})
    requested = str(vcs.get("requested_revision", ""))
    if RELEASE.match(version) or not RELEASE.fullmatch(requested):
        own = f"v{installed_version()}"
        return version or str(vcs.get("commit_id", "")) or (own if RELEASE.fullmatch(own) else UNKNOWN)
    return requested
