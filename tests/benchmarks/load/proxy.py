"""HAProxy in front of replicas, which it asks for /readyz as a platform's proxy does."""

import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from load.server import HOST, Server, free_port, wait_until_ready

# A failed connection is an error here: neither another attempt nor another replica hides it.
CONFIGURATION = """\
defaults
    mode http
    retries 0
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    option httpchk GET /readyz
frontend callers
    bind {host}:{port}
    default_backend replicas
backend replicas
{servers}
"""


@contextmanager
def haproxy(replicas: Sequence[int], check_seconds: float) -> Iterator[Server]:
    """Balance the load between the ports of two replicas; needs the program of that name (`apt install haproxy`)."""
    check = f"check inter {round(check_seconds * 1000)} fall 1 rise 1"
    servers = "\n".join(f"    server replica{port} {HOST}:{port} {check}" for port in replicas)
    with tempfile.TemporaryDirectory() as folder:
        port, path = free_port(), Path(folder) / "haproxy.cfg"
        path.write_text(CONFIGURATION.format(host=HOST, port=port, servers=servers))
        process = subprocess.Popen(["haproxy", "-q", "-db", "-f", path])
        try:
            proxy = Server(process, port)
            wait_until_ready(proxy)
            yield proxy
        finally:
            process.terminate()
            process.wait()
