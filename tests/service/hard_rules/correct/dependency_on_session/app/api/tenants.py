from http import HTTPStatus

from fastapi import APIRouter

from app.deps import TenantDep
from app.errors import problem_responses
from app.models import Tenant
from app.schemas.tenant import TenantRead

router = APIRouter(prefix="/tenants", tags=["tenants"], responses=problem_responses(HTTPStatus.NOT_FOUND))


@router.get("/{slug}", response_model=TenantRead)
async def read_tenant(tenant: TenantDep) -> Tenant:
    return tenant
