"""Accounts, and below each its members."""

from http import HTTPStatus

from fastapi import APIRouter

from app.api import members
from app.deps import SessionDep
from app.errors import NotFoundError, problem_responses
from app.models import Account
from app.schemas.account import AccountCreate, AccountRead

router = APIRouter(prefix="/accounts", tags=["accounts"])
router.include_router(members.router, prefix="/{account_id}/members")


@router.post(
    "", response_model=AccountRead, status_code=HTTPStatus.CREATED, responses=problem_responses(HTTPStatus.CONFLICT)
)
async def create_account(body: AccountCreate, session: SessionDep) -> Account:
    account = Account(name=body.name)
    session.add(account)
    await session.flush()
    return account


@router.get("/{account_id}", response_model=AccountRead, responses=problem_responses(HTTPStatus.NOT_FOUND))
async def read_account(account_id: int, session: SessionDep) -> Account:
    if account := await session.get(Account, account_id):
        return account
    raise NotFoundError("There is no such account")
