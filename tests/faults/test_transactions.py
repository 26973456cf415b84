"""What keeps a transaction from its end: time, locks, other transactions, a failing COMMIT, a client that goes away."""

import time
from pathlib import Path

import pytest

from faults.postgres import Postgres, wait_until
from faults.server import Answer, Server, access_line, assert_refused, running
from service.conftest import Service

fault = pytest.mark.fault
BUSY = "The database is too busy, nothing was stored"


def customer(name: str) -> dict[str, str]:
    return {"name": name, "email": "before"}


def assert_busy(server: Server, answer: Answer) -> None:
    assert_refused(server, answer, 503)
    assert answer.json["detail"] == BUSY


@fault("A statement takes too long (57014)", "503 with Retry-After, nothing stored")
def test_slow_statement(server: Server, postgres: Postgres, name: str) -> None:
    with postgres.trigger("customers", "AFTER INSERT", "PERFORM pg_sleep(20)"):
        answer = server.post("/customers", customer(name))

    assert_busy(server, answer)
    assert postgres.stored(name) == 0


@fault("A lock is not to be had (55P03)", "503 with Retry-After, nothing stored")
def test_lock_not_available(server: Server, postgres: Postgres, name: str) -> None:
    with postgres.default("lock_timeout = 100"), postgres.session() as somebody:
        somebody("BEGIN; LOCK TABLE customers")
        answer = server.post("/customers", customer(name))

    assert_busy(server, answer)
    assert postgres.stored(name) == 0


@fault("COMMIT finds a deferred constraint broken", "409, never a 2xx, nothing stored")
def test_commit_fails(server: Server, postgres: Postgres, name: str) -> None:
    with postgres.trigger("customers", "AT COMMIT", "RAISE foreign_key_violation"):
        answer = server.post("/customers", customer(name))

    assert_refused(server, answer, 409)
    assert postgres.stored(name) == 0


@fault("The connection is lost in COMMIT", "503 with Retry-After, never a 2xx, nothing stored")
def test_connection_lost_in_commit(server: Server, postgres: Postgres, name: str) -> None:
    with postgres.trigger("customers", "AT COMMIT", "PERFORM pg_terminate_backend(pg_backend_pid())"):
        answer = server.post("/customers", customer(name))

    assert_refused(server, answer, 503)
    assert postgres.stored(name) == 0


@fault("A serialization failure (40001)", "503 with Retry-After, nothing stored, works when tried again")
def test_serialization_failure(service: Service, postgres: Postgres, name: str, log: Path) -> None:
    strict = {"FAULTS_CONSTANTS": "app.db:TRANSACTION_ISOLATION=SERIALIZABLE"}
    with running(service, postgres, log, **strict) as server, postgres.session() as somebody:
        path = server.post("/customers", customer(name)).headers["location"]
        somebody(f"BEGIN; UPDATE customers SET email = 'theirs' WHERE name = '{name}'")  # noqa: S608
        change = server.start("PATCH", path, {"email": "ours"})
        wait_until(postgres.waiting, "our request waits for theirs")
        somebody("COMMIT")
        answer = change.result()
        again = server.request("PATCH", path, {"email": "ours"})

        assert_busy(server, answer)
    assert (again.status, again.json["email"]) == (200, "ours")


@fault("A deadlock (40P01)", "503 with Retry-After, nothing stored, works when tried again")
def test_deadlock(server: Server, postgres: Postgres, name: str) -> None:
    ours, theirs = (server.post("/customers", customer(f"{name}-{of}")).json["id"] for of in ("ours", "theirs"))
    body = f"IF pg_trigger_depth() = 1 THEN UPDATE customers SET email = 'both' WHERE id = {theirs}; END IF"  # noqa: S608
    with postgres.trigger("customers", "AFTER UPDATE", body), postgres.session() as somebody:
        somebody(f"SET deadlock_timeout = '1min'; BEGIN; SELECT FROM customers WHERE id = {theirs} FOR UPDATE")
        change = server.start("PATCH", f"/customers/{ours}", {"email": "ours"})
        wait_until(postgres.waiting, "our request waits for theirs")
        somebody(f"SELECT FROM customers WHERE id = {ours} FOR UPDATE; ROLLBACK")
        answer = change.result()
        emails = [server.get(f"/customers/{id_}").json["email"] for id_ in (ours, theirs)]
        again = server.request("PATCH", f"/customers/{ours}", {"email": "ours"})

    assert_busy(server, answer)
    assert emails == ["before", "before"]
    assert again.status == 200


@fault("The pool is exhausted by slow requests", "503 with Retry-After within 3 s; not ready, live; then ready again")
def test_pool_exhausted(service: Service, postgres: Postgres, log: Path, name: str) -> None:
    with running(service, postgres, log, DATABASE_POOL_SIZE="2") as server, postgres.session() as somebody:
        server.wait_for("/readyz", 200)
        somebody("BEGIN; LOCK TABLE customers")
        slow = [server.start("POST", "/customers", customer(f"{name}-{number}")) for number in range(2)]
        wait_until(lambda: postgres.waiting() == 2, "both connections are in use")
        started = time.monotonic()
        refused = server.many(20, "GET", "/invoices")
        seconds = time.monotonic() - started
        not_ready, live = server.get("/readyz"), server.get("/healthz")
        somebody("COMMIT")

        assert [request.result().status for request in slow] == [201, 201]
        for answer in refused:
            assert_refused(server, answer, 503)
        assert seconds < 3
        assert (not_ready.status, live.status) == (503, 200)
        assert server.get("/readyz").status == 200
        assert {answer.status for answer in server.many(20, "GET", "/invoices")} == {200}


@fault("Clients go away during their requests", "each is carried out whole and logged; no connection is lost")
def test_clients_go_away(server: Server, postgres: Postgres, name: str) -> None:
    ids = [f"{number:08}-{name.rpartition('-')[2]}" for number in range(10)]
    with postgres.session() as somebody:
        somebody("BEGIN; LOCK TABLE customers")
        gone = [
            server.start("POST", "/customers", customer(f"{name}-{id_}"), timeout=0.5, X_Request_ID=id_) for id_ in ids
        ]
        assert {type(request.exception()) for request in gone} == {TimeoutError}
        somebody("COMMIT")
        assert [access_line(server, id_)["status"] for id_ in ids] == [201] * 10

    assert {postgres.stored(f"{name}-{id_}") for id_ in ids} == {1}
    assert {answer.status for answer in server.many(30, "GET", "/customers")} == {200}
