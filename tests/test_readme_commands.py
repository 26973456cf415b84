"""Every command of the README runs as it is written, one block after the other, as a reader would."""

import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from conftest import ROOT, Svcgen
from generated.conftest import environment
from helpers import git
from svcgen.toolchain import Uv

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)
# Where each block is run, by its first line.
PLACES = {
    "uv run svcgen new billing ../billing": "svcgen",
    "svcgen new billing . --data-file ../answers.yml --json > ../made.json": "ci/billing",
    "svcgen add resource invoice number:str:unique amount:decimal:12,2 due:date:optional paid:bool:default=false \\": (
        "billing"
    ),
    'git add --all && git commit --quiet --message "Add invoices"': "billing",
    "svcgen update": "billing",
    "uvx copier copy git+https://github.com/svcgen/svcgen billing": "copied",
    "svcgen status ~/code/billing ~/code/catalog": "home",
}
WORK_ON_SVCGEN = "uv run pytest                          # all tests, in about eight minutes"
# Stand for what a reader has on PATH: without a network, and at a terminal where Enter answers each question.
PROGRAMS = {
    "svcgen": 'exec {python} -m svcgen "$@"',
    "uv": 'if [ "$1 $2" = "run svcgen" ]; then shift 2; exec {python} -m svcgen "$@"; fi; exec {uv} "$@"',
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
    for folder in (*PLACES.values(), "home/code", "bin"):
        (place / folder).mkdir(parents=True, exist_ok=True)
    (place / "billing").rmdir()
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
    # Of the suite of a service one file is enough here.
    path = f"{place / 'bin'}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "HOME": str(place / "home"), "GIT_CONFIG_GLOBAL": str(config), "PYTEST_ADDOPTS": "-k healthz"}
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


def test_every_block(reader: tuple[Path, Mapping[str, str]]) -> None:
    place, environ = reader
    for block in BLOCKS:
        first = block.splitlines()[0]
        if first != WORK_ON_SVCGEN:
            run(block, place / PLACES[first], environ)

    assert json.loads((place / "ci/made.json").read_text())["path"] == str(place / "ci/billing")
    assert (place / "copied/billing/app/main.py").is_file()


def test_command_without_a_clone(reader: tuple[Path, Mapping[str, str]]) -> None:
    place, environ = reader
    (command,) = re.findall(r"`(uvx --from [^`]+ svcgen new billing)`", README)
    run(f"{command} && svcgen --version", place, environ)

    assert (place / "billing/app/main.py").is_file()


def test_commands_for_work_on_svcgen_can_be_parsed() -> None:
    (block,) = (block for block in BLOCKS if block.startswith(WORK_ON_SVCGEN))
    for line in block.splitlines():
        assert subprocess.run(["bash", "-n", "-c", line], check=False).returncode == 0, line


def test_redirection_into_the_destination_is_named(svcgen: Svcgen, workdir: Path) -> None:
    (workdir / "made.json").touch()
    refused = svcgen("new", "billing", ".", "--json")

    assert refused.returncode == 1
    assert f"{workdir} is not empty, in the way: made.json" in refused.stderr
    assert "redirect output elsewhere" in refused.stderr
