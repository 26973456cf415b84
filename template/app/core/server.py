"""Uvicorn as production runs it. The Dockerfile, compose.yaml and the platform's file allow for its shutdown time."""

import gc
import signal
import sys

import uvicorn

from app.core.protocol import BoundedProtocol, throttle_warnings
from app.main import app
from app.settings import get_settings

# Longer than the 60 s for which the platform's proxy keeps idle connections: whichever side closes first may lose a request.
KEEP_ALIVE_SECONDS = 65
# How long in-flight requests may take after the drain. DRAIN_SECONDS and this must end before the platform kills.
GRACEFUL_SHUTDOWN_SECONDS = 20
# Collect garbage after this many new objects. At Python's 2,000, most of those of in-flight requests would survive.
YOUNG_OBJECTS = 10_000


def serve() -> None:
    """Serve until SIGTERM, then exit with code 0."""
    # Uvicorn raises the signal again after its shutdown; the default handler would exit with 143.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    # Imported objects live forever: exclude them from full collections, which stop all requests.
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)
    throttle_warnings()
    uvicorn.run(
        app,
        # IPv4 and IPv6, which private networks use; "::" would be IPv6 alone.
        host="",
        port=get_settings().port,
        # To scale, run more instances.
        workers=1,
        http=BoundedProtocol,
        # Only the platform's proxy reaches this port, from addresses that it does not publish. Trust it for the scheme,
        # never for the client's address, which a caller can forge.
        forwarded_allow_ips="*",
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_SECONDS,
        # The app logs requests, in its own format.
        access_log=False,
        log_config=None,
        server_header=False,
    )
