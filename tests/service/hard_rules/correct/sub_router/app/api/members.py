"""Members of one account; mounted by app.api.accounts."""

from collections.abc import Sequence
from http import HTTPStatus

from fastapi import APIRouter
from sqlalchemy import select

from app.deps import SessionDep
from app.errors import NotFoundError, problem_responses
from app.models import Account, Member
from app.schemas.account import MemberCreate, MemberRead

router = APIRouter(tags=["members"], responses=problem_responses(HTTPStatus.NOT_FOUND))


@router.get("", response_model=list[MemberRead])
async def list_members(account_id: int, session: SessionDep) -> Sequence[Member]:
    query = select(Member).where(Member.account_id == account_id).order_by(Member.id)
    return (await session.scalars(query)).all()


@router.post("", response_model=MemberRead, status_code=HTTPStatus.CREATED)
async def add_member(account_id: int, body: MemberCreate, session: SessionDep) -> Member:
    if not await session.get(Account, account_id):
        raise NotFoundError("There is no such account")
    member = Member(account_id=account_id, email=body.email)
    session.add(member)
    await session.flush()
    return member
