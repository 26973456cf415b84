"""Run `svcgen` and `python -m svcgen`.

The top of this module imports only what Python has already loaded: until `_end_quietly` runs, Ctrl-C prints a
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
    # A process that lives for a second needs no garbage collector, which took a fifth of that second.
    gc.disable()
    try:
        code = run_command_line(sys.argv[1:])
    except KeyboardInterrupt:
        code = signals.exit_code()
    except BrokenPipeError:
        # The reader closed the pipe, as `head` does. Python flushes again at exit, which would print an error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        code = 1
    signals.uninstall()
    sys.exit(code)


def _end_quietly() -> None:
    """Exit immediately on a signal, without a traceback: until all modules are imported, there is nothing to clean up.

    An exception would not work: raised while a class is created or a lock is freed, it becomes another exception or a
    warning.
    """
    import signal

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(signum) is not signal.SIG_IGN:  # as under `nohup`
            signal.signal(signum, lambda number, _: os._exit(128 + number))


def _drop_working_directory() -> None:
    """Remove the working directory, which `python -m` adds to the import path: a checkout could replace our modules."""
    try:
        if not sys.flags.safe_path and sys.path[:1] == [os.getcwd()]:  # noqa: PTH109  (pathlib may be the checkout's)
            del sys.path[0]
    except OSError:
        pass  # the working directory is gone; `check_working_directory` reports it


if __name__ == "__main__":
    main()
