"""The service as production runs it, `python -m app`; in development it is `uvicorn app.main:app --reload --reload-dir app`."""

import os
import signal

# The first process of a container ignores a signal without a handler, and the imports below take most of a second.
# Nothing is open yet; an exception might end no more than one of the callbacks of these imports.
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))

from app.core.server import serve  # noqa: E402  # once there is a handler

serve()
