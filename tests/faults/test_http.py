"""Requests that no well-behaved client makes."""

import json
import os
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from faults.postgres import Postgres
from faults.server import Answer, Server, access_line, assert_nothing_leaked, assert_refused, cpu_seconds, running
from faults.wire import HEADERS, KEEP, connected, exchange, head, read
from service.conftest import Service

fault = pytest.mark.fault
MIB = 2**20
DEEP = 100_000
PARCEL = {"label": "a label", "count": 1, "ratio": 0.5, "amount": "1.00", "tags": [], "prices": []}


@pytest.fixture(scope="module")
def impatient(service: Service, cluster: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    log = tmp_path_factory.mktemp("impatient") / "log"
    with running(service, cluster, log, BODY_TIMEOUT_SECONDS="0.5") as server:
        yield server


@pytest.fixture
def customer(server: Server, name: str) -> str:
    """The path of one that is stored, as it was first."""
    return str(server.post("/customers", {"name": name[-200:], "email": "first"}).headers["location"])


def parcel(**changes: Any) -> bytes:
    return json.dumps({**PARCEL, **changes}).encode()


def with_raw(field: str, value: bytes) -> bytes:
    """A parcel with a value that json.dumps would not write."""
    return parcel()[:-1] + f', "{field}": '.encode() + value + b"}"


def memory(server: Server) -> int:
    """How much the service holds, in MiB."""
    match = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{server.process.pid}/status").read_text())
    assert match
    return int(match[1]) // 1024


HEADER_FAULTS: dict[str, tuple[dict[str, Any], int]] = {
    "request id of 3,000 characters": ({"X-Request-ID": "x" * 3000}, 200),
    "binary request id": ({"X-Request-ID": b"\xff\x80\x81"}, 200),
    "request id with a log line in it": ({"X-Request-ID": '"}{"level":"error'}, 200),
    "key of 3,000 characters": ({"X-API-Key": "x" * 3000}, 401),
    "binary key": ({"X-API-Key": b"\xff\xfe"}, 401),
    "empty key": ({"X-API-Key": ""}, 401),
    "binary cookie": ({"Cookie": b"\xff=\xfe; a"}, 200),
    "binary accept": ({"Accept": b"\xff/\xfe;q=x"}, 200),
    "forged proxy headers": ({"X-Forwarded-For": b"\xff, ::1", "X-Forwarded-Proto": "gopher"}, 200),
    "binary host": ({"Host": b"\xff\xfe"}, 200),
}


@fault("A header is long or binary", "ignored or refused, and the log has an id of our own")
@pytest.mark.parametrize("case", HEADER_FAULTS)
def test_headers(server: Server, case: str) -> None:
    headers, status = HEADER_FAULTS[case]
    answer = server.get("/customers", **headers)

    assert answer.status == status
    assert re.fullmatch(r"[0-9a-f]{32}", answer.request_id)
    assert_nothing_leaked(answer)
    assert access_line(server, answer.request_id)["status"] == answer.status


@fault("A header comes twice", "the first counts")
def test_twice(server: Server) -> None:
    for keys, status in (((HEADERS, b"X-API-Key: no\r\n"), 200), ((b"X-API-Key: no\r\n", HEADERS), 401)):
        (answer,) = exchange(server, b"GET /customers HTTP/1.1\r\n", *keys, b"\r\n").answers
        assert answer.status == status


@fault("If-Match is garbage", "412, nothing changed")
@pytest.mark.parametrize(
    "tag", ["x" * 3000, b"\xff\xfe", '"', 'W/"1"', '"1', "1", ",,,", '"-1"', '"99999999999999999999"', ""]
)
def test_if_match(server: Server, customer: str, tag: str | bytes) -> None:
    change: dict[str, Any] = {"If-Match": tag}
    for method, body in (("PATCH", {"email": "second"}), ("DELETE", None)):
        assert_refused(server, server.request(method, customer, body, **change), 412)
    assert server.get(customer).json["email"] == "first"


HIDDEN = (
    b"POST /customers HTTP/1.1\r\n" + HEADERS + b"Content-Length: 35\r\n\r\n" + b'{"name": "smuggled", "email": "no"}'
)
MALFORMED = {
    "Content-Length and Transfer-Encoding": b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "the other way round": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 0\r\nContent-Length: 160\r\n\r\n",
    "a list of lengths": b"Content-Length: 0, 160\r\n\r\n",
    "negative length": b"Content-Length: -1\r\n\r\n",
    "length of 5,000 digits": b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
    "hexadecimal length": b"Content-Length: 0x0\r\n\r\n",
    "obscured chunked": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunked is not the last": b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "two transfer encodings": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "space before the colon": b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "folded header": b"X-Folded: a\r\n b\r\n\r\n",
    "NUL in a header": b"X-Nul: a\0b\r\n\r\n",
    "lines end with LF": b"X-LF: a\n\n",
    "no chunk size": b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
    "negative chunk size": b"Transfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n",
}


@fault("HTTP that can be read in two ways", "400, closed; what hides behind it is not read")
@pytest.mark.parametrize("case", MALFORMED)
def test_smuggling(server: Server, postgres: Postgres, case: str) -> None:
    reply = exchange(server, b"POST /customers HTTP/1.1\r\n" + KEEP + MALFORMED[case] + HIDDEN)

    assert [answer.status for answer in reply.answers] == [400]
    assert reply.is_closed
    assert_nothing_leaked(reply.answers[0])
    assert postgres.stored("smuggled") == 0


NOT_HTTP = {
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc" * 10,
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/9.9": b"GET /customers HTTP/9.9\r\n" + HEADERS + b"\r\n",
    "unknown method": head(b"BREW /customers"),
    "method in lower case": head(b"get /customers"),
    "bytes in a path": head("GET /customers/é".encode()),
    "bytes in a query": head(b"GET /customers?limit=\xff"),
}


@fault("Bytes that are no HTTP/1.1", "400, closed")
@pytest.mark.parametrize("case", NOT_HTTP)
def test_no_http(server: Server, case: str) -> None:
    reply = exchange(server, NOT_HTTP[case])

    (answer,) = reply.answers
    assert (answer.status, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json["detail"] == "This is not valid HTTP"
    assert reply.is_closed


@fault("Methods that a path has not", "405 that names those it has")
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "TRACE", "PROPFIND", "PUT"])
def test_methods(server: Server, method: str) -> None:
    answer = server.request(method, "/customers")

    assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")
    assert access_line(server, answer.request_id)["status"] == answer.status


PATHS = {
    "/customers/%00": 422,
    "/customers/%ED%A0%80": 422,
    "/customers/%FF%FE": 422,
    "/customers/%": 422,
    "/customers/%zz": 422,
    "/customers/1e3": 422,
    "/customers/%D9%A1": 422,
    "/customers/-1": 422,
    "/customers/9223372036854775808": 422,
    "/customers/" + "9" * 5000: 422,
    "/customers/9223372036854775807": 404,
    "/customers/1%2F..": 404,
    "/customers/../healthz": 404,
    "//customers": 404,
    "/%FF": 404,
    "/customers?after=9223372036854775808": 422,
    "/customers?after=eyJpZCI6MX0": 422,
    "/customers?after=%00": 422,
    "/customers?after=%ED%A0%80": 422,
    "/customers?limit=NaN": 422,
    "/customers?limit=1e1": 422,
    "/customers?limit=%F0%28": 422,
    "/customers?" + "limit=1&" * 5000: 200,
}


@fault("A path or a cursor is garbage", "404 or 422, never a 500")
def test_paths(server: Server) -> None:
    for path, status in PATHS.items():
        answer = server.get(path)
        assert answer.status == status, path
        if status != 200:
            assert_refused(server, answer, status)


BODIES = {
    "invalid JSON": b"{",
    "two documents": b"{}{}",
    "null": b"null",
    "not UTF-8": b'{"label": "\xff\xfe"}',
    "100,000 levels": b"[" * DEEP,
    "100,000 levels of objects": b'{"a":' * DEEP,
    "100,000 levels in a field": with_raw("payload", b"[" * DEEP + b"]" * DEEP),
    "1,000 levels in a field": with_raw("payload", b"[" * 1000 + b"]" * 1000),
    "NUL in str": parcel(label="a\0b"),
    "NUL in text": parcel(note="\0"),
    "NUL in a list": parcel(tags=["\0"]),
    "NUL in json": parcel(payload={"a": ["\0"]}),
    "NUL in a key of json": parcel(payload={"\0": 1}),
    "NUL in a key": parcel(**{"\0": 1}),
    "surrogate in str": parcel(label="\ud800"),
    "surrogate in text": parcel(note="\udfff"),
    "surrogate in a list": parcel(tags=["\ud800"]),
    "surrogate in json": parcel(payload={"a": ["\ud800"]}),
    "surrogate in an enum": parcel(status="\ud800"),
    "surrogate in a key": parcel(**{"\ud800": 1}),
    "surrogate in a date": parcel(due="\ud800"),
    "bigint over 64 bits": parcel(big=2**63),
    "reference over 64 bits": parcel(customer_id=2**63),
    "integer of 5,000 digits": with_raw("big", b"9" * 5000),
    "float over all": with_raw("ratio", b"1e999"),
    "NaN": parcel(ratio=float("nan")),
    "infinity": parcel(ratio=float("inf")),
    "NaN in json": parcel(payload=[float("nan")]),
    "year 0": parcel(due="0000-01-01"),
    "year 10000": parcel(due="10000-01-01"),
    "date as a number": parcel(due=0),
    "first moment": parcel(sent_at="0001-01-01T00:00:00Z"),
    "last moment": parcel(sent_at="9999-12-31T23:59:59Z"),
    "leap second": parcel(sent_at="2016-12-31T23:59:60Z"),
    "decimal of 5,000 digits": parcel(amount="9" * 5000),
    "decimal with an exponent": parcel(amount="1e1000000"),
    "decimal NaN": parcel(amount="sNaN"),
    "100,000 wrong values": parcel(prices=[1] * 100_000),
    "20,000 wrong fields": parcel(**{f"x{number}": 1 for number in range(20_000)}),
}


@fault("A body is no JSON, or holds what can't be stored", "400 or 422 for less than 0.5 s of CPU, nothing stored")
@pytest.mark.parametrize("case", BODIES)
def test_bodies(server: Server, postgres: Postgres, case: str) -> None:
    before = cpu_seconds(server)
    answer = server.post("/parcels", BODIES[case])

    assert answer.status in {400, 422}
    assert_refused(server, answer, answer.status)
    assert len(answer.body) < 20_000
    assert cpu_seconds(server) - before < 0.5
    assert postgres.psql("SELECT count(*) FROM parcels") == "0"


@fault("A body has another type", "422")
@pytest.mark.parametrize("kind", ["", "text/plain", "application/xml", "multipart/form-data; boundary=x", b"\xff\xfe"])
def test_content_types(server: Server, kind: str) -> None:
    assert_refused(server, server.post("/parcels", parcel(), **{"Content-Type": kind}), 422)


def upload(server: Server, header: bytes, chunk: bytes) -> tuple[Answer, int]:
    """Send a chunk a hundred times; return the answer and the most memory that the service took meanwhile."""
    with connected(server, b"POST /customers HTTP/1.1\r\n" + KEEP + header + b"\r\n") as connection:
        most = 0
        for _ in range(100):
            connection.sendall(chunk)
            most = max(most, memory(server))
        connection.settimeout(1)
        (answer,) = read(connection).answers
        return answer, most


@fault("100 MB", "413, and memory stays flat")
@pytest.mark.parametrize("how", ["declared", "chunked"])
def test_large(server: Server, how: str) -> None:
    before = memory(server)
    chunk = b"x" * MIB
    if how == "declared":
        answer, most = upload(server, b"Content-Length: %d\r\n" % (100 * MIB), chunk)
    else:
        answer, most = upload(server, b"Transfer-Encoding: chunked\r\n", b"%x\r\n%b\r\n" % (MIB, chunk))

    assert_refused(server, answer, 413)
    assert most - before < 16


@fault("A body says that it is longer than it is", "408 after BODY_TIMEOUT_SECONDS, closed, nothing stored")
def test_short_body(impatient: Server, postgres: Postgres, name: str) -> None:
    body = json.dumps({"name": name, "email": "e"}).encode()
    reply = exchange(impatient, b"POST /customers HTTP/1.1\r\n" + KEEP + b"Content-Length: 9999\r\n\r\n" + body)

    assert reply.is_closed
    (answer,) = reply.answers
    assert_refused(impatient, answer, 408)
    assert answer.headers["connection"] == "close"
    assert postgres.stored(name) == 0


@fault("50 clients send a byte at a time", "408 for each, and others are served meanwhile")
def test_slow_bodies(impatient: Server) -> None:
    start = b"POST /customers HTTP/1.1\r\n" + KEEP + b"Content-Length: 9999\r\n\r\n{"
    with ExitStack() as stack, ThreadPoolExecutor(50) as pool:
        slow = [stack.enter_context(connected(impatient, start)) for _ in range(50)]
        for _ in range(3):
            assert impatient.get("/customers").status == 200
            for connection in slow:
                connection.sendall(b" ")
            time.sleep(0.05)
        statuses = {answer.status for reply in pool.map(read, slow) for answer in reply.answers}

    assert statuses == {408}


@fault("50 clients never finish their headers", "others are served; each is a 408 after 10 s")
def test_slow_headers(server: Server) -> None:
    with ExitStack() as stack:
        for _ in range(50):
            stack.enter_context(connected(server, b"GET /customers HTTP/1.1\r\n" + KEEP + b"X-Slow: "))
        assert server.get("/customers").status == 200


@fault("A client closes in the middle of its body", "nothing stored, a log line")
@pytest.mark.parametrize("half", [False, True], ids=["both sides", "its side"])
def test_closes(server: Server, postgres: Postgres, name: str, half: bool) -> None:
    identity = f"closes-{half}-{os.getpid()}"
    top = (
        b"POST /customers HTTP/1.1\r\n" + KEEP + b"X-Request-ID: %b\r\nContent-Length: 999\r\n\r\n" % identity.encode()
    )
    with connected(server, top + json.dumps({"name": name, "email": "e"}).encode()) as connection:
        if half:
            connection.shutdown(1)
            assert read(connection).is_closed

    access_line(server, identity)
    assert postgres.stored(name) == 0


@fault("Requests come without waiting for answers", "answered in their order, each with an id")
def test_pipelining(server: Server) -> None:
    paths = (b"/customers", b"/nowhere", b"/healthz")
    requests = b"".join(b"GET %b HTTP/1.1\r\n%b\r\n" % (path, KEEP) for path in paths)
    reply = exchange(server, requests + head(b"GET /customers/9223372036854775807"))

    assert [answer.status for answer in reply.answers] == [200, 404, 200, 404]
    assert len({answer.request_id for answer in reply.answers}) == 4


@fault("HTTP/1.0", "answered and closed")
def test_http_1_0(server: Server) -> None:
    reply = exchange(server, b"GET /customers HTTP/1.0\r\n" + KEEP + b"\r\n")

    assert ([answer.status for answer in reply.answers], reply.is_closed) == ([200], True)


@fault("An upgrade that is not there", "answered as if it had not been asked for")
@pytest.mark.parametrize("protocol", [b"websocket", b"h2c"])
def test_upgrades(server: Server, protocol: bytes) -> None:
    upgrade = b"Connection: close, Upgrade\r\nUpgrade: %b\r\n\r\n" % protocol
    reply = exchange(server, b"GET /customers HTTP/1.1\r\n" + KEEP + upgrade)

    assert [answer.status for answer in reply.answers] == [200]


@fault("200 requests with wrong keys", "401 each, few log lines, the others counted")
def test_flood_of_refusals(service: Service, cluster: Postgres, log: Path) -> None:
    with running(service, cluster, log) as server, ThreadPoolExecutor(4) as pool:
        started = time.monotonic()
        statuses = set(pool.map(lambda _: server.get("/customers", key="wrong").status, range(200)))
        seconds = time.monotonic() - started
        server.process.terminate()
        server.ended()
        lines = [line for line in server.lines() if line["logger"] == "app.access"]

    assert statuses == {401}
    logged = [line for line in lines if line.get("status") == 401]
    assert len(logged) <= 10 * (seconds + 2)
    assert len(logged) + sum(line.get("left_out", 0) for line in lines) == 200
