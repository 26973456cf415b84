"""Finds the template and names its version and the source that a service updates from."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from svcgen.errors import TemplateError, ToolError
from svcgen.git import git

_PACKAGE = Path(__file__).parent
_RELEASE = re.compile(r"v\d+(\.\d+)+((a|b|rc)\d+)?")


@dataclass(frozen=True)
class Template:
    """The template of this installation.

    Attributes:
        root: The directory that holds `copier.yml` and `template/`.
        version: What the answers file records as `_commit`: a tag, or what `git describe` says of a checkout.
        source: What it records as `_src_path`: the git URL that `copier update` fetches.
    """

    root: Path
    version: str
    source: str

    @property
    def is_release(self) -> bool:
        """Whether the version is a tag, which `copier update` can start from."""
        return _RELEASE.fullmatch(self.version) is not None


def find_root() -> Path:
    """Return the directory that holds `copier.yml`: inside the wheel, else the checkout.

    Raises:
        TemplateError: Neither is there.
    """
    candidates = (_PACKAGE / "_bundle", _PACKAGE.parents[1])
    for root in candidates:
        if (root / "copier.yml").is_file():
            return root
    places = ", ".join(map(str, candidates))
    raise TemplateError(f"no template in {places}", hint="install svcgen again")


def find_template(source: str | None) -> Template:
    """Return the template of this installation.

    Args:
        source: The git URL to record instead of the one that svcgen was installed from.

    Raises:
        TemplateError: The template or the metadata of svcgen is missing.
    """
    root = find_root()
    return Template(root, _version(root), source or _installed_source())


def installed_version() -> str:
    """Return the version of the installed distribution.

    Raises:
        TemplateError: svcgen runs from a directory that was never installed.
    """
    # Here and below inside the functions: this import would be a tenth of --help.
    from importlib import metadata

    try:
        return metadata.version("svcgen")
    except metadata.PackageNotFoundError as error:
        raise TemplateError("svcgen runs without being installed", hint="run it with: uv run svcgen") from error


def _version(root: Path) -> str:
    if root.name == "_bundle":
        vcs = _git_install().get("vcs_info", {})
        tag = f"v{installed_version()}"
        return tag if vcs.get("requested_revision", tag) == tag else str(vcs["commit_id"])
    if not (root / ".git").exists():
        return "unknown"
    try:
        return git(root, "describe", "--tags", "--always", "--dirty").strip()
    except ToolError:
        return "unknown"


def _installed_source() -> str:
    """Return the URL of the git repository that pip or uv installed from (PEP 610), else the project's own."""
    from importlib import metadata

    direct = _git_install()
    if direct:
        return str(direct["url"])
    urls = metadata.metadata("svcgen").get_all("Project-URL") or []
    return next(str(url).removeprefix("Source, ") for url in urls if url.startswith("Source, "))


def _git_install() -> dict[str, Any]:
    from importlib import metadata

    text = metadata.distribution("svcgen").read_text("direct_url.json")
    recorded: dict[str, Any] = json.loads(text) if text else {}
    return recorded if recorded.get("vcs_info", {}).get("vcs") == "git" else {}
