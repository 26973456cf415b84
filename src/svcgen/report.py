"""The result of `svcgen new`, as text and as JSON."""

import os
import shlex
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from svcgen.commands.new import NewRequest, NewService
from svcgen.describe import is_dirty
from svcgen.first_commit import ADD
from svcgen.questions import NAME
from svcgen.screen import Screen, error
from svcgen.template import Template

_SHOWN = 8


def service_object(request: NewRequest, service: NewService) -> dict[str, Any]:
    """Return the JSON object of a service that was made."""
    steps = [{**asdict(step), "seconds": round(step.seconds, 3)} for step in service.steps]
    return {
        "ok": service.complete,
        "exit_code": 0 if service.complete else 1,
        **_request_fields(request),
        "files": list(service.files),
        "left_out": list(service.left_out),
        "steps": steps,
    }


def preview_object(request: NewRequest, files: Sequence[str]) -> dict[str, Any]:
    """Return the JSON object of a dry run."""
    return {"ok": True, "exit_code": 0, **_request_fields(request), "files": list(files), "left_out": [], "steps": []}


def show_service(screen: Screen, request: NewRequest, service: NewService) -> None:
    """Show a service that was made, and what is left to do."""
    name = request.answers[NAME]
    screen.line(f"{service.path} made from {request.template.version} of {request.template.source}")
    for remark in _remarks(request, service):
        screen.line(f"note: {remark}")
    if service.complete:
        screen.panel(f"{name} is ready", _next_steps(service.path))
        return
    for step in service.steps:
        if step.outcome == "failed":
            error(f"{step.name}: {step.reason}")
    commands = "\n".join(f"  {command}" for command in _remaining_commands(service))
    error(f"{name} is made, but not complete", f"run what is left:\n{commands}")


def show_preview(screen: Screen, request: NewRequest, files: Sequence[str]) -> None:
    """Show what would be made."""
    for line in tree(str(request.destination), files):
        screen.line(line)
    screen.line()
    for question, answer in request.answers.items():
        screen.line(f"{question}: {answer}")


def _next_steps(path: Path) -> list[tuple[str, list[str]]]:
    """Return headings and the commands under them that a new service is started with, ready to be pasted."""
    return [
        ("Run its tests, on a Postgres that they start themselves:", [_change_directory(path), "uv run pytest"]),
        (
            "Start a Postgres to work with, in a terminal of its own (or: docker compose up db):",
            ["uv run scripts/devdb.py"],
        ),
        (
            "Create the schema and serve:",
            ["uv run alembic upgrade head", "uv run uvicorn app.main:app --reload --reload-dir app"],
        ),
    ]


def _remaining_commands(service: NewService) -> list[str]:
    """Return what is left to be run, in order, ready to be pasted."""
    commands = [step.command for step in service.steps if step.outcome in {"failed", "pending"}]
    return [_change_directory(service.path), *commands]


def _remarks(request: NewRequest, service: NewService) -> list[str]:
    """Return what a person should know although nothing failed."""
    said = [
        f"{step.name} skipped: {step.reason}"
        for step in service.steps
        if step.outcome == "skipped" and not step.reason.startswith("--")
    ]
    if service.left_out:
        names, more = ", ".join(service.left_out[:_SHOWN]), len(service.left_out) - _SHOWN
        said.append(f"git ignores {names}{f' and {more} more' if more > 0 else ''} here. To commit them: {ADD}")
    return [*said, *_origin_remarks(request.template)]


def _origin_remarks(template: Template) -> list[str]:
    """Return what a later update needs if the template is not a release."""
    version = template.version
    if template.is_release:
        return []
    if template.is_rebuildable:
        return [f"{version} is not a release; updates need its commit, from your checkout or from {template.source}"]
    if is_dirty(version):
        return [f"an update can't rebuild {version}: commit the changes to the template, then make the service again"]
    return ["the template's version is unknown, so the service can't be updated: use a release or a clone of svcgen"]


def tree(root: str, files: Sequence[str]) -> list[str]:
    """Draw relative paths as an indented tree."""
    lines = [f"{root}/"]
    shown: list[str] = []
    for file in sorted(files, key=lambda path: path.split("/")):
        *folders, name = file.split("/")
        lines += [
            f"{'  ' * depth}{folder}/"
            for depth, folder in enumerate(folders, start=1)
            if folders[:depth] != shown[:depth]
        ]
        shown = folders
        lines.append(f"{'  ' * (len(folders) + 1)}{name}")
    return lines


def _change_directory(path: Path) -> str:
    """Return the `cd` command for a directory."""
    relative = os.path.relpath(path)
    return "cd " + shlex.quote(str(path) if relative.startswith("..") else relative)


def _request_fields(request: NewRequest) -> dict[str, Any]:
    return {
        "path": str(request.destination),
        "template_version": request.template.version,
        "updatable": request.template.is_rebuildable,
        "source": request.template.source,
        "answers": dict(request.answers),
    }
