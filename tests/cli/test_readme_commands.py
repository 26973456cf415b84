"""Every command of the README runs as it is written, one block after the other, as a reader would."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from service.conftest import environment
from support.helpers import git
from support.running import free_port
from support.svcgen import ROOT, Svcgen
from svcgen.system.uv import Uv

README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(sh|python)\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
# Where each block of shell is run, by its first line.
PLACES = {
    "uv run --no-dev svcgen new billing ../billing": "svcgen",
    'svcgen new billing --description "Sends invoices" --owner payments': "day",
    "cd billing": "day",
    "git add . && git diff --staged --stat": "day/billing",
    "uv run scripts/devdb.py                                  # in a second terminal; or: docker compose up db": (
        "day/billing"
    ),
    'uv run scripts/makemigration.py "add notes to invoices"': "day/billing",
    "svcgen update": "day/billing",
    "svcgen new billing . --data-file ../answers.yml --json > ../made.json": "ci/billing",
    "svcgen new billing . --keep-existing || [ $? -eq 5 ]": "forge/billing",
    "svcgen add resource customer name:str email:str:unique": "billing",
    'git add --all && git commit --quiet --message "Add customers"': "billing",
    "uvx copier copy git+https://github.com/svcgen/svcgen billing": "copied",
    "svcgen status ~/code/billing ~/code/catalog": "home",
}
MADE = {"billing", "day/billing"}  # by the commands
# Stand for what a reader has on PATH: without a network, and at a terminal where Enter answers each question.
PROGRAMS = {
    "svcgen": 'exec {python} -m svcgen "$@"',
    "uv": 'if [ "$1 $2 $3" = "run --no-dev svcgen" ]; then shift 3; exec {python} -m svcgen "$@"; fi; exec {uv} "$@"',
    "uvx": """
if [ "$1" = --from ]; then shift 3; exec {python} -m svcgen "$@" --no-sync; fi
exec {python} -m "$@" --defaults --data service_name=billing
""",
}


@pytest.fixture
def reader() -> Iterator[tuple[Path, Mapping[str, str]]]:
    """A folder with all places of the README, and the environment of whoever reads it."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)  # a service's Postgres runs as another user for root
        yield Path(folder), prepare(Path(folder))


def prepare(place: Path) -> dict[str, str]:
    for folder in {*PLACES.values(), "home/code", "bin", "day"} - MADE:
        (place / folder).mkdir(parents=True, exist_ok=True)
    for name in ("billing", "catalog"):
        (place / "home/code" / name).symlink_to(place / "billing")
    git(place / "ci/billing", "init", "--quiet")
    (place / "ci/answers.yml").write_text("owner: '@acme/payments'\n")
    config = place / "gitconfig"
    config.write_text(
        "[user]\n\tname = Ada\n\temail = ada@example.com\n"
        f'[url "file://{ROOT}"]\n\tinsteadOf = https://github.com/svcgen/svcgen\n'
    )
    uv = Uv.find("3.13", lambda _event: None)
    for name, script in PROGRAMS.items():
        program = place / "bin" / name
        program.write_text(f"#!/bin/sh\n{script.format(python=shlex.quote(sys.executable), uv=uv.program)}\n")
        program.chmod(0o755)
    path = f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}"
    few_tests = "-k 'healthz or create'"
    own = {"PATH": path, "HOME": str(place / "home"), "GIT_CONFIG_GLOBAL": str(config), "PYTEST_ADDOPTS": few_tests}
    return {**environment(), **own, "GIT_CONFIG_NOSYSTEM": "1", "UV_CACHE_DIR": cache_of(uv)}


def cache_of(uv: Uv) -> str:
    return subprocess.run([uv.program, "cache", "dir"], check=True, capture_output=True, text=True).stdout.strip()


def run(script: str, place: Path, environ: Mapping[str, str]) -> str:
    command = ["bash", "-euo", "pipefail", "-c", script]
    done = subprocess.run(
        command, cwd=place, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"
    return done.stdout


@contextmanager
def running(command: str, place: Path, environ: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Run a command until the end of the block, as a reader does in a terminal of its own."""
    with subprocess.Popen(
        ["bash", "-c", f"exec {command}"],
        cwd=place,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)


def serve(block: str, place: Path, environ: Mapping[str, str]) -> None:
    """Start the database and the service on free ports, and open the page that the README names next."""
    database, migrate, service = (line.partition("  #")[0].strip() for line in block.splitlines())
    env_file = place / ".env"
    env_file.write_text(env_file.read_text().replace("POSTGRES_PORT=5432", f"POSTGRES_PORT={free_port()}"))
    port = free_port()
    with running(database, place, environ) as postgres:
        assert postgres.stdout
        assert "ready" in postgres.stdout.readline()
        run(migrate, place, environ)
        with running(service, place, {**environ, "UVICORN_PORT": str(port)}):
            assert "swagger" in wait_for(f"http://localhost:{port}")


def wait_for(url: str) -> str:
    for _ in range(200):
        with suppress(OSError), urllib.request.urlopen(url) as response:  # noqa: S310
            return str(response.read().decode())
        time.sleep(0.1)
    pytest.fail(f"{url} does not answer")


def edit_the_model(lines: str, place: Path) -> None:
    model = place / "app" / "models" / "invoice.py"
    model.write_text(model.read_text() + lines)


def test_every_block(reader: tuple[Path, Mapping[str, str]]) -> None:
    place, environ = reader
    for language, block in BLOCKS:
        first = block.splitlines()[0]
        if language == "python":
            edit_the_model(block, place / "day" / "billing")
        elif first.startswith("uv run scripts/devdb.py"):
            serve(block, place / PLACES[first], environ)
        else:
            run(block, place / PLACES[first], environ)

    assert json.loads((place / "ci/made.json").read_text())["path"] == str(place / "ci/billing")
    assert (place / "copied/billing/app/main.py").is_file()
    assert list((place / "day/billing/alembic/versions").glob("*_add_notes_to_invoices_*"))


def test_command_without_a_clone(reader: tuple[Path, Mapping[str, str]]) -> None:
    place, environ = reader
    (command,) = re.findall(r"`(uvx --from [^`]+ svcgen new billing)`", README)
    run(f"{command} && svcgen --version", place, environ)

    assert (place / "billing/app/main.py").is_file()


@pytest.mark.parametrize("command", re.findall(r"^(?:[A-Z_]+=\S+ )*(?:uv|bash) .*", CONTRIBUTING, flags=re.MULTILINE))
def test_commands_of_contributors_can_be_parsed(command: str) -> None:
    assert subprocess.run(["bash", "-n", "-c", command], check=False).returncode == 0


def test_redirection_into_the_destination_is_named(svcgen: Svcgen, workdir: Path) -> None:
    (workdir / "made.json").touch()
    refused = svcgen("new", "billing", ".", "--json")

    assert refused.returncode == 1
    assert f"{workdir} is not empty, in the way: made.json" in refused.stderr
    assert "redirect output elsewhere" in refused.stderr
