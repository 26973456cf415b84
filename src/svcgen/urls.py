"""Checks a git URL and a version that came from a file, before git sees them: each could be an option or a command."""

import re
from pathlib import Path

from svcgen.errors import TemplateError
from svcgen.service import ANSWERS_FILE

# Not http: git would hand stored credentials to whatever host the file names, in clear text. git:// has none to hand.
_SCHEMES = ("https", "ssh", "git", "file")
_SHORTHANDS = {"gh:": "https://github.com/", "gl:": "https://gitlab.com/"}
_URL = re.compile(rf"(?:{'|'.join(_SCHEMES)})://(?:[^-/\s][^/\s]*)?/(?!-)\S*")
# user@host:path; two colons call a remote helper, as ext::sh does.
_SCP = re.compile(r"(?:[\w.+][\w.+-]*@)?[A-Za-z0-9][A-Za-z0-9.-]*:(?!//|[:-])[^\s:][^:]*")
_VERSION = re.compile(r"[A-Za-z0-9](?:[\w.+/-]*[\w+-])?", re.ASCII)
_LONGEST = 500
_SHOWN = 80


def git_url(source: str) -> str:
    """Return the URL that git understands for the source of a template, as Copier writes it.

    Args:
        source: A git URL, perhaps with `git+` before it, a shorthand such as `gh:owner/name`, or a local path.

    Raises:
        TemplateError: It is none of these, or of a kind that can run a command.
    """
    url = source.removeprefix("git+")
    for short, long in _SHORTHANDS.items():
        if url.startswith(short):
            url = long + url.removeprefix(short)
    if len(url) <= _LONGEST and url.isprintable() and (_URL.fullmatch(url) or _SCP.fullmatch(url) or _is_path(url)):
        return str(Path(url).expanduser().absolute()) if _is_path(url) else url
    raise TemplateError(
        f"the template's source {_short(source)} is not a URL that svcgen asks: {', '.join(_SCHEMES)}, user@host:path, "
        "or a local path",
        hint=f"set _src_path in {ANSWERS_FILE} to the template's repository",
    )


def check_version(version: str) -> str:
    """Return the version of a template, if it can be nothing but a tag, a branch or a commit.

    Raises:
        TemplateError: It can be an option or an expression.
    """
    if len(version) <= _LONGEST and _VERSION.fullmatch(version) and ".." not in version:
        return version
    raise TemplateError(
        f"{_short(version)} is not a version of a template",
        hint=f"set _commit in {ANSWERS_FILE} to the release that the service was made from, such as v0.2.0",
    )


def _is_path(url: str) -> bool:
    return not url.startswith("-") and ":" not in url.partition("/")[0] and bool(url.strip())


def _short(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
