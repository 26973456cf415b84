"""A row's version as its ETag, and what callers make of it, so that nobody overwrites what they have not seen."""

from http import HTTPStatus
from typing import Annotated, NamedTuple

from fastapi import Depends, Header, HTTPException


class Conditions(NamedTuple):
    if_match: str | None
    if_none_match: str | None


async def conditions(
    if_match: Annotated[
        str | None,
        Header(alias="If-Match", description="ETag of what is to be changed; a 412 if it has changed meanwhile"),
    ] = None,
    if_none_match: Annotated[
        str | None, Header(alias="If-None-Match", description="ETag of what is not to be changed, or *; then a 412")
    ] = None,
) -> Conditions:
    return Conditions(if_match, if_none_match)


IfMatch = Annotated[Conditions | None, Depends(conditions)]


def etag(version: int) -> str:
    return f'"{version}"'


def names(tags: str, version: int) -> bool:
    return not {"*", etag(version)}.isdisjoint(tag.strip() for tag in tags.split(","))


def require_match(given: Conditions | None, version: int) -> None:
    """Refuse to change what the caller has not seen. Without a condition it is the caller's choice to overwrite."""
    if given is None:
        return
    if given.if_match is not None and not names(given.if_match, version):
        raise HTTPException(HTTPStatus.PRECONDITION_FAILED, "Somebody else has changed this meanwhile: read it again")
    if given.if_none_match is not None and names(given.if_none_match.replace("W/", ""), version):
        raise HTTPException(HTTPStatus.PRECONDITION_FAILED, "This is there, and If-None-Match says that it must not be")
