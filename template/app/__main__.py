"""Run the service as production does: `python -m app`."""

import os
import signal

# The kernel drops a signal without a handler for the first process of a container, and the imports below take most of a
# second. Nothing is open yet. An exception might only end a callback of these imports.
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))

from app.core.server import serve  # noqa: E402  # after the handler is set

serve()
