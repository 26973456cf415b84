"""Programs that a checkout carries, and looking at it runs none of them and writes nothing."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hostile.checkout import changes, git
from hostile.conftest import Victim

attack = pytest.mark.attack
LOOKS = {
    "status": ("status",),
    "check": ("update", "--check"),
    "dry-run": ("update", "--dry-run"),
    "add": ("add", "resource", "invoice", "number:str", "--dry-run"),
}
TOOLS = ("alembic", "ast-grep", "git", "mypy", "pip", "pytest", "python", "python3", "ruff", "uv", "uvicorn")
HOOKS = "fsmonitor-watchman post-checkout post-commit post-index-change post-merge pre-commit reference-transaction"
MODULES = ("conftest", "git", "sitecustomize", "usercustomize", "jinja2", "typer", "yaml")


def virtual_environment(victim: Victim) -> None:
    for tool in TOOLS:
        victim.program(victim.service / ".venv" / "bin" / tool, "echo '[]'")
    (victim.service / ".git" / "info" / "exclude").write_text(".venv\n")


def top_directory(victim: Victim) -> None:
    tools = [tool for tool in TOOLS if tool != "alembic"]  # which is a folder of the service
    for tool in tools:
        victim.program(victim.service / tool)
    git(victim.service, "add", "--force", "--", *tools)
    git(victim.service, "commit", "--quiet", "--message", "tools")


def hooks(victim: Victim) -> None:
    for hook in HOOKS.split():
        victim.program(victim.service / ".git" / "hooks" / hook)
        victim.program(victim.service / "hooks" / hook)
    git(victim.service, "config", "core.hooksPath", "hooks")
    (victim.service / ".git" / "info" / "exclude").write_text("hooks\n")


def monitor(victim: Victim) -> None:
    program = victim.program(victim.service / ".git" / "monitor")
    git(victim.service, "config", "core.fsmonitor", str(program))
    git(victim.service, "config", "core.untrackedCache", "true")


def filters(victim: Victim) -> None:
    program = victim.program(victim.service / ".git" / "filter", "cat")
    for name in ("evil", "e=vil", "evil.er"):
        for kind in ("clean", "smudge", "process"):
            git(victim.service, "config", f"filter.{name}.{kind}", str(program))
    attributes = "*.yaml filter=evil\nDockerfile filter=e=vil\n*.toml filter=evil.er\n*.py filter=evil\n"
    (victim.service / ".git" / "info" / "attributes").write_text(attributes)
    for path in ("compose.yaml", "Dockerfile", "hard-rules/ruff.toml"):  # as a checkout that has just been unpacked
        os.utime(victim.service / path, (1, 1))


def drivers(victim: Victim) -> None:
    program = victim.program(victim.service / ".git" / "driver", "cat $1")
    for name in ("diff.external", "diff.evil.command", "diff.evil.textconv", "merge.evil.driver", "core.pager"):
        git(victim.service, "config", name, str(program))
    (victim.service / ".git" / "info" / "attributes").write_text("* diff=evil merge=evil\n")


def included_settings(victim: Victim) -> None:
    program = victim.program(victim.service / ".git" / "included", "cat")
    settings = f'[core]\nfsmonitor = {program}\n[filter "far"]\nclean = {program}\n[alias]\nstatus = !{program}\n'
    (victim.service / "settings").write_text(settings)
    git(victim.service, "config", "includeIf.gitdir:**.path", "../settings")
    (victim.service / ".git" / "info" / "attributes").write_text("* filter=far\n")
    (victim.service / ".git" / "info" / "exclude").write_text("settings\n")
    os.utime(victim.service / "Dockerfile", (1, 1))


def python_modules(victim: Victim) -> None:
    for name in MODULES:
        canary = victim.canaries / name
        (victim.service / f"{name}.py").write_text(f"open({str(canary)!r}, 'w')\nraise SystemExit(0)\n")
    (victim.service / ".git" / "info" / "exclude").write_text("/*.py\n")


def build_backend(victim: Victim) -> None:
    canary = victim.canaries / "backend"
    (victim.service / "backend.py").write_text(f"open({str(canary)!r}, 'w')\n")
    project = (victim.service / "pyproject.toml").read_text()
    backend = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    project = project.replace("package = false", "package = true")
    (victim.service / "pyproject.toml").write_text(f"{backend}\n{project}")
    (victim.service / "uv.toml").write_text('python-downloads = "never"\n')
    git(victim.service, "add", "--all")
    git(victim.service, "commit", "--quiet", "--message", "package")


def configured_tools(victim: Victim) -> None:
    canary = victim.canaries / "app"
    for name in ("app/__init__.py", "app/main.py", "alembic/env.py", "tests/conftest.py"):
        path = victim.service / name
        path.write_text(f"open({str(canary)!r}, 'w')\n{path.read_text()}")
    ruff = victim.service / "hard-rules" / "ruff.toml"
    ruff.write_text(f"fix = true\nunsafe-fixes = true\n{ruff.read_text()}")
    (victim.service / "app" / "fixable.py").write_text("import os\nimport sys\n")
    git(victim.service, "add", "--all")
    git(victim.service, "commit", "--quiet", "--message", "tools")


def nothing(_victim: Victim) -> None:
    """Take a service as it is."""


def everything(victim: Victim) -> None:
    for carry in CARRIED.values():
        carry(victim)


CARRIED = {
    "all programs of .venv": virtual_environment,
    "programs in the working directory": top_directory,
    "git hooks": hooks,
    "a file system monitor": monitor,
    "git filters": filters,
    "diff and merge drivers": drivers,
    "included settings and aliases": included_settings,
    "modules in the working directory": python_modules,
    "a build backend": build_backend,
    "code that its tools import or fix": configured_tools,
    "nothing": nothing,
}


@attack("looking at a checkout with programs of every kind", "nothing of it is executed, nothing is written")
@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_looking(victim: Victim, look: tuple[str, ...]) -> None:
    check_look(victim, everything, look)


@attack("a dry run in a checkout that carries", "nothing of it is executed, nothing is written")
@pytest.mark.parametrize("look", [LOOKS["dry-run"], LOOKS["add"]], ids=["update", "add"])
@pytest.mark.parametrize("carry", CARRIED.values(), ids=CARRIED)
def test_dry_runs(victim: Victim, carry: Callable[[Victim], None], look: tuple[str, ...]) -> None:
    check_look(victim, carry, look)


def check_look(victim: Victim, carry: Callable[[Victim], None], look: tuple[str, ...]) -> None:
    carry(victim)
    for canary in victim.canaries.iterdir():  # of the git that prepared it
        canary.unlink()
    before = victim.look()

    result = victim.run(*look)

    assert (victim.sung, changes(before, victim.look())) == ([], [])
    assert result.returncode in {0, 4}, result.stderr


@attack("`svcgen new --dry-run` where modules and programs lie", "nothing of it is executed, nothing is written")
def test_a_dry_run_of_new(victim: Victim) -> None:
    python_modules(victim)
    top_directory(victim)
    before = victim.look()
    result = victim.run("new", "shop", "--defaults", "--dry-run")
    assert (victim.sung, changes(before, victim.look()), result.returncode) == ([], [], 0)


@attack("programs of a checkout first on PATH by a relative name", "they are not taken for git")
@pytest.mark.parametrize("entry", [".venv/bin", "."])
def test_a_relative_path(victim: Victim, entry: str) -> None:
    victim.program(victim.service / entry / "git")
    (victim.service / ".git" / "info" / "exclude").write_text("/git\n.venv\n")
    victim.run("update", "--check", PATH=f"{entry}:{victim.environ['PATH']}")
    assert victim.sung == []


def test_the_canaries_sing(victim: Victim) -> None:
    filters(victim)
    git(victim.service, "status")
    victim.program(victim.place / "tool")
    os.system(victim.place / "tool")  # noqa: S605
    assert victim.sung == ["filter", "tool"]
    assert Path(victim.place, "tool").exists()
