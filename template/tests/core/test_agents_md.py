"""AGENTS.md agrees with the code: its file map, environment keys, versions and hard rules."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

import app.settings
from tests.core.documents import ROOT, first_cells, read, relative, section

# The container's environment has these too; the server or a library reads them, not Settings.
NOT_SETTINGS = {"TZ"}
STACK = ("alembic", "fastapi", "httpx", "pydantic", "pytest", "sqlalchemy", "structlog", "uvicorn")


def test_file_map_is_complete() -> None:
    mapped = first_cells(section("File map"))
    top = {path.split("/")[0] for path in mapped}
    wrong = [f"{path} has a row, but does not exist" for path in sorted(mapped) if not (ROOT / path).exists()]
    wrong += [
        f"{relative(path)} has no row"
        for path in files("app", "scripts")
        if not {relative(path), f"{relative(path)}/", f"{relative(path.parent)}/"} & mapped
    ]
    wrong += [f"{path.name}/ has no row" for path in files("") if path.is_dir() and path.name not in top]

    assert not wrong, f"In the file map of AGENTS.md:\n{'\n'.join(wrong)}"


def files(*folders: str) -> Iterator[Path]:
    """Yield what lies directly in these folders, except private, generated and empty entries."""
    ignored = read(".gitignore").split()
    for path in sorted(path for folder in folders for path in (ROOT / folder).iterdir()):
        generated = f"{path.name}/" in ignored or (path / ".gitignore").exists()  # coverage writes one into htmlcov/
        if not path.name.startswith((".", "_")) and not generated and (path.is_file() or any(path.glob("*.*"))):
            yield path


def variable(settings: type[BaseSettings], name: str, field: FieldInfo) -> str:
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        alias = alias.choices[0]
    return (alias if isinstance(alias, str) else settings.model_config.get("env_prefix", "") + name).upper()


def variables() -> set[str]:
    """Return every environment variable that the classes of app/settings.py read."""
    return {
        variable(settings, name, field)
        for settings in vars(app.settings).values()
        if isinstance(settings, type) and issubclass(settings, BaseSettings)
        for name, field in settings.model_fields.items()
    }


def test_environment_keys_are_the_settings() -> None:
    read_by_settings = variables()
    example = set(re.findall(r"^(?:# ?)?([A-Z][A-Z0-9_]*)=", read(".env.example"), flags=re.MULTILINE))
    interpolated = set(re.findall(r"\$\{(\w+)", read(".env.example") + compose()))
    wrong = []
    for file, keys in {"AGENTS.md": first_cells(section(".env keys")), ".env.example": example}.items():
        unknown = keys - read_by_settings - interpolated
        wrong += [f"{key} is a field of app/settings.py but not in {file}" for key in sorted(read_by_settings - keys)]
        wrong += [f"{key} is in {file} but not a field of app/settings.py" for key in sorted(unknown)]
    wrong += [
        f"{file} sets {key}, which nothing reads: add a field to app/settings.py, or add it to NOT_SETTINGS"
        for file, key in deployed_keys()
        if key not in read_by_settings | NOT_SETTINGS
    ]

    assert not wrong, "\n".join(wrong)


def compose() -> str:
    return read("compose.yaml") if (ROOT / "compose.yaml").exists() else ""


def deployed_keys() -> Iterator[tuple[str, str]]:
    """Yield what compose.yaml and fly.toml add to the environment of the image."""
    for service in re.findall(r"^  [\w-]+:\n(?:(?: {3}.*)?\n)+", compose(), flags=re.MULTILINE):
        block = re.search(r"^    environment:.*\n((?: {6}.*\n)+)", service, flags=re.MULTILINE)
        if block and "    build:" in service:
            keys = re.findall(r"^ +(?:- )?\W?(\w+)\W?[:=]", block[1], flags=re.MULTILINE)
            yield from (("compose.yaml", key) for key in keys)
    if (ROOT / "fly.toml").exists():
        yield from (("fly.toml", key) for key in tomllib.loads(read("fly.toml")).get("env", {}))


@pytest.fixture
def pyproject() -> dict[str, Any]:
    return tomllib.loads(read("pyproject.toml"))


def test_stack_has_the_versions_in_use(pyproject: dict[str, Any]) -> None:
    requirements = "\n".join([*pyproject["project"]["dependencies"], *pyproject["dependency-groups"]["dev"]])
    minimum = dict(re.findall(r"^([\w.-]+)(?:\[.*?\])? *[=~><]=? *([\d.]*\d)", requirements, flags=re.MULTILINE))
    locked = dict(re.findall(r'^name = "(.+)"\nversion = "([\d.]+)', read("uv.lock"), flags=re.MULTILINE))
    stated = re.findall(r"\b(\w+) v?(\d+(?:\.\d+)*)(\+?)", section("Tech stack"))
    assert {"FastAPI", "Pydantic", "SQLAlchemy"} <= {name for name, *_ in stated}
    wrong = [
        f"AGENTS.md names {name} {version}{plus}, {file} has {used[name.lower()]}: fix the tech stack"
        for name, version, plus in stated
        for file, used in (("pyproject.toml", minimum), ("uv.lock", {} if plus else locked))
        if name.lower() in used and not f"{used[name.lower()]}.".startswith(f"{version}.")
    ]
    wrong += [
        f"AGENTS.md names {name}, pyproject.toml does not: fix the tech stack"
        for name in STACK
        if re.search(rf"\b{name}\b", section("Tech stack"), re.IGNORECASE) and name not in minimum
    ]

    assert not wrong, "\n".join(wrong)


def test_stack_has_the_python_in_use(pyproject: dict[str, Any]) -> None:
    versions = {
        "AGENTS.md": set(re.findall(r"\bPython (\d+\.\d+)", section("Tech stack"))),
        "Dockerfile": set(re.findall(r"^FROM python:(\d+\.\d+)", read("Dockerfile"), flags=re.MULTILINE)),
        "pyproject.toml": set(re.findall(r"^\W*(\d+\.\d+)", pyproject["project"]["requires-python"])),
    }
    assert all(versions.values())

    assert len(set().union(*versions.values())) == 1, f"The Python versions contradict each other: {versions}"


def test_every_hard_rule_names_its_checks() -> None:
    rules = [" ".join(rule.split()) for rule in re.findall(r"^- (.+(?:\n  .+)*)", section("Hard rules"), re.MULTILINE)]
    assert rules
    wrong = [fault for rule in rules for fault in faults_of_rule(rule)]
    wrong += [
        f"No rule of AGENTS.md names {file}: add it to the rule that it enforces"
        for file in map(relative, sorted(ROOT.glob("hard-rules/*.yml")))
        if f"`{file}`" not in section("Hard rules")
    ]

    assert not wrong, "\n".join(wrong)


def faults_of_rule(rule: str) -> Iterator[str]:
    selected = tuple(tomllib.loads(read("hard-rules/ruff.toml"))["lint"]["select"])
    last = re.search(r"\(([^()]*)\)$", rule)
    checks = re.findall(r"`([^`]+)`", last[1]) if last else []
    if not checks:
        yield f"This rule of AGENTS.md names no check; end it with one, such as (`tests/core/test_api.py`): {rule}"
    for check in checks:
        if not (check.startswith(selected) if re.fullmatch(r"[A-Z]+\d*", check) else (ROOT / check).exists()):
            yield f"The check {check} does not exist, which AGENTS.md names for: {rule}"
