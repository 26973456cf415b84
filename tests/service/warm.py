"""Runs pytest in services from a process that has their libraries imported: importing is most of a short run.

The app and its tests are imported anew each time, in a fork.
"""

import atexit
import gc
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

LIBRARIES = """
alembic.autogenerate alembic.command asyncpg blockbuster fastapi httpx
pydantic_settings pytest_asyncio.plugin pytest_cov.plugin sentry_sdk sqlalchemy.dialects.postgresql.asyncpg
sqlalchemy.ext.asyncio structlog uvicorn xdist.plugin
""".split()
# Whose assertions pytest would rewrite if it came first; they are not the service's.
IMPORTED = ("-W", "ignore::pytest.PytestAssertRewriteWarning")


def run(python: Path, directory: Path, arguments: Sequence[str], environ: Mapping[str, str]) -> tuple[int, str]:
    """Run pytest in a directory and return its exit code and what it printed."""
    with tempfile.NamedTemporaryFile("r", encoding="utf-8", errors="replace") as output:
        job = {
            "directory": str(directory),
            "arguments": [*IMPORTED, *arguments],
            "environ": dict(environ),
            "output": output.name,
        }
        server = _server(python)
        assert server.stdin
        assert server.stdout
        server.stdin.write(json.dumps(job) + "\n")
        server.stdin.flush()
        return int(server.stdout.readline()), output.read()


@cache
def _server(python: Path) -> "subprocess.Popen[str]":
    command = [str(python), "-P", __file__, *LIBRARIES]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    # The end of its standard input is its own.
    atexit.register(server.communicate)
    return server


def _serve() -> None:
    for library in sys.argv[1:]:
        import_module(library)
    # Otherwise each fork goes through all of it, and copies what it touches.
    gc.freeze()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _test(json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


def _test(job: Mapping[str, Any]) -> None:
    os.chdir(job["directory"])
    os.environ.clear()
    os.environ.update(job["environ"])
    null, output = os.open(os.devnull, os.O_RDONLY), os.open(job["output"], os.O_WRONLY)
    for descriptor, replaced in ((null, 0), (output, 1), (output, 2)):
        os.dup2(descriptor, replaced)
    sys.argv = ["pytest", *job["arguments"]]
    import pytest

    sys.exit(pytest.main(job["arguments"]))


if __name__ == "__main__":
    _serve()
