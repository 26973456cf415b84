import asyncio
import hashlib
from secrets import token_bytes

import structlog
from fastapi import APIRouter

from app.schemas.password import PasswordCheck, PasswordHash

router = APIRouter(prefix="/passwords", tags=["passwords"])
logger = structlog.get_logger(__name__)


def scrypt(password: str, salt: bytes) -> bytes:
    """Slow on purpose, so never on the event loop."""
    return hashlib.scrypt(password.encode(), salt=salt, n=2**12, r=8, p=1)


@router.post("/hash", response_model=PasswordHash)
async def hash_password(body: PasswordCheck) -> PasswordHash:
    salt = token_bytes(16)
    hashed = await asyncio.to_thread(scrypt, body.password.get_secret_value(), salt)
    logger.info("password hashed", salt_bytes=len(salt))
    return PasswordHash(salt=salt.hex(), hash=hashed.hex())
