"""Entry point of `svcgen` and `python -m svcgen`."""

import gc
import sys

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
    signals.uninstall()
    sys.exit(code)


if __name__ == "__main__":
    main()
