"""Check a git URL and a version from a file before git reads them: each could be an option or run a command."""

import re

from svcgen.errors import ServiceError

# Not http: git would send stored credentials in clear text to the host that the file names. git:// sends none.
_SCHEMES = ("https", "ssh", "git", "file")
_URL = re.compile(rf"(?:{'|'.join(_SCHEMES)})://(?:[^-/\s][^/\s]*)?/(?!-)\S*")
# user@host:path, and Copier's gh:owner/name. Two colons would start a remote helper, such as ext::sh.
_SCP = re.compile(r"(?:[\w.+][\w.+-]*@)?[A-Za-z0-9][A-Za-z0-9.-]*:(?!//|[:-])[^\s:][^:]*")
_PATH = re.compile(r"(?!-)[^/:]+|(?!-)[^/:]*/.*")
_VERSION = re.compile(r"[A-Za-z0-9](?:[\w.+/-]*[\w+-])?", re.ASCII)
_LONGEST = 500
_SHOWN = 80


def check_source(source: str) -> str:
    """Return the source of a template as a service records it, if git can only read it as a repository.

    Args:
        source: A git URL, perhaps with `git+` before it, a shorthand such as `gh:owner/name`, or a local path.

    Raises:
        ServiceError: It is something else, or could make git run a command.
    """
    url = source.removeprefix("git+")
    known = (form.fullmatch(url) for form in (_URL, _SCP, _PATH))
    if len(url) <= _LONGEST and url.isprintable() and url.strip() and any(known):
        return source
    raise ServiceError(
        f"the template's source {_short(source)} is not supported; use a URL with {', '.join(_SCHEMES)}, "
        "user@host:path or a local path",
        hint="set _src_path in .copier-answers.yml to the template's repository",
    )


def check_version(version: str) -> str:
    """Return the version of a template, if git can only read it as a tag, a branch or a commit.

    Raises:
        ServiceError: It could be an option or an expression.
    """
    if len(version) <= _LONGEST and _VERSION.fullmatch(version) and ".." not in version:
        return version
    raise ServiceError(
        f"{_short(version)} is not a version of a template",
        hint="set _commit in .copier-answers.yml to the release that the service was created from, such as v0.2.0",
    )


def _short(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
