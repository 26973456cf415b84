"""Bytes that a caller should not send, and what it can't be let to have for them."""

import json
import time
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from typing import Any
from uuid import uuid4

import pytest

from faults.postgres import Postgres
from faults.server import KEY, Server, assert_nothing_leaked, cpu_seconds
from faults.wire import KEEP, connected, exchange, read
from hostile.service.wire import KEYLESS, chunked, first_answer, is_closed, kept_open, post

attack = pytest.mark.attack
MIB = 2**20

TRAILERS = {
    "X-API-Key": (KEYLESS, b"X-API-Key: %b" % KEY.encode(), 401),
    "X-Request-ID": (KEEP, b"X-Request-ID: of-a-trailer", 422),
    "X-Forwarded-Proto": (KEEP, b"X-Forwarded-Proto: https", 422),
}


@attack("A trailer is a header", "it is none")
@pytest.mark.parametrize("header", TRAILERS)
def test_trailers(target: Server, header: str) -> None:
    headers, trailer, status = TRAILERS[header]
    (answer,) = exchange(target, chunked(b"POST /customers", headers, b"{}", trailer)).answers

    assert answer.status == status
    assert answer.request_id != "of-a-trailer"
    assert "strict-transport-security" not in answer.headers


@attack("A trailer is a condition", "it is none")
def test_condition_in_a_trailer(target: Server, name: str) -> None:
    path = target.post("/customers", {"name": name, "email": "first"}).headers["location"].encode()
    (answer,) = exchange(target, chunked(b"PATCH " + path, KEEP, b'{"email": "second"}', b'If-Match: "0"')).answers

    assert answer.status == 200


KEYLESS_BODIES = {
    "no JSON": post(KEYLESS + b"Content-Length: 3\r\n", b"{{{"),
    "not UTF-8": post(KEYLESS + b"Content-Length: 2\r\n", b"\xff\xfe"),
    "nothing": post(KEYLESS + b"Content-Length: 0\r\n", b""),
    "never sent": post(KEYLESS + b"Content-Length: 9999\r\n", b""),
    "begun": post(KEYLESS + b"Content-Length: 9999\r\n", b'{"name":'),
    "too large": post(KEYLESS + b"Content-Length: %d\r\n" % (100 * MIB), b""),
    "chunked": post(KEYLESS + b"Transfer-Encoding: chunked\r\n", b"5\r\n{{{{{\r\n"),
    "wrong key": post(KEYLESS + b"X-API-Key: wrong\r\nContent-Length: 3\r\n", b"{{{"),
    "expects 100": post(KEYLESS + b"Expect: 100-continue\r\nContent-Length: 9999\r\n", b""),
}


@attack("A body without a key", "401 before a byte of it is read, closed")
@pytest.mark.parametrize("case", KEYLESS_BODIES)
def test_keyless_bodies(target: Server, case: str) -> None:
    with connected(target, KEYLESS_BODIES[case]) as connection:
        connection.settimeout(2)
        reply = read(connection)

    assert [answer.status for answer in reply.answers] == [401]
    assert reply.answers[0].headers["connection"] == "close"
    assert reply.is_closed
    assert_nothing_leaked(reply.answers[0])


HEADS = {
    "101 headers": b"a: b\r\n" * 100 + b"\r\n",
    "100,000 headers": b"a: b\r\n" * 100_000 + b"\r\n",
    "a header of 100,000 bytes": b"a: " + b"b" * 100_000 + b"\r\n\r\n",
    "a name of 100,000 bytes": b"a" * 100_000 + b": b\r\n\r\n",
    "a header that does not end": b"a: " + b"b" * MIB,
    "headers that do not end": b"a: b\r\n" * 100_000,
}


@attack("A head that is too large", "431, closed")
@pytest.mark.parametrize("case", HEADS)
def test_large_heads(target: Server, case: str) -> None:
    answer = first_answer(target, b"GET /healthz HTTP/1.1\r\nHost: service\r\n" + HEADS[case])

    assert answer.startswith(b"HTTP/1.1 431 ")
    assert b"application/problem+json" in answer


TAILS = {
    "a trailer that does not end": b"2\r\n{}\r\n0\r\na: ",
    "trailers that do not end": b"2\r\n{}\r\n0\r\n" + b"a: b\r\n" * 20_000,
    "a chunk extension that does not end": b"2;",
}


@attack("A body with too much beside it", "431, closed")
@pytest.mark.parametrize("case", TAILS)
def test_large_tails(target: Server, case: str) -> None:
    start = post(KEEP + b"Transfer-Encoding: chunked\r\n", TAILS[case])

    assert first_answer(target, start, *[b"b" * MIB] * 2).startswith(b"HTTP/1.1 431 ")


@attack("40 MB of one header", "less than 0.1 s of CPU")
def test_quadratic(target: Server) -> None:
    before = cpu_seconds(target)
    first_answer(target, b"GET /healthz HTTP/1.1\r\na: ", *[b"b" * MIB] * 40)

    assert cpu_seconds(target) - before < 0.1


SLOW = {
    "a connection": b"",
    "a request line": b"GET /heal",
    "headers": b"GET /healthz HTTP/1.1\r\nHost: service\r\na: ",
}


@attack("50 clients begin and send no more", "all are closed")
@pytest.mark.parametrize("case", SLOW)
def test_silence(target: Server, case: str) -> None:
    assert kept_open(target, SLOW[case], count=50, seconds=3) == 0


@attack("A header comes a byte at a time", "408, closed, however many bytes there are")
def test_trickle(target: Server) -> None:
    with connected(target, SLOW["headers"]) as connection:
        started = time.monotonic()
        while time.monotonic() - started < 4 and not is_closed(connection):
            connection.send(b"b")
            time.sleep(0.1)

        assert time.monotonic() - started < 3


@attack("40 requests on one connection, half of them crash", "none is lost")
def test_crashes(target: Server) -> None:
    with closing(HTTPConnection("127.0.0.1", target.port, timeout=5)) as connection:  # connects again when told to
        for number in range(40):
            path, status = ("/faults/crash", 500) if number % 2 else ("/nowhere", 404)
            connection.request("POST", path, headers={"X-API-Key": KEY})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == status


@attack("A number that is written otherwise", "422")
@pytest.mark.parametrize(
    "path",
    [
        *("/customers/1_0", "/customers/+1", "/customers/1.0", "/customers/01", "/customers/%201"),
        *("/customers?limit=1_0", "/customers?limit=%2B1", "/customers?limit=1.0", "/customers?after=1_0"),
    ],
)
def test_numbers(target: Server, cluster: Postgres, path: str) -> None:
    rows = "(1, 'first', 'e', 1), (10, 'tenth', 'e', 1)"
    columns = "(id, name, email, version) OVERRIDING SYSTEM VALUE"
    cluster.psql(f"INSERT INTO customers {columns} VALUES {rows} ON CONFLICT DO NOTHING")  # noqa: S608
    # Or another test runs into the row with id 10.
    cluster.psql("SELECT setval(pg_get_serial_sequence('customers', 'id'), max(id)) FROM customers")

    assert target.get(path).status == 422


@attack("Spaces around a key", "are no part of it")
@pytest.mark.parametrize("key", [b"%b ", b"%b\t", b"\t %b \t"])
def test_spaces(target: Server, key: bytes) -> None:
    headers = b"Host: service\r\nConnection: close\r\nX-API-Key:" + key % KEY.encode() + b"\r\n"
    (answer,) = exchange(target, b"GET /customers HTTP/1.1\r\n" + headers + b"\r\n").answers

    assert answer.status == 200


@attack("A write with If-None-Match", "412 where the row is there, unchanged")
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("tag", ["*", '"1"'])
def test_if_none_match(target: Server, name: str, method: str, tag: str) -> None:
    condition: dict[str, Any] = {"If-None-Match": tag}
    body = {"name": name[-200:], "email": "first"}
    path = target.post("/customers", body).headers["location"]

    assert target.request(method, path, body | {"email": "second"}, **condition).status == 412
    assert target.get(path).json["email"] == "first"


@attack("A read with If-None-Match", "304 without a body")
def test_not_modified(target: Server, name: str) -> None:
    path = target.post("/customers", {"name": name, "email": "first"}).headers["location"]
    answer = target.get(path, **{"If-None-Match": '"1"'})

    assert (answer.status, answer.body, answer.headers["etag"]) == (304, b"", '"1"')


@attack("What is no HTTP", "400, a problem with the headers of every answer")
@pytest.mark.parametrize("content", [b"\x16\x03\x01\r\n\r\n", b"BREW / HTTP/1.1\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n"])
def test_no_http(target: Server, content: bytes) -> None:
    (answer,) = exchange(target, content).answers

    assert (answer.status, json.loads(answer.body)["status"]) == (400, 400)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"


@attack("What is no HTTP, behind a request", "that one is answered, and is the last")
@pytest.mark.parametrize(
    "content", [b"\x16\x03\x01\r\n\r\n", b"BREW / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n: \r\n\r\n"]
)
@pytest.mark.parametrize("before", [0, 2])
def test_no_http_behind_a_request(target: Server, content: bytes, before: int) -> None:
    body = json.dumps({"name": str(uuid4()), "email": "first"}).encode()
    wanted = post(KEEP + b"Content-Length: %d\r\n" % len(body), body)
    probes = [b"GET /healthz HTTP/1.1\r\nHost: service\r\n\r\n"] * before
    reply = exchange(target, b"".join([*probes, wanted, content]))

    assert [answer.status for answer in reply.answers] == [200] * before + [201]
    assert reply.answers[-1].headers["connection"] == "close"
    assert reply.is_closed


FLOODS: dict[str, Callable[[int], bytes]] = {
    "unknown paths": lambda number: b"GET /nowhere/%d HTTP/1.1\r\n" % number + KEYLESS + b"\r\n",
    "unknown methods": lambda _number: b"DELETE /healthz HTTP/1.1\r\n" + KEYLESS + b"\r\n",
    "bodies": lambda _number: post(KEYLESS + b"Content-Length: 3\r\n", b"{{{"),
    "no HTTP": lambda _number: b"\x16\x03\x01\r\n\r\n",
    "upgrades": lambda _number: (
        b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    ),
}


@attack("100 lines for the log, without a key", "few are written")
@pytest.mark.parametrize("case", FLOODS)
def test_floods(target: Server, case: str) -> None:
    time.sleep(1.1)  # the second of another flood
    before, started = len(target.lines()), time.monotonic()
    for number in range(100):
        with connected(target, FLOODS[case](number)) as connection:
            connection.recv(65536)
    time.sleep(0.1)

    assert len(target.lines()) - before <= 11 * (time.monotonic() - started + 2)
