"""Entry point of `svcgen` and `python -m svcgen`."""

import gc
import os
import sys
from contextlib import suppress

with suppress(OSError):  # the working directory may be gone; cli.py says so
    if not sys.flags.safe_path and sys.path[:1] == [os.getcwd()]:  # noqa: PTH109  (pathlib would already be one of the checkout's modules)
        # `python -m` puts the working directory first: a checkout's modules would be imported in the place of ours.
        del sys.path[0]

from svcgen import signals


def main() -> None:
    """Run the command line and exit with its code."""
    try:
        signals.install()
        # What lives for a second needs no collector, which took a fifth of that second.
        gc.disable()
        # After the handlers, so that a signal during the imports is no traceback.
        from svcgen.cli import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = signals.exit_code()
    except BrokenPipeError:
        # The reader went away, as `head` does. Python flushes once more at exit, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = 1
    signals.uninstall()
    sys.exit(code)


if __name__ == "__main__":
    main()
