"""Runs svcgen in processes of its own without starting Python for each: all is imported once, and then forked.

Reads a JSON object a line (`arguments`, `directory`, `environ`, `output`) and answers with the exit status.
"""

import contextlib
import json
import os
import select
import signal
import sys
import tempfile
import time
from typing import Any

import copier  # noqa: F401  (what takes long to import)

import svcgen.cli.app
import svcgen.cli.report_update
import svcgen.cli.status
import svcgen.cli.update
import svcgen.commands.resume
import svcgen.commands.status
import svcgen.commands.update  # noqa: F401
from svcgen.__main__ import main

_LIMIT = 60.0


def _become_svcgen(request: dict[str, Any]) -> None:
    code = 70
    try:
        os.environ.clear()
        os.environ.update(request["environ"])
        os.chdir(request["directory"])
        tempfile.tempdir = None
        for number, name in ((0, os.devnull), (1, f"{request['output']}.out"), (2, f"{request['output']}.err")):
            os.dup2(os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), number)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.argv = ["svcgen", *request["arguments"]]
        main()
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


def _wait(pid: int) -> int:
    end = time.monotonic() + _LIMIT
    while time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        select.select([], [], [], 0.003)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return 99


def _serve() -> None:
    answers = os.fdopen(os.dup(1), "w")
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            _become_svcgen(json.loads(line))
        answers.write(f"{_wait(pid)}\n")
        answers.flush()


if __name__ == "__main__":
    _serve()
