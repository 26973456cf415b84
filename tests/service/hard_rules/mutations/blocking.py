# ruff: noqa: E501  (a table is read line by line)

from service.hard_rules.edit import Change, Insert
from service.hard_rules.mutation import Mutation, added, changed, handler
from service.hard_rules.rules import BLOCKING as RULE

TEST = "tests/core/test_health.py"
LIVE = "async def liveness() -> Health:\n"


def in_handler(name: str, file: str, imports: str, body: str, *, at: str, before: str = "") -> Mutation:
    return added(RULE, name, f"app/api/{file}.py", handler(body, imports=imports, before=before), at=at)


def behind_a_helper(name: str, imports: str, helper: str) -> Mutation:
    """One that only a run of the handler gives away: the call is in a synchronous function."""
    return changed(
        RULE,
        name,
        Insert("app/api/health.py", "import asyncio\n", imports),
        Change(
            "app/api/health.py",
            '@router.get("/healthz"',
            f'def helper() -> None:\n    {helper}\n\n\n@router.get("/healthz"',
        ),
        Insert("app/api/health.py", LIVE, "    helper()\n"),
        file="app/api/health.py",
        by=TEST,
    )


MUTATIONS = [
    changed(
        RULE,
        "time.sleep in a probe",
        Insert("app/api/health.py", "import asyncio\n", "import time\n"),
        Insert("app/api/health.py", LIVE, "    time.sleep(0.1)\n"),
        file="app/api/health.py",
        at=r"time\.sleep",
    ),
    in_handler("time.sleep", "bl_sleep", "import time", "time.sleep(1)", at=r"time\.sleep"),
    in_handler("sleep under another name", "bl_alias", "from time import sleep as pause", "pause(1)", at="pause"),
    in_handler("time under another name", "bl_module", "import time as clock", "clock.sleep(1)", at=r"clock\.sleep"),
    in_handler("requests", "bl_requests", "import requests", 'requests.get("https://example.com", timeout=5)', at="requests"),
    in_handler("httpx.get", "bl_httpx", "import httpx", 'httpx.get("https://example.com")', at="httpx.get"),
    in_handler("httpx.Client", "bl_client", "from httpx import Client as Http", 'Http().get("https://example.com")', at="Http"),
    in_handler("urllib", "bl_urllib", "from urllib.request import urlopen", 'urlopen("https://example.com")', at="urlopen"),
    in_handler("open", "bl_open", "", 'with open("/etc/hostname") as file:\n    file.read()', at=r"open\("),
    in_handler("Path.read_text", "bl_path", "from pathlib import Path", 'Path("/etc/hostname").read_text()', at="read_text"),
    in_handler("subprocess.run", "bl_subprocess", "import subprocess", 'subprocess.run(["/bin/true"], check=True)', at="subprocess.run"),
    in_handler("check_output imported", "bl_output", "from subprocess import check_output as run", 'run(["/bin/true"])', at=r"\brun\b"),
    in_handler("os.system", "bl_system", "import os", 'os.system("true")', at="os.system"),
    added(
        RULE,
        "a helper that sleeps",
        "app/services/bl_helper.py",
        "import time\n\n\ndef wait_a_little() -> None:\n    time.sleep(0.1)\n",
        at=r"time\.sleep",
    ),
    added(
        RULE,
        "a helper that waits for a process",
        "app/services/bl_process.py",
        'import subprocess\n\n\ndef convert() -> None:\n    subprocess.run(["/bin/true"], check=True)\n',
        at=r"subprocess\.run",
    ),
    behind_a_helper("a file, behind a helper", "from pathlib import Path\n", 'Path("/etc/hostname").read_text()'),
    behind_a_helper("a socket, behind a helper", "import socket\n", "socket.create_connection(('127.0.0.1', 9), 0.1)"),
]  # fmt: skip
