"""Bytes that uvicorn's parser rejects, and headers over a limit, never reach the app."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest
from httpx import AsyncClient

from app.core.protocol import MAX_HEAD_BYTES, MAX_HEADERS, throttle_warnings
from app.settings import Settings
from tests.conftest import API_KEY
from tests.core.test_server import read_log, serve

KEY = f"X-API-Key: {API_KEY}\r\n".encode()
HEAD = b"GET /healthz HTTP/1.1\r\nConnection: close\r\n"
WIDGETS = "/widgets"
POST = f"POST {WIDGETS} HTTP/1.1\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n".encode()


@pytest.fixture(scope="module")
async def remote(settings: Settings) -> AsyncIterator[AsyncClient]:
    async with serve(settings) as client:
        yield client


async def exchange(remote: AsyncClient, *parts: bytes) -> bytes:
    """Send bytes, and read until the service closes."""
    reader, writer = await asyncio.open_connection(remote.base_url.host, remote.base_url.port)
    for part in parts:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(0.02)
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return answer


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ([HEAD + b"a: b\r\n" * (MAX_HEADERS - 1) + b"\r\n"], 200),
        ([HEAD + b"a: b\r\n" * MAX_HEADERS + b"\r\n"], 431),
        ([HEAD + b"a: " + b"b" * (MAX_HEAD_BYTES - 100) + b"\r\n\r\n"], 200),
        ([HEAD + b"a: " + b"b" * MAX_HEAD_BYTES + b"\r\n\r\n"], 431),
        ([HEAD + b"a: ", b"b" * MAX_HEAD_BYTES, b"b"], 431),
        ([b"GET /" + b"b" * MAX_HEAD_BYTES, b"b"], 431),
        ([POST + KEY + b"\r\n2\r\n{}\r\n0\r\n", b"a: " + b"b" * MAX_HEAD_BYTES], 431),
        ([POST + KEY + b"\r\n2\r\n{", b"}\r\n0;", b"b" * MAX_HEAD_BYTES + b"b"], 431),
        ([b"\x16\x03\x01\r\n\r\n"], 400),
    ],
)
async def test_bounds(remote: AsyncClient, parts: list[bytes], status: int) -> None:
    head, _, body = (await exchange(remote, *parts)).partition(b"\r\n\r\n")

    assert head.startswith(b"HTTP/1.1 %d " % status)
    if status != 200:
        assert b"\r\ncontent-type: application/problem+json\r\n" in head
        assert b'"status":%d' % status in body
    if status in {400, 431}:
        assert b"\r\nx-content-type-options: nosniff\r\n" in head


async def test_slow_headers(remote: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.core.protocol.HEAD_TIMEOUT_SECONDS", 0.05)

    assert b" 408 " in await exchange(remote, HEAD)
    # The first request gets its response, although the second one never completes.
    slow = f"GET {WIDGETS}/sleep/0.2 HTTP/1.1\r\n".encode()
    two = await exchange(remote, slow + KEY + b"\r\nGET /healthz HTTP/1.1\r\n")
    assert [two.count(b"HTTP/1.1 %d " % status) for status in (200, 408)] == [1, 1]


async def test_trailers_are_no_headers(remote: AsyncClient) -> None:
    body = b"\r\n2\r\n{}\r\n0\r\n%b\r\n"

    assert b" 401 " in await exchange(remote, POST + b"Connection: close\r\n" + body % KEY)
    answer = await exchange(remote, POST + KEY + b"Connection: close\r\n" + body % b"X-Request-ID: of-a-trailer\r\n")
    assert b"of-a-trailer" not in answer


async def test_a_flood_of_what_is_no_http(remote: AsyncClient, capfd: pytest.CaptureFixture[str]) -> None:
    throttle_warnings()
    for _ in range(15):
        await exchange(remote, b"\r\n\r\n\0")
    logging.getLogger("uvicorn.error").filters.clear()

    assert len([line for line in read_log(capfd) if "Invalid HTTP" in str(line["event"])]) < 15
