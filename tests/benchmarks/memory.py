"""Measures what memory 200,000 requests leave behind: uv run tests/benchmarks/memory.py. Needs Linux.

Requests of every outcome, with and without a database, no two paths alike, so that whatever remembers one shows.
"""

from collections.abc import Iterator
from itertools import cycle, islice

from load.client import Client, request
from load.made import A_ROW, INVOICE, service
from load.report import judge
from load.server import serve

WARM_UP, REQUESTS, STEP, CONNECTIONS = 20_000, 200_000, 20_000, 16
# Of what the process has after the warm-up: an allocator's noise is below, 16 bytes kept of each request are above.
GROWTH = 0.02


def main() -> None:
    """Measure and print."""
    with service(INVOICE) as made, serve(made, "service") as server:
        client, requests = Client(server.port, CONNECTIONS), _requests()
        Client(server.port, 1).saturate([request("POST", "/invoices", A_ROW)])
        resident = {}
        for done in range(STEP, REQUESTS + 1, STEP):
            outcome = client.saturate(islice(requests, STEP))
            assert set(outcome.statuses) == {200, 404, 422}, outcome.statuses
            resident[done] = server.memory_mib()
            print(f"after {done:>7} requests{resident[done]:9.1f} MiB")
        growth = resident[REQUESTS] / resident[WARM_UP] - 1
        print(f"growth after {WARM_UP}: {growth:.1%}", judge(growth, at_most=GROWTH))


def _requests() -> Iterator[bytes]:
    kinds = cycle(
        ["/first?n={}", "/invoices/1?n={}", "/invoices/2{}", "/invoices?limit=5&n={}", "/none/{}", "/invoices/x{}"]
    )
    for number, kind in enumerate(kinds):
        yield request("GET", kind.format(number))


if __name__ == "__main__":
    main()
