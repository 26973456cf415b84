"""AGENTS.md says what is: its file map, keys, versions and rules are held against the code."""

import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

import app.settings
from tests.core.documents import ROOT, bullets, first_cells, relative, section
from tests.core.shell import compose_services

# In the environment of the container, but read by the server or a library and not by Settings.
NOT_SETTINGS = {"TZ"}
STACK = ("alembic", "fastapi", "httpx", "pydantic", "pytest", "sqlalchemy", "structlog", "uvicorn")


def test_file_map_names_nothing_that_is_gone() -> None:
    gone = [path for path in first_cells(section("File map")) if not (ROOT / path).exists()]

    assert not gone, f"The file map of AGENTS.md names what is gone, drop or mend the row: {', '.join(gone)}"


def test_file_map_misses_nothing() -> None:
    table = section("File map")
    mapped = {path.rstrip("/") for path in first_cells(table)}
    missed = [relative(path) for path in modules() if relative(path) not in mapped]
    missed += [relative(path) for path in scripts() if path.name not in table]
    missed += [path.name for path in folders() if path.name not in {entry.split("/")[0] for entry in mapped}]

    assert not missed, f"The file map of AGENTS.md misses, add a row for each: {', '.join(missed)}"


def modules() -> list[Path]:
    """Every module and package directly in app/."""
    found = [path for path in children(ROOT / "app") if path.is_dir() or path.suffix == ".py"]
    assert ROOT / "app" / "main.py" in found
    return found


def scripts() -> list[Path]:
    return [path for path in children(ROOT / "scripts") if path.is_file()]


def folders() -> list[Path]:
    ignored = (ROOT / ".gitignore").read_text().split()
    # A report, such as that of coverage, brings a .gitignore of its own.
    return [
        path
        for path in children(ROOT)
        if path.is_dir() and f"{path.name}/" not in ignored and not (path / ".gitignore").exists()
    ]


def children(folder: Path) -> list[Path]:
    """What is in a folder, without hidden and private names and folders that hold nothing any more."""
    return sorted(
        path
        for path in folder.iterdir()
        if not path.name.startswith((".", "_")) and (path.is_file() or any(path.glob("*.*")))
    )


def variable(settings: type[BaseSettings], name: str, field: FieldInfo) -> str:
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        alias = alias.choices[0]
    return (alias if isinstance(alias, str) else settings.model_config.get("env_prefix", "") + name).upper()


@pytest.fixture
def variables() -> set[str]:
    """What the classes of app/settings.py read from the environment."""
    classes = [value for value in vars(app.settings).values() if isinstance(value, type)]
    return {
        variable(settings, name, field)
        for settings in classes
        if issubclass(settings, BaseSettings)
        for name, field in settings.model_fields.items()
    }


def interpolated() -> set[str]:
    """Return the keys of .env that other values are made of."""
    files = [file for name in (".env.example", "compose.yaml") if (file := ROOT / name).exists()]
    return {key for file in files for key in re.findall(r"\$\{(\w+)", file.read_text(encoding="utf-8"))}


def test_keys_are_the_settings(variables: set[str]) -> None:
    example = re.findall(r"^(?:# ?)?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE)
    documented = {"AGENTS.md": set(first_cells(section(".env keys"))), ".env.example": set(example)}
    wrong = [
        *(
            f"{key} is a field of app/settings.py but not in {file}"
            for file in documented
            for key in variables - documented[file]
        ),
        *(
            f"{key} is in {file} but no field of app/settings.py"
            for file in documented
            for key in documented[file] - variables - interpolated()
        ),
    ]

    assert not wrong, "\n".join(wrong)


def test_deployments_set_only_keys_that_are_read(variables: set[str]) -> None:
    wrong = [
        f"{file} sets {key}, which nothing reads: make it a field of app/settings.py, or name it in NOT_SETTINGS"
        for file, key in deployed_keys()
        if key not in variables | NOT_SETTINGS
    ]

    assert not wrong, "\n".join(wrong)


def deployed_keys() -> Iterator[tuple[str, str]]:
    """What compose.yaml and fly.toml put into the environment of the image; railway.json can't."""
    for lines in (lines for lines in compose_services().values() if "    build:" in lines):
        for block in re.findall(r"^    environment:.*\n((?: {6}.*\n)+)", lines, flags=re.MULTILINE):
            yield from (
                ("compose.yaml", key)
                for key in re.findall(r"^ +(?:- )?\W?([A-Z]\w+)\W?[:=]", block, flags=re.MULTILINE)
            )
    if (fly := ROOT / "fly.toml").exists():
        yield from (("fly.toml", key) for key in tomllib.loads(fly.read_text()).get("env", {}))


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(number) for number in version.split("."))


@pytest.fixture
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture
def floors(pyproject: dict[str, Any]) -> dict[str, str]:
    """The lowest version that pyproject.toml allows of each direct dependency."""
    requirements = [*pyproject["project"]["dependencies"], *pyproject["dependency-groups"]["dev"]]
    return dict(
        re.findall(r"^([\w.-]+)(?:\[.*?\])? *[=~><]=? *([\d.]+\d)", "\n".join(requirements), flags=re.MULTILINE)
    )


def test_stack_has_the_versions_in_use(floors: dict[str, str]) -> None:
    locked = dict(
        re.findall(r'^name = "(.+)"\nversion = "([\d.]+)', (ROOT / "uv.lock").read_text(), flags=re.MULTILINE)
    )
    stated = re.findall(r"\b(\w+) v?(\d+(?:\.\d+)*)(\+|\.x)?", section("Tech stack"))
    assert {"FastAPI", "Pydantic", "SQLAlchemy"} <= {name for name, *_ in stated}
    wrong = [
        f"AGENTS.md says {name} {version}{suffix}, {file} has {used[name.lower()]}: mend the tech stack"
        for name, version, suffix in stated
        for file, used in (("pyproject.toml", floors), ("uv.lock", locked))
        if name.lower() in used and not fits(used[name.lower()], version, suffix)
    ]

    assert not wrong, "\n".join(wrong)


def fits(used: str, stated: str, suffix: str) -> bool:
    lowest = numbers(stated)
    return numbers(used) >= lowest if suffix == "+" else numbers(used)[: len(lowest)] == lowest


def test_stack_names_what_is_installed(floors: dict[str, str]) -> None:
    named = {name for name in STACK if re.search(rf"\b{name}\b", section("Tech stack"), flags=re.IGNORECASE)}
    assert named

    assert named <= floors.keys(), (
        f"AGENTS.md names {named - floors.keys()}, pyproject.toml does not: mend the tech stack"
    )


def test_stack_has_the_python_in_use(pyproject: dict[str, Any]) -> None:
    texts = {
        "AGENTS.md": re.findall(r"\bPython (\d+\.\d+)", section("Tech stack")),
        "Dockerfile": re.findall(r"^FROM python:(\d+\.\d+)", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE),
        "pyproject.toml": re.findall(r"^\W*(\d+\.\d+)", pyproject["project"]["requires-python"]),
    }
    assert all(texts.values())

    assert len(set(chain(*texts.values()))) == 1, f"The Python versions contradict each other: {texts}"


def test_every_hard_rule_names_its_checks() -> None:
    rules = bullets(section("Hard rules"))
    assert rules
    wrong = [fault for rule in rules for fault in faults_of_rule(rule)]

    assert not wrong, "\n".join(wrong)


def faults_of_rule(rule: str) -> Iterator[str]:
    selected = tuple(tomllib.loads((ROOT / "ruff.toml").read_text(encoding="utf-8"))["lint"]["select"])
    last = re.search(r"\(([^()]*)\)$", rule)
    checks = re.findall(r"`([^`]+)`", last[1]) if last else []
    if not checks:
        yield f"This rule of AGENTS.md names no check; end it with one, such as (`tests/core/test_api.py`): {rule}"
    for check in checks:
        if not (check.startswith(selected) if re.fullmatch(r"[A-Z]+\d*", check) else (ROOT / check).exists()):
            yield f"There is no check {check}, by which AGENTS.md enforces: {rule}"


def test_every_file_of_hard_rules_belongs_to_one() -> None:
    files = sorted(ROOT.glob("hard-rules/*.yml"))
    assert files

    orphans = [relative(path) for path in files if f"`{relative(path)}`" not in section("Hard rules")]
    assert not orphans, f"No rule of AGENTS.md names {', '.join(orphans)}: name it in the rule that it enforces"
