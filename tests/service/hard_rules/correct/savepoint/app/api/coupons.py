from fastapi import APIRouter
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.deps import SessionDep
from app.models import Coupon
from app.schemas.coupon import CouponImport, CouponImported

router = APIRouter(prefix="/coupons", tags=["coupons"])


async def add(session: AsyncSession, code: str) -> bool:
    try:
        async with session.begin_nested():
            session.add(Coupon(code=code))
    except IntegrityError:
        return False
    return True


@router.post("/import", response_model=CouponImported)
async def import_coupons(body: CouponImport, session: SessionDep) -> CouponImported:
    added = [await add(session, code) for code in body.codes]
    return CouponImported(added=added.count(True), known=added.count(False))
