from fastapi import APIRouter, Response

router = APIRouter(prefix="/receipts", tags=["receipts"])

EMPTY_PDF = b"%PDF-1.4\ntrailer<</Root<</Pages<</Kids[]/Count 0>>>>>>\n%%EOF"


class PdfResponse(Response):
    media_type = "application/pdf"


@router.get("/{receipt_id}.pdf", response_class=PdfResponse)
async def read_receipt(receipt_id: int) -> PdfResponse:
    disposition = f'inline; filename="receipt-{receipt_id}.pdf"'
    return PdfResponse(EMPTY_PDF, headers={"Content-Disposition": disposition})


@router.get(
    "/{receipt_id}.png",
    response_class=Response,
    response_model=None,
    responses={200: {"content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}}},
)
async def preview_receipt(receipt_id: int) -> Response:
    headers = {"Content-Disposition": f'inline; filename="receipt-{receipt_id}.png"'}
    return Response(b"\x89PNG\r\n\x1a\n", headers=headers, media_type="image/png")
