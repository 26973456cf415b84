from http import HTTPStatus

from fastapi import APIRouter

from app.deps import SessionDep
from app.errors import ConflictError, problem_responses
from app.models import Invoice, InvoiceStatus
from app.schemas.invoice import InvoiceCreate, InvoiceRead

router = APIRouter(prefix="/invoices", tags=["invoices"])


@router.post("", response_model=InvoiceRead, status_code=HTTPStatus.CREATED)
async def create_invoice(body: InvoiceCreate, session: SessionDep) -> Invoice:
    invoice = Invoice(total=body.total)
    session.add(invoice)
    await session.flush()
    return invoice


@router.post("/{invoice_id}/send", response_model=InvoiceRead, responses=problem_responses(HTTPStatus.CONFLICT))
async def send_invoice(invoice_id: int, session: SessionDep) -> Invoice:
    invoice = await session.get_one(Invoice, invoice_id, with_for_update=True)
    if invoice.status != InvoiceStatus.DRAFT:
        raise ConflictError("Only a draft can be sent")
    invoice.status = InvoiceStatus.SENT
    return invoice
