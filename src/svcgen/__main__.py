"""Entry point of `svcgen` and `python -m svcgen`.

Only modules that Python has loaded by itself are imported here at once: until `_end_quietly` is called, Ctrl-C prints a
traceback.
"""

import os
import sys

_NO_WINDOWS = (
    "error: svcgen does not run on Windows itself: run it in WSL, the Windows Subsystem for Linux\n"
    "hint: https://learn.microsoft.com/windows/wsl/install"
)


def main() -> None:
    """Run the command line and exit with its code."""
    if os.name == "nt" or sys.platform == "win32" or not hasattr(os, "killpg"):
        sys.exit(_NO_WINDOWS)
    try:
        _drop_working_directory()
        _end_quietly()
    except KeyboardInterrupt:
        os._exit(130)
    import gc

    from svcgen.cli.app import run_command_line
    from svcgen.system import signals

    signals.install()
    # What lives for a second needs no collector, which took a fifth of that second.
    gc.disable()
    try:
        code = run_command_line(sys.argv[1:])
    except KeyboardInterrupt:
        code = signals.exit_code()
    except BrokenPipeError:
        # The reader went away, as `head` does. Python flushes once more at exit, and would complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = 1
    signals.uninstall()
    sys.exit(code)


def _end_quietly() -> None:
    """End at once on a signal, without a traceback: there is nothing to clean up until all modules are imported.

    An exception would not do. Raised while a class is created or a lock freed, it becomes another one or a warning.
    """
    import signal

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(signum) is not signal.SIG_IGN:  # as under `nohup`
            signal.signal(signum, lambda number, _: os._exit(128 + number))


def _drop_working_directory() -> None:
    """Undo what `python -m` does to the import path: a checkout's modules would be imported in the place of ours."""
    try:
        if not sys.flags.safe_path and sys.path[:1] == [os.getcwd()]:  # noqa: PTH109  (pathlib may be the checkout's)
            del sys.path[0]
    except OSError:
        pass  # the working directory is gone; cli.py reports it


if __name__ == "__main__":
    main()
