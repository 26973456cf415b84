"""Completion in real shells, installed by `svcgen --install-completion`."""

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from cli.terminal.emulator import CTRL_U, ENTER, TAB, Terminal
from svcgen.cli.shells import SHELLS

STARTS = {
    "bash": (".bashrc", "PS1='> '"),
    "zsh": (".zshrc", "PS1='> '; unsetopt prompt_sp"),
    "fish": (".config/fish/config.fish", "function fish_prompt; echo -n '> '; end; set -g fish_greeting"),
}
# What is typed before one TAB, and the line after it.
TABS = {
    "svcgen n": "svcgen new ",
    "svcgen new --plat": "svcgen new --platform ",
    "svcgen new --platform ra": "svcgen new --platform railway ",
    "svcgen new --platform=ra": "svcgen new --platform=railway ",
    "svcgen new --data-file an": "svcgen new --data-file answers.yml ",
    "svcgen new billing fo": "svcgen new billing folder/",
    "svcgen add resource invoice sent:datet": "svcgen add resource invoice sent:datetime ",
    "svcgen add resource invoice total:dec": "svcgen add resource invoice total:decimal:",
    "svcgen add resource invoice due:date:d": "svcgen add resource invoice due:date:default=",
    "true | svcgen add resource a x:str and b a:re": "true | svcgen add resource a x:str and b a:ref:",
    "svcgen update --to v0.1": "svcgen update --to v0.1.0 ",
}


@pytest.fixture
def home(tmp_path: Path, name: str) -> Path:
    """A home with a prompt that is easy to find, and things that are not to be proposed."""
    file, content = STARTS[name]
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(content)  # without the end of its last line, as an editor may leave it
    (tmp_path / "answers.yml").touch()
    (tmp_path / "folder").mkdir()
    return tmp_path


class Shell(Terminal):
    """An interactive shell with an empty command line."""

    def __init__(self, name: str, home: Path, environ: Mapping[str, str]) -> None:
        super().__init__(("-i",), (100, 40), home, environ, program=(name,))
        self.shows(">")

    def shows(self, line: str) -> None:
        """Wait until the last line is this one, without the spaces at its end."""
        assert self.wait_for(lambda: self.text.rstrip("\n").rpartition("\n")[2] == line, 20), self.text


@pytest.fixture
def start(name: str, home: Path, environ: Mapping[str, str]) -> Iterator[Callable[[], Shell]]:
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    own = {"HOME": str(home), "PATH": path, "LANG": "C.UTF-8", "TERM": "xterm"}
    inherited = {key: value for key, value in environ.items() if not key.startswith("XDG_")}
    started: list[Shell] = []

    def new() -> Shell:
        started.append(Shell(name, home, {**inherited, **own}))
        return started[-1]

    yield new
    for shell in started:
        shell.close()


def install(shell: Shell) -> None:
    shell.send(f"svcgen --install-completion{ENTER}")
    shell.expect("to use it")


@pytest.mark.parametrize("name", SHELLS)
def test_the_first_tab(start: Callable[[], Shell]) -> None:
    install(start())
    shell = start()
    for line, expected in TABS.items():
        shell.send(line + TAB)
        shell.shows(f"> {expected}".rstrip())
        shell.send("#")
        shell.shows(f"> {expected}#")
        shell.send(CTRL_U)
        shell.shows(">")


@pytest.mark.parametrize("name", ["bash", "zsh"])
def test_installing_twice(start: Callable[[], Shell], home: Path, name: str) -> None:
    install(start())
    install(start())
    content = (home / STARTS[name][0]).read_text()
    assert content == f"{STARTS[name][1]}\nsource {home}/.local/share/svcgen/completion.{name}\n"


@pytest.mark.parametrize("name", SHELLS)
def test_the_script_can_be_evaluated(start: Callable[[], Shell], name: str) -> None:
    shell = start()
    shell.send("svcgen --show-completion | source" if name == "fish" else 'eval "$(svcgen --show-completion)"')
    shell.send(f"{ENTER}svcgen new --platform ra{TAB}")
    shell.expect("railway")
