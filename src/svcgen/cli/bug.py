"""Write the log of a bug, to be pasted into a report."""

import os
import platform
import shlex
import sys
import tempfile
import time
import traceback
from pathlib import Path

ISSUES = "https://github.com/svcgen/svcgen/issues"


def write_log(arguments: list[str], error: BaseException, version: str) -> Path:
    """Write a log to the user's state directory, or else to the temporary directory.

    Args:
        arguments: The command line.
        error: The exception.
        version: The version of svcgen.
    """
    text = "\n".join(
        [
            f"svcgen {version}, Python {platform.python_version()}, {platform.platform()}",
            shlex.join(["svcgen", *arguments]),
            "",
            *traceback.format_exception(error),
        ]
    )
    name = f"svcgen-{time.strftime('%Y%m%dT%H%M%S')}-{os.getpid()}.log"
    # Path.home() raises if the user has no home directory.
    state = Path(os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")) / "svcgen"  # noqa: PTH111
    try:
        log = (state if state.is_absolute() else Path(tempfile.gettempdir())) / name
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(text, encoding=sys.getfilesystemencoding(), errors="backslashreplace")
    except OSError:
        log = Path(tempfile.gettempdir()) / name
        log.write_text(text, encoding=sys.getfilesystemencoding(), errors="backslashreplace")
    return log
