"""How production serves the app. Dockerfile, compose.yaml and the platform's file give it the time that it takes."""

import gc
import signal
import sys

import uvicorn

from app.core.protocol import BoundedProtocol, throttle_warnings
from app.main import app
from app.settings import get_settings

# The platform's proxy keeps idle connections for 60 s; were this side the first to close one, a request could be lost.
KEEP_ALIVE_SECONDS = 65
# Longest wait for requests in flight. DRAIN_SECONDS and this have to be over before the platform kills.
GRACEFUL_SHUTDOWN_SECONDS = 20
# Collect once there are so many new objects. At Python's 2,000, those of requests under way are found alive and moved on.
YOUNG_OBJECTS = 10_000


def serve() -> None:
    """Serve until SIGTERM, then leave with exit code 0."""
    # Uvicorn raises the signal again once it is down, and by default that ends in 143.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    # What is imported stays: no full collection is to walk over it while all requests wait.
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
    throttle_warnings()
    uvicorn.run(
        app,
        # IPv4 and IPv6, which private networks use; "::" would be IPv6 alone.
        host="",
        port=get_settings().port,
        # More processes are more instances.
        workers=1,
        http=BoundedProtocol,
        # Only the platform's proxy reaches this port, from addresses that it does not publish. Trust it for the scheme,
        # never for the client's address, which a caller can forge.
        forwarded_allow_ips="*",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_SECONDS,
        # The app logs requests and in its own format.
        access_log=False,
        log_config=None,
        server_header=False,
    )
