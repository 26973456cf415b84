"""Sources that a checkout names: none of them runs a command, prompts, or keeps a survey waiting."""

import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path

import pexpect
import pytest

from hostile.checkout import commit, git
from hostile.conftest import Victim
from support.helpers import wait_until_gone

attack = pytest.mark.attack
LOOKS = {"status": ("status",), "check": ("update", "--check"), "dry-run": ("update", "--dry-run")}


OPTION, EXTERNAL = "--upload-pack=touch {}", "ext::sh -c touch% {}"
SOURCES = (OPTION, EXTERNAL, f"git+{OPTION}", f"git+{EXTERNAL}", "-utouch {}", "http://127.0.0.1:9/template")


@attack("`_src_path` is an option or a command", "refused by name, nothing is executed")
@pytest.mark.parametrize(
    ("source", "look"),
    [*((source, "status") for source in SOURCES), *product([OPTION, EXTERNAL], ["check", "dry-run"])],
)
def test_commands(victim: Victim, source: str, look: str) -> None:
    git(victim.service, "config", "protocol.ext.allow", "always")
    victim.answer(_src_path=json.dumps(source.format(victim.canaries / "source")))

    result = victim.run(*LOOKS[look])

    assert victim.sung == []
    assert result.returncode == 1
    assert "is not supported" in result.stdout + result.stderr


@attack("`_commit` is an option or an expression", "refused by name")
@pytest.mark.parametrize("version", ["--orphan=x", "v1.0.0..v1.1.0", "@{-1}"])
def test_versions(victim: Victim, version: str) -> None:
    victim.answer(_commit=json.dumps(version))
    result = victim.run("update", "--dry-run")
    assert (result.returncode, f"{version!r} is not a version of a template" in result.stderr) == (1, True)


@attack("settings of a checkout for those who ask a remote", "nothing is executed")
@pytest.mark.parametrize(
    ("setting", "source", "look"),
    [
        ("core.sshCommand", "ssh://git@127.0.0.1/template", "status"),
        ("core.gitProxy", "git://127.0.0.1:9/template", "check"),
        ("url.ext::{} x.insteadOf", "https://127.0.0.1/template", "dry-run"),
        ("url.ext::{} x.insteadOf", "https://127.0.0.1/template", "status"),
    ],
)
def test_settings(victim: Victim, setting: str, source: str, look: str) -> None:
    program = victim.program(victim.service / ".git" / "evil")
    git(victim.service, "config", "protocol.ext.allow", "always")
    git(victim.service, "config", setting.format(program), source if "insteadOf" in setting else str(program))
    victim.answer(_src_path=source)
    victim.run(*LOOKS[look])
    assert victim.sung == []


@attack("a source that asks for a password at the terminal", "refused at once, nobody is asked")
@pytest.mark.parametrize("look", LOOKS)
def test_prompts(victim: Victim, look: str) -> None:
    asks = 'exec 3<>/dev/tty || exit 1; printf "Password: " >&3; read answer <&3'
    path = f"{victim.program(victim.home / 'bin' / 'ssh', asks).parent}:{victim.environ['PATH']}"
    victim.answer(_src_path="ssh://git@127.0.0.1/template")
    command, *arguments = victim.command(*LOOKS[look])
    terminal = pexpect.spawn(
        command, arguments, cwd=str(victim.service), env={**victim.environ, "PATH": path}, encoding="utf-8", timeout=20
    )
    try:
        assert terminal.expect([pexpect.EOF, "Password", pexpect.TIMEOUT]) == 0, terminal.before
        assert victim.sung == ["ssh"]
    finally:
        terminal.close(force=True)


def silent(connection: socket.socket) -> None:
    with connection:
        while connection.recv(1 << 16):
            pass


def endless(connection: socket.socket) -> None:
    """Answer as git does, with references that never end."""
    number = 0
    with connection, suppress(OSError):
        while True:
            number += 1
            line = f"{number:040x} refs/tags/v{number}.0.0\n"
            connection.sendall(f"{len(line) + 4:04x}{line}".encode())


@pytest.fixture(params=[silent, endless])
def remote(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a git server that behaves badly."""
    behave: Callable[[socket.socket], None] = request.param
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=behave, args=[server.accept()[0]], daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield f"git://127.0.0.1:{server.getsockname()[1]}/template"


def other(victim: Victim, source: str) -> None:
    """Let the service be of a hostile source, with one beside it that is not."""
    shutil.copytree(victim.service, victim.place / "good", symlinks=True)
    victim.answer(_src_path=source)


@attack("a source that never answers, or never ends to", "a row of the survey, the others are as ever")
def test_remotes(victim: Victim, remote: str) -> None:
    other(victim, remote)

    result = victim.run("status", "--json", "--timeout=2", ".", "../good")

    bad, good = json.loads(result.stdout)["services"]
    assert (bad["behind"], bad["remarks"] != [], good["behind"], good["edited"]) == (None, True, 1, [])


def looping(template: Path) -> None:
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    (template / "template" / "loop.jinja").write_text(endless)


def tasks(template: Path) -> None:
    with (template / "copier.yml").open("a") as file:
        file.write("_tasks: [touch pwned]\n")


def extensions(template: Path) -> None:
    with (template / "copier.yml").open("a") as file:
        file.write("_jinja_extensions: [evil.Extension]\n")


def documents(template: Path) -> None:
    with (template / "copier.yml").open("a") as file:
        file.write("---\n_more: 1\n")


def brackets(template: Path) -> None:
    (template / "copier.yml").write_text("a: " + "[" * 200_000)


def no_mapping(template: Path) -> None:
    (template / "copier.yml").write_text("- a\n")


def circle(template: Path) -> None:
    (template / "template" / "circle").symlink_to(".")


def question(details: str) -> Callable[[Path], None]:
    def ask(template: Path) -> None:
        with (template / "copier.yml").open("a") as file:
            file.write(f"more: {{default: x, {details}}}\n")

    return ask


def skipped(template: Path) -> None:
    config = template / "copier.yml"
    lines = config.read_text().splitlines(keepends=True)
    start = next((number for number, line in enumerate(lines) if line.startswith("_skip_if_exists")), len(lines))
    del lines[start : start + 1]
    while start < len(lines) and lines[start].startswith((" ", "-")):
        del lines[start]
    config.write_text("".join([*lines, "\n_skip_if_exists: [[a]]\n"]))


QUESTIONS = {
    "choices": "choices: 5",
    "syntax of a validator": "validator: '{{'",
    "a validator": "validator: '{{ 1 / 0 }}'",
    "code": "validator: '{{ x.__class__.__mro__ }}'",
    "memory": "validator: \"{{ 'a' * 10000000000 }}\"",
}
ERRORS = (tasks, extensions, documents, brackets, no_mapping, skipped, circle)


@pytest.fixture
def evil(victim: Victim, fork: Path, request: pytest.FixtureRequest) -> Path:
    """A fork whose releases from v1.0.0 on are hostile."""
    template = Path(shutil.copytree(fork, victim.place / "evil", symlinks=True))
    request.param(template)
    commit(template, "v1.2.0")
    git(template, "tag", "--force", "v1.0.0")
    return template


@attack("a template of a source", "a row of the survey, the others are as ever")
@pytest.mark.parametrize("evil", [looping, tasks, brackets], indirect=True, ids=lambda make: make.__name__)
def test_templates(victim: Victim, evil: Path) -> None:
    other(victim, str(evil))

    result = victim.run("status", "--json", "--timeout=4", ".", "../good")

    bad, good = json.loads(result.stdout)["services"]
    assert (bad["edited"], bad["remarks"] != [], good["behind"], good["edited"]) == (None, True, 1, [])


@attack("a template of a source", "the user's error, with a hint")
@pytest.mark.parametrize("evil", ERRORS, indirect=True, ids=lambda make: make.__name__)
def test_errors(victim: Victim, evil: Path) -> None:
    victim.answer(_src_path=str(evil))
    result = victim.run("update", "--dry-run")
    assert (result.returncode, "the template" in result.stderr) == (1, True), result.stderr


@attack("a question of a template of a source has an error in", "the user's error, with a hint")
@pytest.mark.parametrize("evil", [question(details) for details in QUESTIONS.values()], indirect=True, ids=QUESTIONS)
def test_questions(victim: Victim, evil: Path) -> None:
    test_errors(victim, evil)


@attack("a tool of a service that prints for ever, with --rules", "a row of the survey, the others are as ever")
@pytest.mark.parametrize("script", ["exec yes", "exec yes >&2", "exec sleep 99"])
def test_tools(victim: Victim, script: str) -> None:
    other(victim, str(victim.place / "nowhere"))
    victim.program(victim.service / ".venv" / "bin" / "ruff", script)
    result = victim.run("status", "--json", "--rules", "--timeout=2", ".", "../good")
    bad, good = json.loads(result.stdout)["services"]
    assert (bad["failed_rules"], good["edited"]) == (None, [])
    assert any("ruff" in remark for remark in bad["remarks"])


@attack("a source that keeps a survey waiting, and a signal", "svcgen ends, and its children with it")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals(victim: Victim, number: signal.Signals) -> None:
    marker = victim.temporary / "pid"
    waits = f"trap '' TERM INT HUP; echo $$ >{marker}.new; mv {marker}.new {marker}; while :; do sleep 9; done"
    path = f"{victim.program(victim.home / 'bin' / 'ssh', waits).parent}:{victim.environ['PATH']}"
    victim.answer(_src_path="ssh://git@127.0.0.1/template")
    command = victim.command("status", "--timeout=99")
    with subprocess.Popen(command, cwd=victim.service, env={**victim.environ, "PATH": path}) as process:
        try:
            for _ in range(2000):
                if marker.exists():
                    break
                time.sleep(0.01)
            process.send_signal(number)
            assert process.wait(20) == 128 + number
            wait_until_gone(int(marker.read_text()))
        finally:
            process.kill()
            with suppress(ProcessLookupError, FileNotFoundError):
                os.kill(int(marker.read_text()), signal.SIGKILL)
