"""What a command of a document needs to exist: its program, sub-command, app, service of compose.yaml and files."""

import re
import shlex
import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import alembic.command

from tests.core.documents import ROOT

# What comes with the machine or from the platform, and not with uv.lock.
EXTERNAL = {
    "cat", "cd", "cp", "curl", "docker", "echo", "export", "fly", "gh", "git", "grep", "head", "jq", "ls", "mkdir", "mv", "openssl",
    "pre-commit", "psql", "railway", "rm", "source", "tail", "touch", "uv", "uvx",
}  # fmt: skip
INSTALLED = {path.stem for path in Path(sys.executable).parent.iterdir()}
UV = {"add", "export", "lock", "pip", "python", "remove", "run", "sync", "tool", "tree", "version", "venv"}
UV_RUN_OPTIONS_WITH_VALUE = {"--env-file", "--extra", "--group", "--python", "--with"}
COMPOSE_VERBS_WITH_SERVICES = {"build", "exec", "logs", "pull", "restart", "run", "start", "stop", "up"}
FILE = re.compile(r"[\w.-]+\.(example|ini|json|md|py|toml|txt|ya?ml)")
PLACEHOLDER = re.compile(r"[<>*{}$]")


def faults(program: str, *arguments: str) -> Iterator[str]:
    """Say what one command needs and does not find."""
    verb = next((word for word in arguments if not word.startswith("-")), "")
    if program == "uv" and verb == "run":
        yield from faults(*what_uv_runs(*arguments[arguments.index("run") + 1 :]))
    elif program == "uv" and verb and verb not in UV:
        yield f"there is no uv {verb}"
    elif program == "alembic" and verb and not hasattr(alembic.command, verb):
        yield f"there is no alembic {verb}"
    elif program == "uvicorn":
        yield from (f"there is no {word}" for word in arguments if ":" in word and not is_app(word))
    elif program == "python" and arguments[:1] == ("-m",) and not is_module(arguments[1]):
        yield f"there is no module {arguments[1]}"
    elif program == "docker" and verb == "compose":
        yield from faults_of_compose(*(word for word in arguments[1:] if re.fullmatch(r"[a-z][\w-]*", word)))
    elif program not in EXTERNAL | INSTALLED and not program.endswith(".py"):
        yield f"there is no program {program}; if uv.lock is not to bring it, name it in tests/core/shell.py"
    yield from (f"there is no {word}" for word in (program, *what_it_reads(program, *arguments)) if is_gone(word))


def what_uv_runs(*words: str) -> tuple[str, ...]:
    while words[0].startswith("-"):
        words = words[2 if words[0] in UV_RUN_OPTIONS_WITH_VALUE else 1 :]
    return words


def is_module(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def is_app(target: str) -> bool:
    module, _, attribute = target.partition(":")
    return is_module(module) and hasattr(import_module(module), attribute)


def faults_of_compose(*words: str) -> Iterator[str]:
    services = compose_services()
    verb = next((word for word in words if word in COMPOSE_VERBS_WITH_SERVICES), None)
    names = words[words.index(verb) + 1 :] if verb else ()
    if verb in {"exec", "run"}:  # what follows the service is no service
        names = () if services.keys() & set(names) else names
    yield from (f"compose.yaml has no service {name}" for name in names if name not in services)


def what_it_reads(program: str, *arguments: str) -> Iterator[str]:
    """The words of a command without the paths that it makes."""
    if program in {"cp", "mv"}:
        arguments = arguments[:-1]
    if program not in {"mkdir", "touch"}:
        before = ("", *arguments)
        yield from (
            word for last, word in zip(before, arguments, strict=False) if last not in {"-o", ">", "--output-file"}
        )


def is_gone(word: str) -> bool:
    """Whether it names a file that is not there: one in a folder of this repository, or one as there are in its root."""
    path = word.removeprefix("./").partition("::")[0]
    named = FILE.fullmatch(path) or is_below_a_folder(path)
    return bool(named) and not PLACEHOLDER.search(path) and not (ROOT / path).exists()


def is_below_a_folder(path: str) -> bool:
    folder, slash, _rest = path.partition("/")
    return bool(folder and slash) and folder != ".venv" and (ROOT / folder).is_dir()


def split(script: str) -> list[list[str]]:
    """Split a script into commands, each into its words, without comments, prompts and leading ``NAME=value``."""
    script = re.sub(r"\\\n|^ *\$ |(?:^|(?<=\s))#.*$", " ", script, flags=re.MULTILINE)
    lexer = shlex.shlex(script, posix=True, punctuation_chars="&|;\n")
    lexer.whitespace_split, lexer.whitespace, lexer.commenters = True, " \t", ""
    commands: list[list[str]] = [[]]
    for word in lexer:
        if set(word) <= set("&|;\n"):
            commands.append([])
        elif commands[-1] or not re.match(r"\w+=", word):
            commands[-1].append(word)
    return [command for command in commands if command]


def compose_services() -> dict[str, str]:
    """Return the lines of each service of compose.yaml, which is formatted as ours are: it takes no parser of YAML."""
    file = ROOT / "compose.yaml"
    if not file.exists():
        return {}
    services = re.search(r"^services:\n((?:(?: .*)?\n)+)", file.read_text(), flags=re.MULTILINE)
    assert services, "compose.yaml has no services, or not as indented as ours"
    return dict(re.findall(r"^  ([\w-]+):\n((?:(?: {3}.*)?\n)+)", services[1], flags=re.MULTILINE))
