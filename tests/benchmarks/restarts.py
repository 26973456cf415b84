"""Restarts replicas under load and counts requests that fail: uv run tests/benchmarks/restarts.py. Needs haproxy.

Callers keep their connections and never try again: an answer that is no 200, or none, is a failure. First two replicas
behind HAProxy, which asks for /readyz as often as fly.toml says, are replaced one by one. Then one server alone
gets its SIGTERM while it is asked directly, with a long request under way. In the end it takes no new connection, and
ends new ones that it has read nothing from; that is no failure of a request, since it never saw one, but is counted.
"""

import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from threading import Event

from load.client import Connection, request
from load.made import INVOICE, Service, service
from load.proxy import haproxy
from load.report import judge
from load.server import Server, serve, start, wait_until_ready

CALLERS, THINK_SECONDS = 16, 0.01
ROUNDS, DRAIN_SECONDS, SLOW_SECONDS = 5, 1, 3
OK, NO_CONNECTION = "answered", "no new connection"
ENDED = {ConnectionError.__name__, ConnectionResetError.__name__}


def main() -> None:
    """Measure and print."""
    with service(INVOICE) as made:
        print(f"{'':44}{'requests':>10}{'not taken':>11}{'failed':>8}")
        _show("rolling restart of two behind haproxy", _rolling(made), [OK])
        direct: Counter[str] = Counter()
        for _ in range(ROUNDS):
            direct += _direct(made)
        _show(f"SIGTERM, asked directly, {ROUNDS} times", direct, [OK, NO_CONNECTION])


def _rolling(made: Service) -> Counter[str]:
    with ExitStack() as stack:
        replicas = [stack.enter_context(serve(made, "service")) for _ in range(2)]
        check_seconds = _check_seconds(made)
        proxy = stack.enter_context(haproxy([replica.port for replica in replicas], check_seconds))
        time.sleep(2 * check_seconds)
        with _calls(proxy.port) as outcomes:
            time.sleep(1)
            for replica in replicas:
                replica.stop()
                _replace(replica, made, stack)
                time.sleep(2 * check_seconds)
    return outcomes


def _check_seconds(made: Service) -> int:
    checks = tomllib.loads((made.path / "fly.toml").read_text())["http_service"]["checks"]
    return int(checks[0]["interval"].removesuffix("s"))


def _replace(replica: Server, made: Service, stack: ExitStack) -> None:
    successor = start(made, "service", replica.port)
    stack.callback(successor.process.kill)
    wait_until_ready(successor)


def _direct(made: Service) -> Counter[str]:
    with serve(made, "service", DRAIN_SECONDS=str(DRAIN_SECONDS)) as server, _calls(server.port) as outcomes:
        time.sleep(1)
        slow = Connection(server.port)
        slow.send(request("GET", f"/last/after/{SLOW_SECONDS}"))
        server.stop()
        outcomes[_outcome(slow)] += 1
    return outcomes


@contextmanager
def _calls(port: int) -> Iterator[Counter[str]]:
    """Keep asking, and add up what became of it at the end."""
    ended, outcomes = Event(), Counter[str]()
    with ThreadPoolExecutor(CALLERS) as pool:
        callers = [pool.submit(_caller, port, ended) for _ in range(CALLERS)]
        yield outcomes
        ended.set()
    for caller in callers:
        outcomes.update(caller.result())


def _caller(port: int, ended: Event) -> Counter[str]:
    outcomes, connection = Counter[str](), None
    while not ended.wait(THINK_SECONDS):
        is_kept = connection is not None and connection.is_usable()
        try:
            connection = connection if connection and is_kept else Connection(port)
        except ConnectionError:
            outcomes[NO_CONNECTION] += 1
            continue
        connection.send(request("GET", "/first"))
        outcome = _outcome(connection)
        outcomes[outcome if is_kept or outcome not in ENDED else NO_CONNECTION] += 1
    return outcomes


def _outcome(connection: Connection) -> str:
    try:
        status = connection.answer().status
    except ConnectionError as error:
        return type(error).__name__
    return OK if status == HTTPStatus.OK else f"status {status}"


def _show(name: str, outcomes: Counter[str], harmless: Sequence[str]) -> None:
    failed = {outcome: count for outcome, count in outcomes.items() if outcome not in harmless}
    print(
        f"{name:44}{outcomes.total():>10}{outcomes[NO_CONNECTION]:>11}{sum(failed.values()):>8}",
        judge(sum(failed.values()), at_most=0),
        failed or "",
    )


if __name__ == "__main__":
    main()
