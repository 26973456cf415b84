"""Find and compare the git repositories that services update from."""

import json
import os
import re
from pathlib import Path
from typing import Any

from svcgen.errors import ServiceError, TemplateError, ToolError
from svcgen.system.git import git
from svcgen.system.urls import check_source
from svcgen.template.describe import is_checkout

_SHORTHANDS = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
# Copier treats these as git URLs even if they don't end in .git (`copier._vcs.GIT_PREFIX`).
_GIT = ("git@", "git://", "https://github.com/", "https://gitlab.com/")
_URL = re.compile(r"(?P<scheme>[\w+.-]+)://([^/]*@)?(?P<host>\[[^]/]*\]|[^/:]*)(?P<port>:\d*)?(/(?P<path>.*))?")
_SCP = re.compile(r"(?P<scheme>[\w.+-]+@)?(?P<host>[\w.-]+)(?P<port>):(?P<path>.+)")
_EXAMPLE = "give a git URL, such as https://git.example.com/platform/svcgen, or the path of a repository"


def find_source(given: str | None, root: Path) -> str:
    """Return the source to record in a service.

    Args:
        given: The source that the user gives, if any.
        root: The directory of the template of this installation.

    Returns:
        The given source; or else the repository that svcgen was installed from; or else the `origin` of a checkout,
        unless that is a local path; or else the project's own. A path is absolute. A URL has no password, and Copier
        recognizes it as a git URL.

    Raises:
        TemplateError: The given source is a path that does not exist, or an unsupported URL.
    """
    if given:
        return _given(given)
    if direct := git_install():
        return _recordable(str(direct["url"]))
    own, origin = _project_source(), _origin(root)
    return _recordable(origin) if origin and not _is_local(origin) and not same_source(origin, own) else own


def git_install() -> dict[str, Any]:
    """Return the metadata of an installation from git (PEP 610); empty for any other installation."""
    # Imported here because it would take a tenth of the time of --help.
    from importlib import metadata

    text = metadata.distribution("svcgen").read_text("direct_url.json")
    recorded: dict[str, Any] = json.loads(text) if text else {}
    return recorded if recorded.get("vcs_info", {}).get("vcs") == "git" else {}


def same_source(one: str, other: str) -> bool:
    """Return whether two git URLs mean the same repository, in whatever form they are written.

    Args:
        one: A URL.
        other: Another URL.
    """
    return _repository(one) == _repository(other)


def git_url(source: str) -> str:
    """Return a source in the form that git accepts.

    Raises:
        TemplateError: It is a relative path, whose meaning depends on the working directory.
    """
    url = _expand(source)
    if _is_local(url) and not url.startswith(("/", "~", "file:///")):
        raise TemplateError(
            f"the template's source {source!r} is a relative path",
            hint="set _src_path in .copier-answers.yml to a URL or an absolute path, and commit it",
        )
    return os.path.expanduser(url)  # noqa: PTH111  (pathlib's raises if the user does not exist)


def _given(source: str) -> str:
    url = _expand(source)
    if not _is_local(url):
        try:
            return _recordable(check_source(url))
        except ServiceError as error:
            raise TemplateError(error.message, hint=_EXAMPLE) from error
    path = Path(os.path.expanduser(re.sub("^file:(//)?", "", url))).absolute()  # noqa: PTH111  (as above)
    if not path.exists():
        raise TemplateError(f"the source {source!r} is neither a URL nor a path that exists", hint=_EXAMPLE)
    return str(path.resolve())


def _expand(source: str) -> str:
    url = source.removeprefix("git+")
    return next((url.replace(short, long, 1) for short, long in _SHORTHANDS.items() if url.startswith(short)), url)


def _is_local(source: str) -> bool:
    """Return whether git reads a source as a local path."""
    url = _expand(source)
    return url.startswith("file:") or ":" not in url.partition("/")[0]


def _recordable(source: str) -> str:
    """Remove a password, which a service must not record, and add `git+` where Copier would read a path."""
    url = re.sub(r"^(https?://)[^/]*@|^file://(?=/)", r"\1", _expand(source))
    return url if _is_local(url) or url.startswith(_GIT) or url.endswith(".git") else f"git+{url}"


def _repository(source: str) -> tuple[str, str]:
    """Return the host and the path of a source."""
    url = _expand(source)
    parts = _URL.fullmatch(url) or _SCP.fullmatch(url)
    if parts is None:
        host, path = "", url
    else:
        # Over SSH, another port is still the same repository.
        port = parts["port"] if (parts["scheme"] or "").startswith("http") else ""
        host, path = f"{parts['host']}{port or ''}".lower(), parts["path"] or ""
    return host, path.strip("/").removesuffix(".git").rstrip("/")


def _origin(root: Path) -> str:
    try:
        return git(root, "config", "--get", "remote.origin.url").strip() if is_checkout(root) else ""
    except ToolError:
        return ""


def _project_source() -> str:
    from importlib import metadata

    urls = metadata.metadata("svcgen").get_all("Project-URL") or []
    return next(str(url).removeprefix("Source, ") for url in urls if url.startswith("Source, "))
