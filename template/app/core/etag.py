"""The version of a row as its ETag, and the conditions of RFC 9110, section 13.1, that prevent lost updates."""

from http import HTTPStatus
from typing import Annotated, NamedTuple

from fastapi import Depends, Header, HTTPException


class Conditions(NamedTuple):
    if_match: str | None
    if_none_match: str | None


async def conditions(
    if_match: Annotated[
        str | None, Header(alias="If-Match", description="ETag of the version to change; 412 if it has changed since")
    ] = None,
    if_none_match: Annotated[
        str | None,
        Header(alias="If-None-Match", description="ETags of versions not to change, or *; 412 if one matches"),
    ] = None,
) -> Conditions:
    return Conditions(if_match, if_none_match)


IfMatch = Annotated[Conditions | None, Depends(conditions)]


def etag(version: int) -> str:
    return f'"{version}"'


def names(tags: str, version: int) -> bool:
    return not {"*", etag(version)}.isdisjoint(tag.strip() for tag in tags.split(","))


def require_match(given: Conditions | None, version: int) -> None:
    """Refuse to change a version that the caller has not read. A caller without conditions may overwrite it.

    Raises:
        HTTPException: 412, a condition is not met.
    """
    if given is None:
        return
    if given.if_match is not None and not names(given.if_match, version):
        raise HTTPException(HTTPStatus.PRECONDITION_FAILED, "This has changed since you read it: read it again")
    if given.if_none_match is not None and names(given.if_none_match.replace("W/", ""), version):
        raise HTTPException(HTTPStatus.PRECONDITION_FAILED, "This exists, and If-None-Match does not allow that")
