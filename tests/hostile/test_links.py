"""Links that leave a checkout: nothing is written through one, and nothing of this machine is read into a service."""

import json
import shutil
from pathlib import Path

import pytest

from hostile.checkout import changes, commit
from hostile.conftest import Victim

attack = pytest.mark.attack
ADD = ("add", "resource", "invoice", "number:str", "--dry-run")


def link(victim: Victim, name: str, target: Path | str) -> None:
    """Put a link in the place of a file or a directory of the service, with what was there at its other end."""
    path = victim.service / name
    real = path.parent / target
    if not real.exists() and path.exists():
        real.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, real)
    elif path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    path.symlink_to(target)
    commit(victim.service)


@attack("a tracked link that leads out of the repository", "refused by name, nothing is written")
@pytest.mark.parametrize(
    ("name", "where"),
    [
        ("AGENTS.md", "{}"),
        ("AGENTS.md", "../outside/AGENTS.md"),
        ("CHANGELOG.md", "{}"),
        ("app/api/__init__.py", "{}"),
        ("app/models/__init__.py", "../../../outside/app/models/__init__.py"),
        ("app/schemas/types.py", "{}"),
        ("tests/factories", "{}"),
        ("tests/api", "../../outside/tests/api"),
        ("app/schemas", "{}"),
        ("app", "../outside/app"),
    ],
)
def test_a_link_out(victim: Victim, name: str, where: str) -> None:
    outside = victim.place / "outside" / name
    link(victim, name, where.format(outside))
    before = victim.look()

    result = victim.run(*ADD)

    assert changes(before, victim.look()) == []
    assert result.returncode == 1
    assert f"{outside}" in result.stderr
    assert "outside of the service" in result.stderr


@attack("a link into git's own directory", "refused by name, nothing is written")
@pytest.mark.parametrize("target", [".git/hooks/pre-commit", ".git/info/exclude"])
def test_a_link_into_git(victim: Victim, target: str) -> None:
    (victim.service / target).unlink(missing_ok=True)
    link(victim, "AGENTS.md", target)
    before = victim.look()

    result = victim.run(*ADD)

    assert (changes(before, victim.look()), result.returncode) == ([], 1)
    assert "AGENTS.md is a link to" in result.stderr


@attack("a link that leads back to itself", "refused by name")
def test_a_loop(victim: Victim) -> None:
    link(victim, "app/schemas/types.py", "types.py")
    result = victim.run(*ADD)
    assert result.returncode == 1
    assert "app/schemas/types.py is a link to itself" in result.stderr


@attack("a link that stays in the repository", "followed")
@pytest.mark.parametrize("absolute", [True, False], ids=["absolute", "relative"])
def test_a_link_inside(victim: Victim, absolute: bool) -> None:
    (victim.service / "CLAUDE.md").unlink()
    link(victim, "AGENTS.md", victim.service / "CLAUDE.md" if absolute else "CLAUDE.md")
    before = victim.look()

    result = victim.run(*ADD, "--json")

    assert (changes(before, victim.look()), result.returncode) == ([], 0), result.stderr
    edited = json.loads(result.stdout)["edited"]
    assert "CLAUDE.md" in edited
    assert "AGENTS.md" not in edited


@attack("an update of a service whose answers file is a link that leads out", "what it leads to is as it was")
def test_an_update(victim: Victim) -> None:
    link(victim, ".copier-answers.yml", "../outside/.copier-answers.yml")
    (victim.service / "uv.lock").unlink(missing_ok=True)
    before = {path: entry for path, entry in victim.look().items() if "outside" in path.parts}

    victim.run("update")

    after = {path: entry for path, entry in victim.look().items() if "outside" in path.parts}
    assert changes(before, after) == []


@attack("an update of a service whose generated files are links that lead out", "refused by name, nothing is written")
@pytest.mark.parametrize("name", ["uv.lock", "requirements.txt"])
def test_generated_files(victim: Victim, name: str) -> None:
    (victim.service / "uv.lock").write_text('version = 1\nrequires-python = ">=3.13"\n')
    outside = victim.place / "outside" / name
    link(victim, name, outside)
    before = victim.look()

    result = victim.run("update")

    # Objects that nothing refers to are no change.
    changed = [path for path in changes(before, victim.look()) if "/.git/objects/" not in path]
    assert (changed, result.returncode) == ([], 1)
    assert f"{name} is a link to {outside}" in result.stderr


@attack("a link in a fork's template to a file of this machine", "the file is not read into the service")
@pytest.mark.parametrize("command", [["update", "--dry-run"], ["status", "--json"]], ids=["update", "status"])
@pytest.mark.parametrize("target", ["secret", "/dev/zero"])
def test_a_link_in_the_template(victim: Victim, fork: Path, command: list[str], target: str) -> None:
    (victim.home / "secret").write_text("the key of the house\n")
    evil = Path(shutil.copytree(fork, victim.place / "evil", symlinks=True))
    (evil / "template" / "notes.md").symlink_to(victim.home / "secret" if target == "secret" else target)
    commit(evil, "v2.0.0")
    victim.answer(_src_path=str(evil), **({"_commit": "v2.0.0"} if command[0] == "status" else {}))

    result = victim.run(*command)

    assert "the key of the house" not in result.stdout
    assert "a link that points outside of it: template/notes.md" in result.stdout + result.stderr
