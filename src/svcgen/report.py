"""What `svcgen new` shows: text and JSON, built here and printed by `cli`."""

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from svcgen.commands.new import NewService
from svcgen.errors import SvcgenError
from svcgen.template import Template


def service_object(service: NewService, template: Template, answers: Mapping[str, str]) -> dict[str, Any]:
    """Return the JSON object of a service that was made."""
    steps = [{**asdict(step), "seconds": round(step.seconds, 3)} for step in service.steps]
    return {
        "ok": service.complete,
        "exit_code": 0 if service.complete else 1,
        "path": str(service.path),
        **_template_fields(template),
        "answers": dict(answers),
        "files": list(service.files),
        "steps": steps,
    }


def preview_object(path: Path, files: Sequence[str], template: Template, answers: Mapping[str, str]) -> dict[str, Any]:
    """Return the JSON object of a dry run."""
    return {
        "ok": True,
        "exit_code": 0,
        "dry_run": True,
        "path": str(path),
        **_template_fields(template),
        "answers": dict(answers),
        "files": list(files),
        "steps": [],
    }


def error_object(error: SvcgenError) -> dict[str, Any]:
    """Return the JSON object of a run that failed."""
    return {"ok": False, "exit_code": error.exit_code, "error": error.message, "hint": error.hint}


def _template_fields(template: Template) -> dict[str, Any]:
    return {"template_version": template.version, "source": template.source, "updatable": template.is_release}


def pending_commands(service: NewService) -> list[str]:
    """Return what is left to be run, in order, ready to be pasted."""
    commands = [step.command for step in service.steps if step.outcome in {"failed", "pending"}]
    return [_change_directory(service.path), *commands] if commands else []


def next_steps(path: Path) -> list[str]:
    """Return the commands that a new service is started with, ready to be pasted."""
    return [
        _change_directory(path),
        "uv run pytest",
        "docker compose up -d --wait db  # or, without Docker: uv run scripts/devdb.py",
        "uv run alembic upgrade head",
        "uv run uvicorn app.main:app --reload",
    ]


def tree(root: str, files: Sequence[str]) -> list[str]:
    """Draw files, given as sorted relative paths, as an indented tree."""
    lines = [f"{root}/"]
    shown: tuple[str, ...] = ()
    for file in sorted(files, key=lambda path: path.split("/")):
        *folders, name = file.split("/")
        for depth, folder in enumerate(folders):
            if tuple(folders[: depth + 1]) != shown[: depth + 1]:
                lines.append(f"{'  ' * (depth + 1)}{folder}/")
        shown = tuple(folders)
        lines.append(f"{'  ' * (len(folders) + 1)}{name}")
    return lines


def _change_directory(path: Path) -> str:
    relative = os.path.relpath(path)
    return "cd " + shlex.quote(str(path) if relative.startswith("..") else relative)
