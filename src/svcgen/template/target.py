"""Resolve the versions of an update."""

from contextlib import suppress

from packaging.version import Version

from svcgen.errors import ServiceError, TemplateError, ToolError, UsageError
from svcgen.system.git import git
from svcgen.template.describe import COMMITS, commit_of
from svcgen.template.find import Template
from svcgen.template.history import carried_versions, parse_version, released_tags
from svcgen.template.source import same_source


def resolve_release(wanted: str, at: str, source: str, current: Template) -> str:
    """Return the tag of the release that `--to` names, with or without `v`.

    Args:
        wanted: The value of `--to`.
        at: The current version of the service.
        source: The source that it updates from.
        current: The template of this installation.

    Raises:
        UsageError: It is not a release.
        ServiceError: The service is at a newer version.
        TemplateError: The source of a fork can't be reached.
    """
    tag = _find_tag(wanted, source, current)
    before, after = parse_version(at), parse_version(tag)
    if before and after and before > after:
        raise ServiceError(
            f"the service is at {at}, which is newer than {tag}, and downgrades are not supported",
            hint="revert the commit of the update instead: git revert COMMIT",
        )
    return tag


def known_releases(current: Template) -> tuple[str, ...]:
    """Return the releases of its own template that this installation has, oldest first."""
    return tuple(dict.fromkeys((*carried_versions(), *((current.version,) if current.is_release else ()))))


def version_of(template: Template) -> Version | None:
    """Return the version of a template, a commit as a post-release; None if no earlier release is known."""
    version, commit = parse_version(template.version), commit_of(template.version)
    if version or not commit or not template.is_checkout:
        return version
    with suppress(ToolError):
        return parse_version(git(template.root, "describe", "--tags", commit).strip())
    # A clone without tags.
    for line in reversed(COMMITS.read_text().splitlines()):
        tag, released, *_ids = line.split()
        with suppress(ToolError):
            git(template.root, "merge-base", "--is-ancestor", released, commit)
            return parse_version(f"{tag}-1-g{commit}")
    return None


def _find_tag(wanted: str, source: str, current: Template) -> str:
    ours = same_source(source, current.source)
    if ours and wanted == current.version:
        return wanted
    known = known_releases(current) if ours else released_tags(source, prereleases=True)
    if ours and parse_version(wanted) and not {wanted, f"v{wanted}"} & set(known):
        # It may be a release that is newer than this installation.
        with suppress(TemplateError):
            known = released_tags(source, prereleases=True)
    for tag in (wanted, f"v{wanted}"):
        if tag in known:
            return tag
    raise UsageError(
        f"--to {wanted!r} is not a release of {source}; the releases are {', '.join(known)}",
        hint=f"svcgen update --to {_nearest(wanted, known)}",
    )


def _nearest(wanted: str, known: tuple[str, ...]) -> str:
    """Return the release that was probably meant: the same version in another form, or the newest."""
    version = parse_version(wanted)
    return next((tag for tag in known if version and parse_version(tag) == version), known[-1])
