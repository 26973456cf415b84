"""Show a long text in the user's pager, as git does."""

import os
import signal
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path

from svcgen.errors import ToolError
from svcgen.system.git import run_git

# git's options for less and lv: keep the screen, show colours, and exit immediately if the text fits.
_OPTIONS = {"LESS": "FRX", "LV": "-c"}
# The shell exits with these codes if it can't run the command.
_CANNOT_RUN = {126, 127}


def page(text: str) -> bool:
    """Show a text in the user's pager, and return whether there is one.

    Leaving the pager early, by its own key or by Ctrl-C, is not an error.
    """
    command = "" if os.environ.get("TERM", "dumb") == "dumb" else _pager()
    return command not in {"", "cat"} and _run(command, text) not in _CANNOT_RUN


def coloured(diff: str) -> str:
    """Return a diff with the colours of git."""
    return "\n".join(_coloured(line) for line in diff.split("\n"))


def _coloured(line: str) -> str:
    styles = {"diff ": "1", "index ": "1", "--- ": "1", "+++ ": "1", "# ": "1", "@@": "36", "+": "32", "-": "31"}
    code = next((code for start, code in styles.items() if line.startswith(start)), "")
    return f"\x1b[{code}m{line}\x1b[m" if code else line


def _pager() -> str:
    """Return the pager, in git's order (`man git-var`), but never one from the configuration of a repository."""
    environ = os.environ
    return environ["GIT_PAGER"] if "GIT_PAGER" in environ else _configured() or environ.get("PAGER", "less")


def _configured() -> str:
    with suppress(ToolError), tempfile.TemporaryDirectory(prefix="svcgen-") as nowhere:
        outside = {"GIT_CEILING_DIRECTORIES": str(Path(nowhere).resolve().parent)}
        asked = ("config", "--get", "core.pager")
        return run_git(Path(nowhere), *asked, environ=outside, accept=(0, 1)).text.strip()
    return ""


def _run(command: str, text: str) -> int:
    # A relative entry of PATH would find a program in the checkout.
    path = os.pathsep.join(place for place in os.get_exec_path() if Path(place).is_absolute())
    environ = {**_OPTIONS, **os.environ, "PATH": path}
    process = subprocess.Popen(command, shell=True, stdin=subprocess.PIPE, env=environ)  # noqa: S602  (as git runs it)
    # After Popen, because a child inherits ignored signals. Ctrl-C is for the pager.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process.communicate(text.encode(errors="backslashreplace"))
    except BaseException:
        process.terminate()
        raise
    finally:
        signal.signal(signal.SIGINT, before)
    return process.returncode
